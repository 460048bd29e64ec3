/// What every HDF5 file of fleetcast says of itself.
#pragma once

#include <string>

#include "hdf5.hpp"
#include "host/config/sweep_config.hpp"

namespace fleetcast {

/// Writes the root attributes filetype, format_version, Conventions, title, fleetcast_version, git_sha, seed, rng, sweep (the
/// resolved sweep file) and date (UTC now, or SOURCE_DATE_EPOCH where a build wants the same bytes twice).
void write_origin(hdf5::Writer& file, std::string const& filetype, int format_version, SweepConfig const& sweep);

}  // namespace fleetcast
