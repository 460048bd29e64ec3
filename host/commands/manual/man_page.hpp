/// Manual pages in roff, in the man macros that groff and mandoc understand.
#pragma once

#include "option_tree.hpp"

namespace fleetcast::manual {

/// Of the program itself: fleetcast.1
std::string program_page(Program const& program);

/// Of one of its commands: fleetcast-NAME.1
std::string command_page(Program const& program, Command const& command);

}  // namespace fleetcast::manual
