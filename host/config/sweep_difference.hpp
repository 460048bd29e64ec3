/// In what two sweeps differ.
#pragma once

#include <string>
#include <vector>

namespace fleetcast {

/// What two resolved sweep files do not share, in order of key: "sweep.seed is 1 there and 2 here". Axes are "grid.KEY", values of the baseline
/// "baseline.KEY"; long values are cut.
///
/// @param there_name  the file that holds the first, for messages
/// @throws Error bad_data if that can't be read
std::vector<std::string> sweep_differences(std::string const& there, std::string const& there_name, std::string const& here);

/// The first of them in a row, and how many more there are.
std::string differences_text(std::vector<std::string> const& differences);

}  // namespace fleetcast
