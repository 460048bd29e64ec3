/// The quantities of a result: what each is, and how it comes out of the integer sums.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "estimate.hpp"
#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"

namespace fleetcast {

/// Name of an entry of the ledger in files: "billed_replica_ticks", …, "ticks_above_0" for the first latency level.
std::string entry_name(std::uint32_t entry);

/// Quantities a result reports for every cell, in the order of results/README.md.
enum class Quantity : std::uint32_t {
  cost_usd,
  violated_share,
  violated_request_share,
  mean_replicas,
  peak_replicas,
  mean_utilization,
  ticks_at_max,
  longest_violation_minutes,
  scale_ups,
  scale_downs,
  shed_share,
  reference_cost_usd,
  regret_usd,
  cost_over_reference,
  usd_per_million_tokens,
  count
};
inline constexpr std::uint32_t quantity_count = static_cast<std::uint32_t>(Quantity::count);

struct QuantityInfo {
  char const* name;
  char const* units;
  char const* long_name;
  bool has_extremes;   ///< smallest and largest realization are known
  bool has_quantiles;  ///< a histogram is kept
};

/// What a quantity is called and what is known of it.
QuantityInfo const& describe(Quantity quantity);

/// Statistics of one quantity in one cell.
struct QuantityStatistics {
  Estimate estimate;
  double min, max;                ///< NaN without extremes
  std::vector<double> quantiles;  ///< empty without a histogram
};

/// Derives the statistics of cells from a sweep's sums.
class CellStatistics {
 public:
  CellStatistics(Plan const& plan, SweepSums const& sums);

  /// NaN everywhere for an invalid cell.
  QuantityStatistics of(Quantity quantity, std::uint64_t cell) const;

  /// Share of realizations that meet the objective.
  Estimate objective_met(std::uint64_t cell) const;

  /// Mean number of ticks above a latency level.
  Estimate ticks_above(std::uint32_t level, std::uint64_t cell) const;

  /// Share of what sla.per counts (requests, or minutes with requests or without) that breaks the promise.
  Quantity promised_share() const;

 private:
  struct Place {
    CellSums const& cell;
    ScenarioSums const& scenario;
    PolicyInfo const& policy;
    std::uint32_t slot;
    Estimator const& estimate;
  };
  Place place(std::uint64_t cell) const;
  Moments moments(Place const& at, Entry entry) const;
  Violations violations(Place const& at, Entry entry) const;
  Estimate estimate(Quantity quantity, Place const& at) const;
  void add_extremes(Quantity quantity, Place const& at, QuantityStatistics& into) const;
  void add_quantiles(Quantity quantity, Place const& at, QuantityStatistics& into) const;

  Plan const& plan_;
  SweepSums const& sums_;
  std::map<std::uint64_t, Estimator> estimators_;  ///< by realizations: those of cells that left a race, too
};

}  // namespace fleetcast
