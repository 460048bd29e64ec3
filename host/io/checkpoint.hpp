/// Checkpoints: what a run needs to go on after whatever ended it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint_format.hpp"

namespace fleetcast {

/// A whole checkpoint, of any plan.
struct FoundCheckpoint {
  CheckpointHeader header;
  std::string path;
  std::uint64_t bytes = 0;
  std::vector<std::string> damaged;  ///< "PATH: why", of others that could not be used
};

/// A checkpoint that was written.
struct SavedCheckpoint {
  std::uint64_t generation = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
};

/// The two checkpoints beside an output, OUT.checkpoint-a and OUT.checkpoint-b, written in turn, so that one is whole whatever happens to the
/// other. Whoever uses them holds the output's lock. results/README.md describes the format.
class CheckpointPair {
 public:
  /// Reads what is there: every byte, to see whether it is whole.
  explicit CheckpointPair(std::string output);

  /// The newest that is whole; none where there are no files.
  /// What is wrong with the other, damage or a newer format, stands in FoundCheckpoint::damaged.
  /// @throws Error bad_data if there are files but none is whole, io if none is that can be read
  std::optional<FoundCheckpoint> const& find() const;

  /// Writes a state over the older of the two, aside, synced and renamed.
  /// @throws Error cannot_create, io; the newer one is then as it was
  SavedCheckpoint save(Plan const& plan, RunState const& state);

  /// The state of a checkpoint found.
  /// @param plan  has the hash of the checkpoint's; see refuse_other_run()
  /// @throws Error bad_data (also if it has more realizations than the plan), io
  static RunState load(FoundCheckpoint const& found, Plan const& plan);

  /// Removes both, and what was left aside.
  void remove();

 private:
  std::string path(int place) const;

  std::string output_;
  std::optional<FoundCheckpoint> found_;
  std::vector<std::string> problems_;  ///< of files that can't be used
  bool is_readable_ = true;            ///< false: one of them may be whole
  std::uint64_t generation_ = 0;       ///< of the newest
  int next_ = 0;                       ///< the place of the other one
};

/// Refuses to go on with a checkpoint that another sweep, version or build has written. A sweep that looks at its results ([stop], race) has to be
/// the same in every key; others in what their integers depend on, so that realizations, prices and the confidence may change.
///
/// @throws Error bad_data, naming what differs and what to do
void refuse_other_run(FoundCheckpoint const& found, Plan const& plan);

}  // namespace fleetcast
