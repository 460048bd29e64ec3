/// Generated realizations as HDF5.
#pragma once

#include "workload_files.hpp"

namespace fleetcast {

/// @throws Error cannot_create
std::unique_ptr<WorkloadFiles> open_workload_hdf5(WorkloadTarget const& target);

}  // namespace fleetcast
