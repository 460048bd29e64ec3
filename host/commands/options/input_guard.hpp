/// Files that a command reads must not become what it writes.
#pragma once

#include <string>

namespace fleetcast {

/// Refuses an output that is an input, by whatever path. Neither has to be there, nor named ("").
/// @param option  that named the output
/// @throws Error usage
void refuse_input_as_output(std::string const& input, std::string const& output, std::string const& option);

}  // namespace fleetcast
