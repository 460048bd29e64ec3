#include <fmt/format.h>

#include <memory>
#include <optional>

#include "commands.hpp"
#include "host/commands/options/input_guard.hpp"
#include "host/commands/options/question_options.hpp"
#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "host/io/result_reader.hpp"
#include "host/report/page.hpp"
#include "host/report/page_data.hpp"
#include "host/report/page_words.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"
#include "signals.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t settings_shown = 12;

struct Options {
  std::string path;
  QuestionOptions question;
  std::string output;
  bool quiet = false;
};

/// -o, or the result's name with .html for .h5.
std::string output_path(Options const& options) {
  if (!options.output.empty()) return options.output;
  std::string const& path = options.path;
  return (path.ends_with(".h5") ? path.substr(0, path.size() - 3) : path) + ".html";
}

int report(Options const& options) {
  require_page_library();
  std::string const path = output_path(options);
  refuse_input_as_output(options.path, path, "-o");
  ResultReader const result(options.path);
  { AtomicFile const probe(path); }  // an output that can't be created is told before the work
  CellTallies const tallies = result.tallies();
  Decided const decided = options.question.decide(tallies, options.path);
  TallyEstimates estimates(tallies, decided.confidence_now);
  Answer const answer{tallies, decided.decisions, result, result.sweep(), estimates, decided.confidence, settings_shown};

  SignalWatch const watch;
  auto const data = page_data(answer, result, [&](std::uint64_t cell) {
    if (!options.quiet) write_stderr("drawing single {} again …\n", realizations_word(tallies.period));
    return find_page_days(answer, cell, watch.raised());
  });
  if (watch.raised()) throw watch.stopped("nothing was written");
  std::string const page = report_page(result.sweep().sweep.name + " · fleetcast", data);
  write_text_file(path, page);
  fmt::print("{} ({})\n", path, bytes(static_cast<double>(page.size())));
  return 0;
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("report", "one page for a browser: the answer, the front, heat maps, single days; needs no network");
  command->add_option("result", options->path, "result file of a run")->required()->type_name("RESULT.h5");
  options->question.add_to(*command);
  command->add_option("-o,--output", options->output, "the page (default: RESULT.html)")->type_name("FILE.html");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->footer(
      "The page asks the question that analyze asks, and shows its answer. Single days are drawn again from the sweep that the result holds, which\n"
      "takes some seconds; where files that it names are gone, the page says so and does without.\n"
      "\n"
      "Examples:\n"
      "  fleetcast report results/baseline.h5\n"
      "  fleetcast report results/baseline.h5 --reliability 0.99 -o report.html\n"
      "  fleetcast report results/baseline.h5 --pin scale_down_at=120000 -o report.html");
  command->callback([options, &action] { action = [options] { return report(*options); }; });
}

}  // namespace fleetcast
