/// Adds up over all ranks what they have done.
#pragma once

#include <mpi.h>

#include <vector>

#include "host/engine/run_state.hpp"
#include "mpi_messages.hpp"

namespace fleetcast::mpi {

/// Types and operations that MPI does not have: 128-bit sums, moments. Lives between MPI_Init and MPI_Finalize.
class Reduction {
 public:
  Reduction();
  ~Reduction();
  Reduction(Reduction const&) = delete;
  Reduction& operator=(Reduction const&) = delete;

  /// Adds to the leader's `state` what the others' states have of some scenarios: cells' and scenarios' sums, and band values where asked for.
  /// Every rank calls it with the same scenarios. Takes no second copy of the sums. Bands are not made, and what is done is not noted.
  void add_to_leader(Plan const& plan, std::vector<Touched> const& touched, RunState& state);
  KernelSeconds add_to_leader(KernelSeconds seconds);

 private:
  void cells(CellSums& sums);
  void moments(std::vector<Touched> const& touched, RunState& state);

  MPI_Datatype sum128_ = MPI_DATATYPE_NULL, moments_ = MPI_DATATYPE_NULL;
  MPI_Op add_sum128_ = MPI_OP_NULL, add_moments_ = MPI_OP_NULL;
};

}  // namespace fleetcast::mpi
