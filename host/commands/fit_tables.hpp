/// The tables of a fit's report folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/fit/fit.hpp"

namespace fleetcast {

/// File names and their CSV text: fit-minutes.csv, fit-structure.csv and, where single lengths are known, fit-lengths.csv
/// (columns: results/README.md).
std::vector<std::pair<std::string, std::string>> fit_tables(FitReport const& report);

}  // namespace fleetcast
