/// What --version tells.
#pragma once

#include <string>

namespace fleetcast {

/// The whole build, a line each: version and commit, compiler, CUDA and its architectures, MPI, libraries, instruction sets and the one this
/// processor runs. Asks no device and starts no MPI.
std::string version_text();

}  // namespace fleetcast
