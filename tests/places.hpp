/// Where tests find files that are not their own. Their paths are compiled in one source, so that all others compile alike in every clone.
#pragma once

#include <string>

namespace fleetcast::testing {

/// @param path  below the project's folder
std::string source_path(std::string const& path);

/// @param path  below the folder of real traces beside the project, which need not be there
std::string shared_data_path(std::string const& path);

}  // namespace fleetcast::testing
