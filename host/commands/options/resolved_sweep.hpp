/// The sweep file that goes beside what a command wrote.
#pragma once

#include <string>

#include "host/config/sweep_config.hpp"

namespace fleetcast {

/// `config` as a sweep file that runs from any folder: every key written out, paths absolute, below a comment that names the program
/// and its command.
std::string resolved_sweep(SweepConfig config, std::string const& command);

}  // namespace fleetcast
