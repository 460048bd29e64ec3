/// When a run knows enough: the rule of [stop], and the race of [search].
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cell_tallies.hpp"
#include "host/engine/runner.hpp"
#include "quantities.hpp"
#include "selection.hpp"

namespace fleetcast {

/// What one look found.
struct LookRecord {
  std::uint64_t realizations = 0;
  double confidence = 0;      ///< of this look's statements: 1 - α·2^-j at look j
  std::uint64_t running = 0;  ///< cells looked at
  std::uint64_t leaving = 0;  ///< of these, cells that left
  double found = 0;           ///< widest half-width over what is asked for, or largest saving over what does not matter: at most 1 is enough;
                              ///< infinite where nothing can be said yet, 0 without a metric
  std::optional<std::uint64_t> limiting = std::nullopt;  ///< the cell that `found` is of
  bool enough = false;
};

/// Judges the looks of one run.
///
/// Looks come at doubling numbers of realizations. Look j makes all its statements at confidence 1 - α·2^-j, so that those of all looks
/// hold together with probability at least 1 - α (union bound), however the looks decide when to stop. Decisions are made from integers by
/// IEEE arithmetic and quantiles, the same on every backend and number of threads; max_seconds alone depends on the machine.
class StopRule {
 public:
  /// @param seconds  since the run's start; asked at each look where stop.max_seconds is set
  StopRule(Plan const& plan, std::function<double()> seconds);

  LookVerdict judge(SweepSums const& sums, std::uint32_t look);
  /// Whether the last look was enough.
  bool is_over() const { return !looks_.empty() && (looks_.back().enough || out_of_time_); }

  /// What it needs to go on in another process; for recall() of the same plan.
  std::string memory() const;
  /// @param memory  "" before the first look
  /// @throws Error bad_data
  void recall(std::string const& memory);

  std::vector<LookRecord> const& looks() const { return looks_; }
  /// "all realizations done", or why there were fewer.
  std::string reason() const;
  /// The rule in words; "" without one.
  std::string rule() const;
  /// A LeftRace per cell; empty without a race.
  std::vector<std::uint8_t> const& left_race() const { return left_race_; }

 private:
  void judge_selections(CellTallies const& tallies, std::vector<Selection> const& selections, LookRecord& record) const;
  void judge_widths(SweepSums const& sums, CellTallies const& tallies, std::vector<std::vector<std::uint64_t>> const& running,
                    LookRecord& record) const;
  double allowed_half_width(std::optional<Quantity> quantity, Estimate const& estimate, std::uint64_t cell) const;
  std::vector<std::uint64_t> still_running(std::vector<std::uint64_t> const& cells) const;

  Plan const& plan_;
  std::function<double()> seconds_;
  std::vector<LookRecord> looks_;
  std::vector<std::uint8_t> left_race_;
  bool out_of_time_ = false;
};

}  // namespace fleetcast
