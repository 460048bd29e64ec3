#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "fit_output.hpp"
#include "host/commands/options/input_guard.hpp"
#include "host/commands/options/trace_options.hpp"
#include "host/config/error.hpp"
#include "host/fit/workload_file.hpp"
#include "host/io/atomic_file.hpp"
#include "output_folder.hpp"

namespace fleetcast {

namespace {

struct Options {
  std::string trace;
  std::string output = "workload.toml";
  TraceOptions reading;
  double bin_seconds = 60;
  std::string law = "auto";
  FitOptions fit;
  std::string report;
  bool json = false;
};

/// Where the pairs stand: beside the workload file, under its name.
std::filesystem::path pairs_path(std::string const& workload) {
  std::filesystem::path path(workload);
  return path.replace_extension("").concat("-pairs.csv");
}

void write_pairs(std::filesystem::path const& path, TokenLaws const& laws) {
  AtomicFile file(path.string());
  std::ofstream out(file.temporary_path(), std::ios::binary);
  write_pairs_csv(out, laws);
  out.close();
  if (!out) throw Error(ExitCode::io, path.string() + ": can't be written; is the disk full?");
  file.commit();
}

int fit(Options const& options) {
  auto const pairs = pairs_path(options.output);
  for (auto const& output : {options.output, pairs.string()}) {  // told before the work
    refuse_input_as_output(options.trace, output, "-o");
    check_creatable(output);
  }
  std::optional<OutputFolder> folder;
  if (!options.report.empty()) {
    FitOutput::refuse_inputs(options.report, options.trace);
    folder.emplace(options.report, "--report");
  }
  TraceSummary const trace = read_trace_summary(options.trace, options.reading, options.bin_seconds);
  print_trace_notes(trace);
  FitOptions fit_options = options.fit;
  if (options.law != "auto") fit_options.law = options.law == "empirical" ? LawChoice::empirical : LawChoice::parametric;
  FitReport const report = fit_trace(trace, fit_options);
  if (report.laws && report.laws->choice == LawChoice::empirical) write_pairs(pairs, *report.laws);
  write_text_file(options.output, workload_toml(report, std::filesystem::path(options.trace).filename().string(), pairs.filename().string()));
  FitOutput const output(report, options.trace, options.output);
  if (!options.report.empty()) output.write_folder(options.report);
  if (options.json)
    fmt::print("{}\n", output.json().dump(2));
  else
    fmt::print("{}", output.text());
  return 0;
}

}  // namespace

void add_fit_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("fit", "make a traffic model from a trace, and judge it");
  command
      ->add_option("trace", options->trace,
                   "log of requests (CSV or JSON lines), or a table of minutes or of rates; columns are found by common names")
      ->required()
      ->type_name("TRACE");
  command->add_option("-o,--output", options->output, "workload file; measured lengths go beside it")->capture_default_str()->type_name("FILE.toml");
  add_trace_options(*command, options->reading);
  command->add_option("--bin-seconds", options->bin_seconds, "bins in which requests are counted")->capture_default_str()->type_name("S");
  command->add_option("--law", options->law, "token lengths: empirical (measured pairs), parametric (log-normal mixtures), auto (by held-out blocks)")
      ->check(CLI::IsMember({"auto", "empirical", "parametric"}))
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--first-part", options->fit.first_part, "share of the record the verdict's model is fitted to; the rest judges it")
      ->check(CLI::Range(0.05, 0.95))
      ->capture_default_str()
      ->type_name("SHARE");
  command->add_option("--prefill-rate", options->fit.work.prefill_tokens_per_second, "prompt tokens a replica takes in, to weigh work")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("TOKENS/S");
  command->add_option("--decode-rate", options->fit.work.decode_tokens_per_second, "completion tokens a replica gives, to weigh work")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("TOKENS/S");
  command->add_option("--seed", options->fit.seed, "of the fit's random numbers")
      ->check([](std::string const& text) { return text.starts_with('-') ? "a seed is 0 or more" : std::string(); })
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--report", options->report, "folder for what scripts/plot draws: fit.json and tables")->type_name("DIR");
  command->add_flag("--json", options->json, "for programs");
  command->footer(
      "Examples:\n"
      "  fleetcast fit trace.csv -o results/workload.toml --report results/fit && scripts/plot results/fit\n"
      "  fleetcast fit rates.csv --columns time=window_start,rate=req_per_s -o results/workload.toml\n"
      "  fleetcast run sweeps/azure-conv.toml --set workload.file=results/workload.toml -o results/mine.h5");
  command->callback([options, &action] { action = [options] { return fit(*options); }; });
}

}  // namespace fleetcast
