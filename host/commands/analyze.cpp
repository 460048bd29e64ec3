#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "host/config/error.hpp"
#include "host/io/result_reader.hpp"
#include "host/report/answer_json.hpp"
#include "host/report/answer_tables.hpp"
#include "host/report/cell_csv.hpp"
#include "host/report/setting_text.hpp"
#include "scope_options.hpp"

namespace fleetcast {

namespace {

struct Options {
  std::string path;
  ScopeOptions scope;
  std::optional<double> reliability, confidence;
  std::size_t top = 10;
  std::string csv;
  bool json = false;
};

/// A share that an option gives, or else the result's own.
double share(std::string const& option, std::optional<double> given, double otherwise) {
  if (given && !(*given > 0.0 && *given < 1.0))
    throw Error(ExitCode::usage, fmt::format("{} {}: must lie between 0 and 1, both excluded (certainty can't be simulated)", option, *given));
  return given.value_or(otherwise);
}

/// Refuses what a race can't answer: cells that left it ran too seldom to be asked anything else.
void check_race(Options const& options, CellTallies const& tallies, DecisionScope const& scope, double reliability, double confidence) {
  if (tallies.left_race.empty()) return;
  std::string const place = options.path + ": is the result of a race ";
  constexpr char const* again = "; run the sweep with --set search.race=false to ask for it";
  if (reliability != tallies.reliability || confidence > tallies.confidence)
    throw Error(ExitCode::bad_data,
                fmt::format("{}for a reliability of {} at a confidence of {}: cells that left it were not run often enough for another question{}",
                            place, tallies.reliability, tallies.confidence, again));
  for (auto const& group : scope.by_condition(tallies.axes))
    for (std::uint64_t const cell : group.cells)
      if (!scope.is_whole(tallies.axes) && tallies.left(cell) == LeftRace::dearer)
        throw Error(ExitCode::bad_data,
                    fmt::format("{}over the whole grid: {} left it as dearer than a cell elsewhere, so that --pin and --slice can't "
                                "tell the best of a part{}",
                                place, setting_text(tallies.axes, scope.open_choices(tallies.axes), cell), again));
}

int analyze(Options const& options) {
  ResultReader const result(options.path);
  CellTallies const tallies = result.tallies();
  DecisionScope const scope = options.scope.scope(tallies.axes);
  double const reliability = share("--reliability", options.reliability, tallies.reliability);
  double const confidence = share("--confidence", options.confidence, tallies.confidence);
  check_race(options, tallies, scope, reliability, confidence);
  // a run that was looked at on its way may spend but a part of its α on what is known in the end
  double const now =
      confidence == tallies.confidence ? tallies.look_confidence : 1.0 - std::ldexp(1.0 - confidence, -static_cast<int>(tallies.looks));
  Decisions const decisions = decide(tallies, scope, reliability, now);
  if (decisions.rule.family_size == 0)
    throw Error(ExitCode::usage,
                options.path + ": every cell that --pin and --slice leave contradicts itself and was not run; leave more of the grid");
  TallyEstimates estimates(tallies, now);
  Answer const answer{tallies, decisions, result, result.sweep(), estimates, confidence, options.top};

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
  command
      ->add_option("--reliability", options->reliability,
                   "share of realizations that shall meet the objective (default: sla.reliability of the sweep)")
      ->type_name("SHARE");
  command->add_option("--confidence", options->confidence, "of intervals and decisions (default: the result's)")->type_name("SHARE");
  options->scope.add_to(*command);
  command->add_option("--top", options->top, "settings that a table shows")->check(CLI::Range(1, 1'000'000))->capture_default_str();
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
