/// Every cell of an answer, as a CSV table.
#pragma once

#include <string>

#include "answer.hpp"

namespace fleetcast {

/// Writes a row for each cell in the scope, in the file's order; gzipped where the name ends in ".gz". results/README.md names the columns.
/// @throws Error cannot_create, io
void write_cell_csv(std::string const& path, Answer const& answer);

}  // namespace fleetcast
