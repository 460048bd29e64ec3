/// What this build is.
#pragma once

namespace fleetcast::version {

extern char const* const number;      ///< "0.1.0"
extern char const* const git_sha;     ///< of the commit it was built from, "+" after it if the tree was changed, "unknown" outside a repository
extern char const* const build_type;  ///< "Release"
extern char const* const compiler;    ///< "GNU 12.2.0"
extern char const* const hdf5;        ///< version of the library built with
extern char const* const cuda;        ///< version of the CUDA compiler, "none" without
extern char const* const cuda_architectures;  ///< "sm_80, sm_90, compute_90", "" without CUDA
extern char const* const mpi;                 ///< version of the MPI standard built with, "none" without

}  // namespace fleetcast::version
