/// Where a run begins: at nothing, or at what an earlier one has done.
#pragma once

#include <string>
#include <vector>

#include "host/engine/run_state.hpp"
#include "host/io/checkpoint.hpp"

namespace fleetcast {

struct RunStart {
  RunState state;
  std::string from;                ///< the checkpoint or result it goes on from; "" if it starts anew
  std::vector<std::string> notes;  ///< for people: damaged checkpoints, a result that is replaced
};

/// Refuses to replace a result that has something of the same plan to which what takes its place may not come: other realizations, or, where
/// either looks at them as they come, another number of them; or one that can't be opened, so that nobody knows.
/// @param checkpoint  which the run goes on from: of looks it has as many at least, and one that is newer is to replace the result; "" for none
/// @param advice      how to replace it all the same
/// @throws Error bad_data
void refuse_to_lose(std::string const& output, Plan const& plan, RealizationSpan wanted, std::string const& checkpoint, std::string const& advice);

/// The state of the checkpoint beside an output or of the result itself, if it is of the plan; else an empty one. Of both, that of the checkpoint
/// if it is newer, since --fresh may have begun it, or has more realizations.
///
/// @param wanted  realizations that shall be computed
/// @param fresh   start anew whatever is there
/// @throws Error bad_data if there is a checkpoint that can't be gone on from, or one that has other realizations, too
RunStart start_of_run(std::string const& output, Plan const& plan, RealizationSpan wanted, CheckpointPair const& checkpoints, bool fresh);

}  // namespace fleetcast
