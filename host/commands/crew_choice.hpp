/// Who computes a run: this process, or all that a launcher started.
#pragma once

#include <functional>
#include <memory>

#include "host/engine/crew.hpp"
#include "host/engine/ranks/ranks.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

/// Calls `lead` with null in a process that was started by itself. Where a launcher (mpirun, srun) started several, rank 0 calls it and the
/// others compute what the crew deals that it makes; they end quietly when it returns or throws.
/// @throws Error no_device  several were started, and this build has no MPI
int with_ranks(SweepOptions const& options, std::function<int(Ranks*)> const& lead);

/// The devices --device asks for, of all ranks. They are shared out among the processes of a machine; where there is no GPU, its cores are.
/// @param extras  of this process alone
/// @param ranks   null for this process alone
/// @throws Error  usage (--raw with several ranks), what a rank could not prepare
std::unique_ptr<Crew> make_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras, Ranks* ranks);

}  // namespace fleetcast
