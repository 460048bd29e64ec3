/// What a run has done so far: all that is needed to go on with it, on this machine or another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bands.hpp"
#include "plan.hpp"
#include "realization_set.hpp"
#include "sums.hpp"

namespace fleetcast {

/// How much work that is.
struct Effort {
  std::uint64_t realizations = 0;       ///< summed over scenarios
  std::uint64_t cell_realizations = 0;  ///< valid cells times their realizations
  double requests = 0;                  ///< drawn
  double steps = 0;                     ///< policy ticks
  double seconds = 0;                   ///< of wall time

  Effort& operator+=(Effort const& other);
};

/// How far a run has come.
struct Progress {
  Effort done;                     ///< before an interruption, too
  Effort earlier;                  ///< what of it was there when this process began
  std::uint64_t realizations = 0;  ///< of all scenarios, when all are done
  double tile_seconds = 0;         ///< for which a worker was at the tile that has just been done
};

/// What a run has done so far. Between two stretches of work it is whole: `sums` are over `done` and nothing else.
struct RunState {
  explicit RunState(Plan const& plan);

  SweepSums sums;
  std::vector<RealizationSet> done;              ///< [scenario]
  std::vector<std::optional<BandValues>> bands;  ///< [scenario]; none before anything is drawn, and once the bands are made of them
  std::vector<std::uint8_t> left;                ///< [cell], not 0: it left a race and gets no more realizations; empty while none has
  std::string judge;                             ///< what the judge of looks needs to go on
  Effort effort;
  bool wants_bands = true;         ///< false: a part that has not all realizations bands are made of, so that no values need be kept
  bool keeps_band_values = false;  ///< it is a part: whoever adds it to others makes the bands

  /// Whether a scenario's bands have been made.
  bool has_bands(std::uint32_t scenario) const { return !sums.scenarios[scenario].bands.sums.empty(); }
  /// Whether something of a scenario has been drawn and its bands have not been made.
  bool lacks_bands(std::uint32_t scenario) const { return done[scenario].size() > 0 && !has_bands(scenario); }
  /// Whether the band values of realizations to come are worth keeping: where some that are done lack theirs, as those of a finished result, all are
  /// drawn again in the end, a scenario at a time.
  bool collects_bands(Plan const& plan, std::uint32_t scenario) const;
  /// Takes values of realizations that nobody has taken before, and makes the bands as soon as none is missing.
  void add_bands(Plan const& plan, std::uint32_t scenario, BandValues values);
  /// Makes the bands of a scenario if all their values are there and it is not a part.
  void make_bands(Plan const& plan, std::uint32_t scenario);
  /// Adds what another run of the plan has done of a scenario, which must be other realizations.
  void add(Plan const& plan, std::uint32_t scenario, RunState const& other);
};

}  // namespace fleetcast
