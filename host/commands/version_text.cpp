#include "version_text.hpp"

#include <fmt/format.h>

#include <string_view>

#include "host/engine/backend.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

/// "a872e0e86e66, with changes that are not committed"
std::string commit() {
  std::string_view const sha = version::git_sha;
  if (sha == "unknown") return "not known (built outside a git repository)";
  return sha.ends_with('+') ? fmt::format("{}, with changes that are not committed", sha.substr(0, sha.size() - 1)) : std::string(sha);
}

std::string cuda() {
  if (std::string_view(version::cuda) == "none") return "without (the CPU backend alone)";
  return fmt::format("{}, for {}", version::cuda, version::cuda_architectures);
}

std::string mpi() {
  if (std::string_view(version::mpi) == "none") return "without";
  return fmt::format("standard {}", version::mpi);
}

}  // namespace

std::string version_text() {
  return fmt::format(
      "fleetcast {} ({})\n"
      "  commit    {}\n"
      "  build     {}\n"
      "  compiler  {}\n"
      "  CUDA      {}\n"
      "  MPI       {}\n"
      "  HDF5      {}\n"
      "  SIMD      baseline, avx2 and avx512 compiled; {} on this processor",
      version::number, version::git_sha, commit(), version::build_type, version::compiler, cuda(), mpi(), version::hdf5, simd_levels().back());
}

}  // namespace fleetcast
