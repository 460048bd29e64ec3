#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <system_error>

#include "commands.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/engine/backend.hpp"
#include "host/version.hpp"

namespace {

using namespace fleetcast;

std::string version_text() {
  return fmt::format("fleetcast {} ({})\n  compiler {}\n  CUDA     {}\n  HDF5     {}\n  SIMD     {}", version::number, version::git_sha,
                     version::compiler, version::cuda, version::hdf5, fmt::join(simd_levels(), ", "));
}

int fail(ExitCode code, std::string const& message) {
  fmt::print(stderr, "{}\n", message);
  return static_cast<int>(code);
}

constexpr char const* unwritable_output = "standard output can't be written; is the disk full?";

/// `code`, or the one that says standard output could not be written.
int after_flush(int code) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) return code;
  return code == 0 ? fail(ExitCode::io, unwritable_output) : code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is a failed write, with a message
  CLI::App app{
      "Monte Carlo forecasts for GPU fleets that serve large language models:\n"
      "every autoscaler setting of a grid on thousands of simulated days, with honest intervals.\n",
      "fleetcast"};
  app.set_version_flag("--version", version_text());
  app.set_help_all_flag("--help-all", "help of every command");
  bool keys = false;
  app.add_flag("--help-keys", keys, "every key of a sweep file, with unit, default and meaning");
  app.footer(
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml        4096 settings on 1000 days; the best ones on stdout\n"
      "  fleetcast analyze results/baseline.h5     which setting to take, and how sure that is\n"
      "  fleetcast fit trace.csv -o workload.toml  a traffic model from a request log\n"
      "  fleetcast generate sweeps/baseline.toml   the requests of one of those days, as CSV\n"
      "  fleetcast replay sweeps/classic.toml --workload minutes.csv -o results/replay\n"
      "                                            one setting on one day, minute by minute\n"
      "  fleetcast info results/baseline.h5        what a result is and how it came about\n"
      "\n"
      "Exit codes: 0 done, 64 usage, 65 bad data, 66 no input, 69 no device, 70 internal,\n"
      "73 can't create output, 74 I/O, 78 bad sweep file, 130 SIGINT, 143 SIGTERM.");
  Action action;
  add_run_command(app, action);
  add_plan_command(app, action);
  add_watch_command(app, action);
  add_generate_command(app, action);
  add_fit_command(app, action);
  add_replay_command(app, action);
  add_analyze_command(app, action);
  add_report_command(app, action);
  add_info_command(app, action);
  add_verify_command(app, action);
  add_bench_command(app, action);
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
    if (keys) {
      fmt::print("{}", keys_help());
      return after_flush(0);
    }
    if (!action) return fail(ExitCode::usage, app.help() + "\nfleetcast: no command given; fleetcast run SWEEP.toml is the usual one");
    return after_flush(action());
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return after_flush(app.exit(error));
    return fail(ExitCode::usage, fmt::format("fleetcast: {} (fleetcast --help shows how)", error.what()));
  } catch (Error const& error) {
    return fail(error.code(), error.what());
  } catch (std::system_error const&) {
    return fail(ExitCode::io, unwritable_output);  // what fmt::print throws
  } catch (std::bad_alloc const&) {
    return fail(ExitCode::internal, "fleetcast: out of memory; give a smaller --memory or a smaller grid");
  } catch (std::exception const& error) {
    return fail(ExitCode::internal, fmt::format("fleetcast: internal error: {}; please report it with the sweep file", error.what()));
  }
}
