/// Results read back, to go on with them or to add them up.
#pragma once

#include <optional>
#include <string>

#include "host/engine/run_state.hpp"

namespace fleetcast {

/// What a result says of itself before its sums are read.
struct ResultHeader {
  std::string path;
  std::string sweep;  ///< resolved, TOML
  std::string plan_hash, digest;
  std::string fleetcast_version, git_sha;
  std::string backend, device;
  RealizationSpan realizations{0, 0};  ///< that its sums are over
  std::string part = {};               ///< "3/16"; "" of a whole result
  bool looked = false;                 ///< it was run with [stop] or a race
  bool has_ledgers = false;            ///< it was run with --raw
};

/// @throws Error no_input, bad_data (no result, a newer format)
ResultHeader read_result_header(std::string const& path);

/// Why a run of `wanted` can't go on from a result; "" if it can. Words that follow the result's name: "was written by …".
std::string why_not_continued(ResultHeader const& result, Plan const& plan, RealizationSpan wanted);

/// All that a result has counted, its realizations done. Bands are left out where the plan makes them of another number of realizations, and
/// where the result has none.
///
/// @param plan  of the result's plan hash, without looks, as the result's own
/// @throws Error no_input, bad_data (of another plan, or with looks; lacks a sum; was changed, so that it no longer has its digest)
RunState read_state(std::string const& path, Plan const& plan);

}  // namespace fleetcast
