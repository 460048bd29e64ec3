/// Damage done to a result through the HDF5 library itself, so that the file opens and what it says is wrong.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <vector>

class FuzzedDataProvider;

namespace fleetcast::fuzz {

/// Names of what a result holds, in the order of HDF5's index.
struct ResultNames {
  std::vector<std::string> attributes;
  std::vector<std::string> datasets;

  explicit ResultNames(std::string const& path);
};

/// Reads edits from `bytes` until they end, a dozen at most, and makes them: attributes and datasets taken out, given other types, shapes
/// and values, replaced by groups and links.
void edit_result(std::string const& path, ResultNames const& names, FuzzedDataProvider& bytes);

}  // namespace fleetcast::fuzz
