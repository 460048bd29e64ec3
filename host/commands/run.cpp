#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "host/config/error.hpp"
#include "host/engine/runner.hpp"
#include "host/io/atomic_file.hpp"
#include "host/io/result_file.hpp"
#include "host/report/answer_json.hpp"
#include "host/report/answer_tables.hpp"
#include "host/report/look_report.hpp"
#include "host/report/progress_line.hpp"
#include "host/report/refinement_report.hpp"
#include "host/report/run_reporter.hpp"
#include "host/report/setting_text.hpp"
#include "host/report/text_table.hpp"
#include "host/stats/run_details.hpp"
#include "host/stats/stop_rule.hpp"
#include "kernel_seconds.hpp"
#include "observer_options.hpp"
#include "plan_summary.hpp"
#include "signals.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t settings_shown = 10;

struct RunOptions {
  SweepOptions sweep;
  std::string output;
  bool dry_run = false;
  bool raw = false;
  bool refine = false;
  bool quiet = false;
  bool json = false;
  ObserverOptions observers;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// -o, or results/NAME.h5 below the working directory.
std::string output_path(RunOptions const& options, Plan const& plan) {
  if (!options.output.empty()) return options.output;
  std::error_code problem;
  std::filesystem::create_directories("results", problem);
  if (problem) throw Error(ExitCode::cannot_create, "results: the folder can't be created: " + problem.message() + "; name a file with -o");
  return "results/" + plan.config.sweep.name + ".h5";
}

/// Refuses a sweep whose sums the machine can't hold, before it tries.
void check_memory(PlanSummary const& summary) {
  auto const available = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
  if (summary.memory_bytes() > available)
    throw Error(ExitCode::bad_config, fmt::format("[grid]: the sums of {} cells take {}, this machine has {}; shorten an axis or split the sweep",
                                                  grouped(static_cast<double>(summary.plan.cells)),
                                                  bytes(static_cast<double>(summary.memory_bytes())), bytes(static_cast<double>(available))));
}

/// Says what the plan found that a planner should know.
void warn(Plan const& plan) {
  double worst = 0;
  std::uint64_t worst_cell = 0;
  // the share depends on few settings: corners of the grid show it
  for (std::uint64_t cell = 0; cell < plan.cells; cell += std::max<std::uint64_t>(1, plan.cells / 64)) {
    if (!plan.is_valid(cell)) continue;
    double const excess = plan.unservable_share(cell) - (1.0 - plan.policies[plan.policy_of(cell)].objective);
    if (excess > worst) {
      worst = excess;
      worst_cell = cell;
    }
  }
  if (worst > 0)
    fmt::print(stderr,
               "warning: {} of requests have prompts so long that their own prefill breaks the promise on an idle fleet "
               "(the objective allows {}); no replica count helps those\n",
               percent(plan.unservable_share(worst_cell)), percent(1.0 - plan.policies[plan.policy_of(worst_cell)].objective));
  double least_excess_ms = std::numeric_limits<double>::infinity();
  for (auto const& policy : plan.policies)
    if (policy.problem.empty()) least_excess_ms = std::min(least_excess_ms, policy.ttft_at_rest_ms - policy.ttft_limit_ms);
  if (least_excess_ms > 0)
    fmt::print(stderr, "warning: even an idle fleet takes {:.4g} ms longer to its first token than the promise allows; no setting can keep it\n",
               least_excess_ms);
}

/// The settings told, once more in shorter ticks.
RefinementReport refinement(RunOptions const& options, Plan const& plan, std::vector<std::uint64_t> const& cells, SignalWatch const& watch,
                            std::string const& path) {
  auto const start = std::chrono::steady_clock::now();
  std::uint32_t const shorter = shorter_tick_seconds(plan.tick_seconds);
  RefinementSize const size{.threads = cpu_threads(options.sweep.threads)};
  ProgressLine progress(options.quiet);
  auto comparisons = compare_ticks(plan, shorter, cells, size, watch.raised(), [&](double share) {
    progress.show(share, seconds_since(start) * (1.0 - share) / share, fmt::format("again in ticks of {} s", shorter));
  });
  if (watch.raised()) throw watch.stopped(fmt::format("{} is written, what shorter ticks would change is not known", path));
  return {plan, shorter, size.realizations, std::move(comparisons)};
}

int run(RunOptions const& options) {
  auto const start = std::chrono::steady_clock::now();
  Plan const plan = options.sweep.plan();
  if (options.refine) shorter_tick_seconds(plan.tick_seconds);  // what can't be refined is told before the work
  PlanSummary const summary{plan, options.sweep.choice(plan), options.raw};
  if (options.dry_run) {
    fmt::print("{}", options.json ? summary.json().dump(2) + "\n" : summary.text());
    return 0;
  }
  check_memory(summary);
  if (options.raw && plan.config.looks())
    throw Error(ExitCode::usage, "--raw: how many realizations a run with [stop] or a race comes to is not known before; leave one of them out");
  std::string const path = output_path(options, plan);
  options.sweep.refuse_input_as_output(path, plan.config);
  { AtomicFile const probe(path); }  // an output that can't be created is told before the work
  if (!options.quiet) warn(plan);
  std::unique_ptr<RawLedgers> const raw = options.raw ? std::make_unique<RawLedgers>(plan, 4ULL << 30) : nullptr;
  double const plan_seconds = seconds_since(start);

  RunState state(plan);
  LocalCrew crew(plan, options.sweep.backend_makers(), {.raw = raw.get()});
  SignalWatch const watch;
  StopRule stop_rule(plan, [start] { return seconds_since(start); });
  bool const finished = [&] {
    RunReporter reporter({}, options.observers.observers(options.quiet));
    return fleetcast::run(plan, state, crew,
                          {.stop = [&] { return watch.raised().load(); },
                           .report = [&](Progress const& p) { reporter.progress(p); },
                           .judge = [&](SweepSums const& sums, std::uint32_t look) { return stop_rule.judge(sums, look); }});
  }();
  if (!finished) throw watch.stopped("nothing was written");
  Hash128 const hash = digest(plan, state.sums);
  LookReport const looks{plan, stop_rule, state.effort};
  Provenance const provenance{crew.name(),      crew.device(),       stop_rule.reason(),    state.effort.seconds, plan_seconds,
                              stop_rule.rule(), looks.json().dump(), stop_rule.left_race(), crew.kernel_seconds()};
  if (!write_result(path, plan, state.sums, hash, watch.raised(), provenance, raw.get())) throw watch.stopped("nothing was written");
  CellTallies tallies = tally(plan, state.sums);
  tallies.left_race = stop_rule.left_race();
  Decisions const decisions = decide(tallies, DecisionScope(tallies.axes), tallies.reliability, tallies.look_confidence);
  RunDetails const details(plan, state.sums);
  TallyEstimates estimates(tallies, tallies.look_confidence);
  Answer const answer{tallies, decisions, details, plan.config, estimates, tallies.confidence, settings_shown};
  double const seconds = state.effort.seconds;
  std::optional<RefinementReport> refined;
  if (options.refine) refined.emplace(refinement(options, plan, shown_cells(answer), watch, path));
  if (options.json) {
    nlohmann::ordered_json json = answer_json(answer);
    json["digest"] = hash.hex();
    json["plan_hash"] = plan.hash.hex();
    json["result"] = path;
    json["seconds"] = seconds;
    json["requests_per_second"] = state.effort.requests / seconds;
    json["steps_per_second"] = state.effort.steps / seconds;
    json["kernel_seconds"] = kernel_seconds_json(crew.kernel_seconds());
    json["realizations"] = state.sums.realizations_done;
    json["stop_reason"] = provenance.stop_reason;
    if (plan.config.looks()) json["looks"] = looks.json();
    json["backend"] = crew.name();
    json["device"] = crew.device();
    if (refined) json["refine"] = refined->json();
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}{}{}\n  {}, {:.3g} requests and {:.3g} policy steps in {} ({}, {})\n  digest {}\n  {}\n", answer_summary(answer),
               refined ? "\n" + refined->text() : "", plan.config.looks() ? "\n" + looks.text() : "",
               sample_name(tallies.period, state.sums.realizations_done), state.effort.requests, state.effort.steps, duration(seconds), crew.name(),
               crew.device(), hash.hex(), path);
  }
  return 0;
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command = app.add_subcommand("run", "simulate every setting of a sweep and write the result");
  options->sweep.add_to(*command);
  command->add_option("-o,--output", options->output, "result file (default: results/NAME.h5)")->type_name("FILE.h5");
  command->add_flag("--dry-run", options->dry_run, "say what it would take and stop");
  command->add_flag("--raw", options->raw, "also write every realization's ledger");
  command->add_flag("--refine", options->refine,
                    "run the settings of the table again on 32 realizations in ticks a sixth as long, to see what they change");
  command->add_flag("--quiet", options->quiet, "no progress, no warnings");
  command->add_flag("--json", options->json, "results for programs");
  command->footer(
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml\n"
      "  fleetcast run sweeps/baseline.toml --realizations 200 --set sla.ttft_ms=300 -o results/strict.h5\n"
      "  fleetcast run sweeps/azure-conv.toml --set workload.file=results/workload.toml\n"
      "  fleetcast run sweeps/baseline.toml --refine\n"
      "  fleetcast run sweeps/baseline.toml --dry-run");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

void add_plan_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command = app.add_subcommand("plan", "say what a sweep would take: cells, memory, time, file size");
  options->sweep.add_to(*command);
  command->add_flag("--json", options->json, "for programs");
  command->footer("Examples:\n  fleetcast plan sweeps/baseline.toml\n  fleetcast plan sweeps/baseline.toml --realizations 100000 --json");
  command->callback([options, &action] {
    options->dry_run = true;
    action = [options] { return run(*options); };
  });
}

}  // namespace fleetcast
