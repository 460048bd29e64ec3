/// The subcommands. Each adds itself to the command line; its action runs after parsing and throws Error.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace fleetcast {

/// What the chosen subcommand does; returns the exit code.
using Action = std::function<int()>;

void add_run_command(CLI::App& app, Action& action);
void add_plan_command(CLI::App& app, Action& action);
void add_analyze_command(CLI::App& app, Action& action);
void add_replay_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_merge_command(CLI::App& app, Action& action);
void add_info_command(CLI::App& app, Action& action);
void add_generate_command(CLI::App& app, Action& action);
void add_fit_command(CLI::App& app, Action& action);
void add_verify_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_watch_command(CLI::App& app, Action& action);

}  // namespace fleetcast
