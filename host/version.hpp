/// What this build is.
#pragma once

namespace fleetcast::version {

extern char const* const number;   ///< "0.1.0"
extern char const* const git_sha;  ///< of the commit it was built from, "+" after it if the tree was changed
extern char const* const compiler;
extern char const* const hdf5;
extern char const* const cuda;  ///< version of the CUDA compiler, "none" without

}  // namespace fleetcast::version
