#include "command_line.hpp"

#include <fmt/format.h>

#include "conventions.hpp"
#include "host/config/keys.hpp"
#include "version_text.hpp"

namespace fleetcast {

namespace {

int print_keys() {
  fmt::print("{}", keys_help());
  return 0;
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line(Action& action) {
  auto app = std::make_unique<CLI::App>(
      "Monte Carlo forecasts for GPU fleets that serve large language models:\n"
      "every autoscaler setting of a grid on thousands of simulated days, with honest intervals.\n",
      "fleetcast");
  app->set_help_flag("-h,--help", "print this help");
  app->set_version_flag("--version", version_text, "what this build is: version, commit, compilers, libraries");
  app->set_help_all_flag("--help-all", "help of every command");
  CLI::Option const* const keys = app->add_flag("--help-keys")->description("every key of a sweep file, with unit, default and meaning");
  app->callback([keys, &action] {
    if (keys->count() > 0) action = print_keys;
  });
  app->footer(
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml        4096 settings on 1000 days; the best ones on stdout\n"
      "  fleetcast analyze results/baseline.h5     which setting to take, and how sure that is\n"
      "  fleetcast fit trace.csv -o workload.toml  a traffic model from a request log\n"
      "  fleetcast generate sweeps/baseline.toml   the requests of one of those days, as CSV\n"
      "  fleetcast replay sweeps/classic.toml --workload minutes.csv -o results/replay\n"
      "                                            one setting on one day, minute by minute\n"
      "  fleetcast info results/baseline.h5        what a result is and how it came about\n"
      "\n" +
      exit_code_summary());
  add_run_command(*app, action);
  add_plan_command(*app, action);
  add_watch_command(*app, action);
  add_generate_command(*app, action);
  add_fit_command(*app, action);
  add_replay_command(*app, action);
  add_analyze_command(*app, action);
  add_report_command(*app, action);
  add_merge_command(*app, action);
  add_info_command(*app, action);
  add_verify_command(*app, action);
  add_bench_command(*app, action);
  app->require_subcommand(0, 1);
  return app;
}

}  // namespace fleetcast
