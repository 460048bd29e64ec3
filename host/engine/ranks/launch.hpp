/// What a launcher of many processes says of this one, before any of them talks to another.
#pragma once

#include <cstdint>
#include <string>

namespace fleetcast {

/// How this process was started: by itself, or with others by mpirun or srun.
struct Launch {
  std::uint32_t rank = 0;  ///< from 0
  std::uint32_t size = 1;  ///< processes; 0: more than one, perhaps, the launcher does not say

  bool alone() const { return size == 1; }
};

/// Reads what Open MPI's mpirun, Slurm's srun, and launchers that speak PMI or PMIx leave in the environment.
Launch launched();

}  // namespace fleetcast
