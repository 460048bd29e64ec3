/// Who computes a run: this process, or all that a launcher started.
#pragma once

#include <functional>
#include <memory>

#include "host/commands/options/run_options.hpp"
#include "host/engine/crew.hpp"
#include "host/engine/ranks/ranks.hpp"

namespace fleetcast {

/// Calls `lead` in a process that was started by itself. Where a launcher (mpirun, srun) started several, rank 0 calls it, with options.ranks,
/// and the others compute for the crew that it makes; they end quietly when it returns or throws.
/// @throws Error no_device  several were started, and this build has no MPI
int with_ranks(RunOptions const& options, std::function<int(RunOptions const&)> const& lead);

/// The devices that the options ask for, of all ranks. Valid as long as options and plan.
/// @param extras  of this process; helpers audit by the same options
/// @param warn    told of devices that can't be used, and of ranks that fail or straggle
/// @throws Error  no_device, usage, bad_config; what a rank could not prepare
std::unique_ptr<Crew> make_crew(RunOptions const& options, Plan const& plan, CrewExtras const& extras, Warn const& warn);

}  // namespace fleetcast
