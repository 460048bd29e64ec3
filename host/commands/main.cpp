#include <fmt/format.h>
#include <simdjson.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>

#include "command_line.hpp"
#include "host/config/error.hpp"
#include "host/report/standard_error.hpp"
#include "standard_streams.hpp"
#include "usage_message.hpp"

namespace {

using namespace fleetcast;

int fail(ExitCode code, std::string const& message) {
  write_stderr("{}\n", message);
  return static_cast<int>(code);
}

constexpr char const* unwritable_output = "standard output can't be written; is the disk full?";

/// `code`, or the one that says standard output could not be written.
int after_flush(int code) { return flush_output() == Output::unwritable && code == 0 ? fail(ExitCode::io, unwritable_output) : code; }

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is a failed write, with a message
  open_closed_streams();
  Action action;
  std::unique_ptr<CLI::App> const app = make_command_line(action);
  try {
    for (int i = 1; i < argc; ++i)  // results, sweeps and JSON, which name files, are UTF-8
      if (!simdjson::validate_utf8(std::string_view(argv[i])))
        return fail(ExitCode::usage, fmt::format("fleetcast: argument {}, {}, is no UTF-8; rename the file, or make a link to it", i, argv[i]));
    app->parse(argc, argv);
    if (!action) return fail(ExitCode::usage, app->help() + "\nfleetcast: no command given; fleetcast run SWEEP.toml is the usual one");
    return after_flush(action());
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return after_flush(app->exit(error));
    return fail(ExitCode::usage, usage_message(*app, error));
  } catch (Error const& error) {
    return fail(error.code(), error.what());
  } catch (std::filesystem::filesystem_error const& error) {
    std::string const path = error.path1().empty() ? "the working directory" : error.path1().string();
    return fail(ExitCode::cannot_create, fmt::format("{}: can't be looked at: {}", path, error.code().message()));
  } catch (std::system_error const& error) {  // what fmt::print throws
    bool const is_unread = error.code() == std::errc::broken_pipe;
    return is_unread ? static_cast<int>(ExitCode::done) : fail(ExitCode::io, unwritable_output);
  } catch (std::bad_alloc const&) {
    return fail(ExitCode::internal, "fleetcast: out of memory; give a smaller --memory or a smaller grid");
  } catch (std::exception const& error) {
    return fail(ExitCode::internal, fmt::format("fleetcast: internal error: {}; please report it with the sweep file", error.what()));
  }
}
