#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "commands.hpp"
#include "host/commands/options/run_options.hpp"
#include "host/commands/run/crew_choice.hpp"
#include "host/commands/run/run_checks.hpp"
#include "host/commands/run/run_session.hpp"
#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "host/stats/tick_refinement.hpp"
#include "plan_summary.hpp"

namespace fleetcast {

namespace {

int run(RunOptions const& options) {
  auto const start = std::chrono::steady_clock::now();
  Plan const plan = options.sweep.plan();
  if (options.refine) shorter_tick_seconds(plan.tick_seconds);  // what can't be refined is told before the work
  options.check(plan);
  PlanSummary const summary{plan, options.sweep.choice(plan), options.raw, options.copies_of_sums()};
  if (options.dry_run) {
    fmt::print("{}", options.json ? summary.json().dump(2) + "\n" : summary.text());
    return 0;
  }
  check_memory(summary);
  std::string const path = target_of(options.output_path(plan));  // one lock and one checkpoint, whatever it is called
  options.observers.refuse_clashes(options.sweep, plan.config, path);
  check_creatable(path);  // told before the work; the output's lock finds out whether its folder may be written to
  return RunSession(options, plan, path, start).run();
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command = app.add_subcommand("run", "simulate every setting of a sweep and write the result");
  options->add_to(*command);
  command->callback([options, &action] { action = [options] { return with_ranks(*options, [](RunOptions const& lead) { return run(lead); }); }; });
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
