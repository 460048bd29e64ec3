/// The tables of a fit's report folder.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "host/fit/fit.hpp"

namespace fleetcast {

inline constexpr std::array table_names{"fit-minutes.csv", "fit-structure.csv", "fit-lengths.csv"};

/// File names and their CSV text; the last of them where single lengths are known (columns: results/README.md).
std::vector<std::pair<std::string, std::string>> fit_tables(FitReport const& report);

}  // namespace fleetcast
