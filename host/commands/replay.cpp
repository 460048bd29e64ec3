#include <fmt/format.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "host/commands/options/cell_choice.hpp"
#include "host/commands/options/resolved_sweep.hpp"
#include "host/commands/options/sweep_options.hpp"
#include "host/commands/options/trace_options.hpp"
#include "host/config/error.hpp"
#include "host/engine/policies.hpp"
#include "host/engine/replay.hpp"
#include "host/io/atomic_file.hpp"
#include "host/report/replay_summary.hpp"
#include "host/report/timeline.hpp"
#include "output_folder.hpp"
#include "replay_workload.hpp"
#include "signals.hpp"

namespace fleetcast {

namespace {

namespace fs = std::filesystem;

constexpr char const* timeline_name = "timeline.csv";
constexpr char const* summary_name = "summary.json";
constexpr char const* sweep_name = "sweep.toml";
constexpr std::array output_names{timeline_name, summary_name, sweep_name};

struct Options {
  SweepOptions sweep;
  std::vector<std::string> cell;
  std::string workload;
  TraceOptions trace;
  std::optional<std::uint64_t> realization;
  std::string output;
  bool quiet = false;
  bool json = false;
};

/// The one setting to be replayed, as a sweep without a grid.
SweepConfig one_setting(Options const& options) {
  SweepConfig config = options.sweep.config();
  for (auto const& choice : options.cell) choose_cell(config, choice);
  require_one_cell(config, options.realization ? WorkloadAxes::chosen : WorkloadAxes::dropped, options.sweep.sweep_file);
  return config;
}

/// The plan of that setting. A workload from a file brings its own traffic and time: the sweep's need no tables then.
Plan plan_of(SweepConfig config, Options const& options) {
  config.stop = {};
  config.search = {};
  if (!options.realization) {
    config.workload = {};
    config.workload.classes.resize(1);
    config.sweep.realizations = 1;
    config.sweep.warmup_minutes = 0;
    config.sweep.minutes = config.sweep.tick_seconds;  // a multiple of any tick
  }
  return options.sweep.plan(config);
}

/// What comes, and the number of its first tick: the ledger of a simulated day starts with tick 0, a file has a clock of its own.
struct Demand {
  DemandSeries series;
  std::int64_t first_tick;
};

Demand demand(Options const& options, Plan const& plan) {
  if (options.realization) return {draw_demand(plan, 0, *options.realization), -static_cast<std::int64_t>(plan.warmup_ticks)};
  TraceSummary const trace = read_trace_summary(options.workload, options.trace, plan.tick_seconds);
  if (!options.quiet) print_trace_notes(trace);
  return {demand_of(trace, plan.tick_seconds), trace.first_bin};
}

/// Refuses a folder whose files this replay reads.
void refuse_inputs_as_outputs(Options const& options, SweepConfig const& config, fs::path const& folder) {
  std::error_code missing;
  for (auto const* name : output_names) {
    options.sweep.refuse_input_as_output((folder / name).string(), config);
    if (fs::equivalent(folder / name, options.workload, missing))
      throw Error(ExitCode::usage, fmt::format("-o {}: this replay reads the {} there; name another folder", folder.string(), name));
  }
}

int replay_one(Options const& options) {
  if (options.workload.empty() == !options.realization)
    throw Error(ExitCode::usage, "fleetcast replay: what is to be replayed? Give --workload FILE or --realization K, one of them");
  SweepConfig const config = one_setting(options);
  Plan const plan = plan_of(config, options);
  auto [series, first_tick] = demand(options, plan);
  PolicyInfo const& policy = plan.policies.front();
  check_size(plan, policy.slot, series);
  std::uint32_t const warmup_ticks = series.warmup_ticks;
  std::uint32_t const ledger_ticks = series.ledger_ticks();

  PolicyBuilder curves(plan.tick_seconds, {});
  fs::path const path = options.output.empty() ? fs::path("results") / (config.sweep.name + "-replay") : fs::path(options.output);
  refuse_inputs_as_outputs(options, config, path);
  SignalWatch const watch;
  OutputFolder const folder(path.string());
  TimelineWriter timeline((path / timeline_name).string(),
                          {curves.curve(config.service.ttft, "service.ttft"), curves.curve(config.service.tpot, "service.tpot"),
                           plan.groups.front().backlog, plan.groups.front().signal, plan.tick_seconds, first_tick, policy.usd_per_replica_tick});
  ReplayLedger const ledger = replay(plan, policy.slot, std::move(series), [&](FleetTick const& tick) {
    if (watch.raised().load(std::memory_order_relaxed)) throw watch.stopped("nothing was written");
    timeline.add(tick);
  });
  timeline.commit();

  std::string const workload = options.realization ? fmt::format("realization {}", *options.realization) : options.workload;
  ReplaySummary const summary{{plan, policy, ledger, ledger_ticks}, warmup_ticks, workload};
  std::string const json = summary.json().dump(2) + "\n";
  write_text_file((path / summary_name).string(), json);
  write_text_file((path / sweep_name).string(), resolved_sweep(config, "replay"));
  if (options.json)
    fmt::print("{}", json);
  else
    fmt::print("{}  {:<12} {}\n", summary.text(), "timeline", (path / timeline_name).string());
  return 0;
}

}  // namespace

void add_replay_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("replay", "run one setting on one given workload and write what happened in every tick");
  options->sweep.add_sweep_file(*command);
  command->add_option("--cell", options->cell, "cell of the sweep's grid, for example --cell scale_up_at=180000,scale_down_at=140000")
      ->type_name("AXIS=VALUE,...")
      ->allow_extra_args(false);
  command->add_option("--workload", options->workload, "what came: a table of minutes (or of other ticks), or a log of requests")->type_name("FILE");
  add_trace_options(*command, options->trace);
  command->add_option("--realization", options->realization, "instead of --workload: the K-th day that run simulates, from 0")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
      ->type_name("K");
  command->add_option("-o,--output", options->output, "folder for timeline.csv, summary.json and sweep.toml (default: results/NAME-replay)")
      ->type_name("DIR");
  command->add_flag("--quiet", options->quiet, "nothing on how the file was read");
  command->add_flag("--json", options->json, "the summary for programs");
  command->footer(
      "Times before 0 are run as a warm-up and not billed. The sweep's days, warm-up and traffic play no part with --workload.\n"
      "\n"
      "Examples:\n"
      "  fleetcast replay sweeps/classic.toml --workload results/g/minutes-0.csv -o results/r\n"
      "  fleetcast replay sweeps/baseline.toml --cell scale_up_at=180000,scale_down_at=140000 --realization 7 -o results/day7\n"
      "  fleetcast replay sweeps/azure-conv.toml --set autoscaler.scale_up_at=150000 --set autoscaler.scale_down_at=60000 \\\n"
      "      --workload AzureLLMInferenceTrace_conv.csv -o results/conv --json");
  command->callback([options, &action] { action = [options] { return replay_one(*options); }; });
}

}  // namespace fleetcast
