#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "host/commands/options/input_guard.hpp"
#include "host/commands/options/question_options.hpp"
#include "host/io/result_reader.hpp"
#include "host/report/answer_json.hpp"
#include "host/report/answer_tables.hpp"
#include "host/report/cell_csv.hpp"

namespace fleetcast {

namespace {

struct Options {
  std::string path;
  QuestionOptions question;
  std::size_t top = 10;
  std::string csv;
  bool json = false;
};

int analyze(Options const& options) {
  refuse_input_as_output(options.path, options.csv, "--csv");
  ResultReader const result(options.path);
  CellTallies const tallies = result.tallies();
  Decided const decided = options.question.decide(tallies, options.path);
  TallyEstimates estimates(tallies, decided.confidence_now);
  Answer const answer{tallies, decided.decisions, result, result.sweep(), estimates, decided.confidence, options.top};

  if (!options.csv.empty()) write_cell_csv(options.csv, answer);
  if (options.json) {
    nlohmann::ordered_json json{{"result", options.path}, {"digest", result.file().text("digest")}};
    json.update(answer_json(answer));
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}", answer_report(answer));
  }
  return 0;
}

}  // namespace

void add_analyze_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("analyze", "which setting to take, how sure that is, and what more realizations would tell");
  command->add_option("result", options->path, "result file of a run")->required()->type_name("RESULT.h5");
  options->question.add_to(*command);
  command->add_option("--top", options->top, "settings that a table shows")->check(CLI::Range(1, 1'000'000))->type_name("N")->capture_default_str();
  command->add_option("--csv", options->csv, "also write every cell, where it stands and its figures (gzipped if the name ends in .gz)")
      ->type_name("FILE.csv");
  command->add_flag("--json", options->json, "for programs");
  command->footer(
      "A setting is chosen by what surely holds for all settings looked at together, at the confidence: it meets the objective in the share of\n"
      "realizations asked for, and is the cheapest that does so. Axes of the workload, of [sla] and of the price of a GPU-hour are conditions:\n"
      "the choice is made under each combination of them. Pins and slices are part of the question: they belong before the answer is seen.\n"
      "\n"
      "Examples:\n"
      "  fleetcast analyze results/baseline.h5\n"
      "  fleetcast analyze results/baseline.h5 --reliability 0.99 --json\n"
      "  fleetcast analyze results/baseline.h5 --slice scale_up_at=150000:200000 --pin scale_down_at=120000\n"
      "  fleetcast analyze results/baseline.h5 --csv results/cells.csv");
  command->callback([options, &action] { action = [options] { return analyze(*options); }; });
}

}  // namespace fleetcast
