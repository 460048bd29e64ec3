/// What all commands have in common, in one place for --help and the manual: exit codes and environment variables.
#pragma once

#include <array>
#include <string>

#include "host/config/error.hpp"

namespace fleetcast {

struct ExitCodeMeaning {
  ExitCode code;
  char const* brief;    ///< of some words, for --help
  char const* meaning;  ///< a sentence, for the manual
};

inline constexpr std::array exit_code_meanings{
    ExitCodeMeaning{ExitCode::done, "done", "Done."},
    ExitCodeMeaning{ExitCode::usage, "usage", "The command line asks for something that there is not, or that contradicts itself."},
    ExitCodeMeaning{ExitCode::bad_data, "bad data", "An input file's content can't be used; the message names the place."},
    ExitCodeMeaning{ExitCode::no_input, "no input", "An input file does not exist or can't be read."},
    ExitCodeMeaning{ExitCode::no_device, "no device", "The device asked for is not there, or can't be used."},
    ExitCodeMeaning{ExitCode::internal, "internal", "An error of fleetcast itself, or not enough memory."},
    ExitCodeMeaning{ExitCode::cannot_create, "can't create output", "An output file can't be created."},
    ExitCodeMeaning{ExitCode::io, "I/O", "Writing failed on the way, as on a full disk. What stood under the output's name before still does."},
    ExitCodeMeaning{ExitCode::stopped_early, "stopped by its own limit or SIGUSR1",
                    "Stopped early, by a limit it was given or by SIGUSR1; run again to go on."},
    ExitCodeMeaning{ExitCode::bad_config, "bad sweep file", "The sweep file, or a key given with --set, says something that can't be run."},
    ExitCodeMeaning{ExitCode::interrupted, "SIGINT", "Stopped by SIGINT (Ctrl-C). A run has saved what was done; run again to go on."},
    ExitCodeMeaning{ExitCode::terminated, "SIGTERM", "Stopped by SIGTERM; the same."},
};

struct EnvironmentVariable {
  char const* name;
  char const* meaning;
};

inline constexpr std::array environment_variables{
    EnvironmentVariable{"NO_COLOR", "If set, no colours on the terminal."},
    EnvironmentVariable{
        "SOURCE_DATE_EPOCH",
        "Seconds since 1970 that take the place of the clock in the dates that files bear, so that they can be reproduced to the byte."},
    EnvironmentVariable{"CUDA_VISIBLE_DEVICES", "GPUs that may be used, as the CUDA driver reads it."},
};

/// "Exit codes: 0 done, 64 usage, …" in lines for --help.
std::string exit_code_summary();

}  // namespace fleetcast
