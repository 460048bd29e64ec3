#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

#include "commands.hpp"
#include "generate_summary.hpp"
#include "generator.hpp"
#include "host/commands/options/resolved_sweep.hpp"
#include "host/commands/options/scenario_choice.hpp"
#include "host/commands/options/sweep_options.hpp"
#include "host/config/override.hpp"
#include "host/io/atomic_file.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"
#include "output_folder.hpp"
#include "signals.hpp"

namespace fleetcast {

namespace {

struct Options {
  SweepOptions sweep;
  std::optional<std::uint64_t> scenario;
  std::string output;
  std::string format = "csv";
  bool gzip = false;
  bool quiet = false;
  bool json = false;
};

/// The scenario to be drawn, as a sweep without a grid.
SweepConfig one_scenario(Options const& options) {
  SweepOptions sweep = options.sweep;
  auto const says_how_many = [](std::string const& setting) { return override_from(setting).key == "sweep.realizations"; };
  if (sweep.realizations.empty() && std::none_of(sweep.settings.begin(), sweep.settings.end(), says_how_many)) sweep.realizations = {"1"};
  SweepConfig config = sweep.config();
  choose_scenario(config, options.scenario, sweep.sweep_file);
  return config;
}

/// The plan of a sweep's traffic alone: what fleet would serve it plays no part.
Plan plan_of_traffic(SweepConfig const& config, SweepOptions const& options) {
  SweepConfig traffic;
  traffic.sweep = config.sweep;
  traffic.workload = config.workload;
  return options.plan(traffic);
}

/// Tables of realizations that stand in the folder.
std::set<std::string> tables_in(WorkloadFolder const& folder) {
  std::set<std::string> paths;
  std::error_code unreadable;
  for (auto const& entry : std::filesystem::directory_iterator(folder.path, unreadable))
    if (is_workload_name(entry.path().filename().string())) paths.insert(entry.path().string());
  return paths;
}

/// @throws Error usage if a file in the folder, one of those that a generation writes, is one that the sweep is made from
void refuse_inputs_as_outputs(Options const& options, SweepConfig const& config, WorkloadFolder const& folder, std::string const& sweep_path) {
  options.sweep.refuse_input_as_output(sweep_path, config);
  for (auto const& path : tables_in(folder)) options.sweep.refuse_input_as_output(path, config);
}

/// Says what would not fit on the disk, before hours are spent on it.
void warn_of_size(Plan const& plan, WorkloadFolder const& folder) {
  // rows of chat traffic, measured
  double const row_bytes = folder.format == WorkloadFormat::hdf5 ? 17.0 : 23.0;
  double const share_left = folder.compression == Compression::gzip ? 0.42 : 1.0;
  auto const& expected = plan.scenarios.front().expected_requests;
  double const size = std::accumulate(expected.begin(), expected.end(), 0.0) * plan.realizations * row_bytes * share_left;
  std::error_code unknown;
  auto const space = std::filesystem::space(folder.path, unknown);
  if (!unknown && size > static_cast<double>(space.available))
    write_stderr("warning: about {} are going to be written, {} are free in {}\n", bytes(size), bytes(static_cast<double>(space.available)),
                 folder.path);
}

/// Says which tables in the folder are from an earlier time: who reads the folder would mix them up.
void warn_of_others(WorkloadFolder const& folder, std::vector<GeneratedRealization> const& written) {
  auto others = tables_in(folder);
  for (auto const& realization : written)
    for (auto const& file : realization.files) others.erase(file.path);
  if (!others.empty())
    write_stderr("warning: {} is not of this run ({} such files in the folder); take it away lest it be taken for one\n", *others.begin(),
                 others.size());
}

int generate(Options const& options) {
  SweepConfig const config = one_scenario(options);
  Plan const plan = plan_of_traffic(config, options.sweep);
  SignalWatch const watch;  // from here on there is something to clean up
  OutputFolder const folder(options.output.empty() ? fmt::format("results/{}-workload", config.sweep.name) : options.output);
  WorkloadFolder const files{folder.path(), options.format == "hdf5" ? WorkloadFormat::hdf5 : WorkloadFormat::csv,
                             options.gzip ? Compression::gzip : Compression::none};
  std::string const sweep_path = files.path + "/sweep.toml";
  refuse_inputs_as_outputs(options, config, files, sweep_path);

  if (!options.quiet) warn_of_size(plan, files);
  // the HDF5 library does one thing at a time
  int const threads =
      files.format == WorkloadFormat::hdf5 ? 1 : static_cast<int>(std::min<std::int64_t>(cpu_threads(options.sweep.threads), plan.realizations));

  GenerateJob const job{plan, config, files};
  Generator generator(job, watch, options.quiet);
  generator.run(threads);
  GenerateSummary const summary{files.path, config, generator.finished(), generator.seconds()};
  if (!summary.realizations.empty()) write_text_file(sweep_path, resolved_sweep(config, "generate"));
  generator.throw_problem();  // the tables that are whole stay, with the sweep they are of
  if (summary.realizations.size() < plan.realizations)
    throw watch.stopped(
        fmt::format("of {} realizations {} were written whole, nothing of the others", plan.realizations, summary.realizations.size()));
  if (!options.quiet) warn_of_others(files, summary.realizations);
  fmt::print("{}", options.json ? summary.json().dump(2) + "\n" : summary.text());
  return 0;
}

}  // namespace

void add_generate_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("generate", "write the requests that a sweep's traffic consists of, and their sums by minute");
  options->sweep.add_sweep_file(*command);
  command->add_option("--seed", options->sweep.seed, "override sweep.seed")->type_name("N")->expected(1);
  command
      ->add_option("--realizations", options->sweep.realizations,
                   "how many, from number 0 on; by default 1, since a day of sweeps/baseline.toml is 2 million requests, 50 MB")
      ->type_name("N")
      ->expected(1);
  command->add_option("--scenario", options->scenario, "which scenario of a sweep with traffic on its axes, from 0, the last axis fastest")
      ->type_name("I");
  command->add_option("-o,--output", options->output, "folder of the files, made if need be (default: results/NAME-workload)")->type_name("DIR");
  command->add_option("--format", options->format, "csv or hdf5")->check(CLI::IsMember({"csv", "hdf5"}))->capture_default_str()->type_name("NAME");
  command->add_flag("--gzip", options->gzip, "compress: .csv.gz, or deflated columns in HDF5; less than half the size, a fifth of the speed");
  command->add_option("--threads", options->sweep.threads, "realizations drawn at a time, 0 for one a core (HDF5: always one)")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->add_flag("--json", options->json, "files, rows and sizes for programs");
  command->footer(
      "Writes, for realization K from 0 on,\n"
      "  requests-K.csv  time_s,class,prompt_tokens,completion_tokens: one row a request, in order of time\n"
      "  minutes-K.csv   minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second\n"
      "and sweep.toml, the sweep they were drawn from. Time 0 is the ledger's start; the warm-up comes before it, at\n"
      "negative times. The requests are those that run draws for the same sweep and seed: their sums are its demand.\n"
      "\n"
      "Examples:\n"
      "  fleetcast generate sweeps/baseline.toml --realizations 3 -o results/g\n"
      "  fleetcast generate sweeps/smoke.toml --scenario 1 --format hdf5 -o results/smoke-busy\n"
      "  fleetcast generate sweeps/azure-conv.toml --set workload.file=results/workload.toml --seed 5 --gzip -o results/mine");
  command->callback([options, &action] { action = [options] { return generate(*options); }; });
}

}  // namespace fleetcast
