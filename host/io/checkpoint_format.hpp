/// The payload of a checkpoint: its header, and the state of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "byte_stream.hpp"
#include "host/engine/plan.hpp"
#include "host/engine/run_state.hpp"

namespace fleetcast {

/// What a checkpoint is of; can be read without a plan.
struct CheckpointHeader {
  std::uint64_t generation = 0;  ///< counts the checkpoints of an output, from 1
  std::string fleetcast_version, git_sha;
  std::string date;  ///< when it was written: ISO 8601, UTC
  Hash128 plan_hash;
  std::uint64_t seed = 0;
  std::string sweep;               ///< the resolved sweep file
  std::uint64_t realizations = 0;  ///< that were asked for
  Effort effort;                   ///< how far it came
};

/// The header of a state, written by this build now.
CheckpointHeader checkpoint_header(std::uint64_t generation, Plan const& plan, RunState const& state);

void write_header(ByteWriter& out, CheckpointHeader const& header);
/// @throws Error bad_data
CheckpointHeader read_header(ByteReader& in);

void write_state(ByteWriter& out, Plan const& plan, RunState const& state);
/// The state, to the end of the stream. Sizes come from the plan or are bounded by what is left of the stream, so that what was forged is an error.
///
/// `plan` has the hash of the header's plan, but may ask for another number of realizations. Values of bands that it still wants are kept; bands
/// that were made of another number of realizations are left out, and drawn again by whoever goes on.
/// @throws Error bad_data; also if more realizations are done than the plan asks for
RunState read_state(ByteReader& in, CheckpointHeader const& header, Plan const& plan);

/// Both parts of a payload in memory.
/// @throws Error bad_data
std::pair<CheckpointHeader, RunState> parse_checkpoint(std::span<std::byte const> payload, Plan const& plan);

}  // namespace fleetcast
