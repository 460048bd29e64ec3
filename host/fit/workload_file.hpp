/// The files a fit leaves: a workload file and the measured pairs beside it.
#pragma once

#include <ostream>
#include <string>

#include "fit.hpp"

namespace fleetcast {

/// A commented workload file: a key a line, each with its meaning, its standard error and its 95% interval. `workload.file` takes it.
///
/// @param trace_name  stands in the heading
/// @param pairs_file  where write_pairs_csv went, relative to the workload file; not read where the law is not empirical
std::string workload_toml(FitReport const& report, std::string const& trace_name, std::string const& pairs_file);

/// `prompt_tokens,completion_tokens` of every sampled request.
void write_pairs_csv(std::ostream& out, TokenLaws const& laws);

}  // namespace fleetcast
