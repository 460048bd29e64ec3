/// Sweep files: TOML in, checked SweepConfig out.
#pragma once

#include <string>
#include <vector>

#include "sweep_config.hpp"

namespace fleetcast {

/// Reads a sweep file and applies `overrides` ("key=value", value in TOML; a bare word is a string).
///
/// Paths in the file are relative to it; they come back relative to the working directory.
/// @throws Error bad_config or no_input, naming file:line:column, the problem and what to do
SweepConfig read_sweep(std::string const& path, std::vector<std::string> const& overrides);

/// The same from text; `name` stands for the file in messages.
SweepConfig parse_sweep(std::string const& text, std::string const& name, std::vector<std::string> const& overrides);

}  // namespace fleetcast
