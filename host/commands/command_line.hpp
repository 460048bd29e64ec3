/// The whole command line as a tree of options: what main parses, and what man pages and completions are written from.
#pragma once

#include <memory>

#include "commands.hpp"

namespace fleetcast {

/// Every option and subcommand of fleetcast.
///
/// Parsing with it stores in `action` what the command line asks for; nothing runs before `action` is called, and it stays empty where no
/// command is given. Parsing throws CLI::ParseError (CLI::Success and its like for --help and --version).
///
/// @param action  outlives the tree
std::unique_ptr<CLI::App> make_command_line(Action& action);

}  // namespace fleetcast
