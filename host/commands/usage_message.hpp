/// What is said of a command line that can't be read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace fleetcast {

/// The problem, the command or option that may have been meant, and where to look.
/// @param app  that has parsed as far as it could
std::string usage_message(CLI::App const& app, CLI::ParseError const& error);

}  // namespace fleetcast
