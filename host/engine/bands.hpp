/// Workload bands: per block of ticks, the spread of requests and tokens over realizations.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/model/rows.cuh"
#include "plan.hpp"
#include "realization_set.hpp"

namespace fleetcast {

/// Workload bands of a scenario: per block of ticks, over the first band_realizations realizations.
struct Bands {
  static constexpr std::uint32_t quantities = 3;  ///< requests, prompt tokens, completion tokens
  std::vector<std::uint64_t> sums;                ///< [quantity][block]
  std::vector<std::uint64_t> quantiles;           ///< [quantity][quantile][block], order statistics
};

/// Position of quantile q among n ascending values: the smallest value with at least a share q at or below it.
std::size_t quantile_rank(double q, std::size_t n);

/// Block sums of the first band_realizations realizations of a scenario, from which its bands are made. Zero where a realization has not been
/// drawn, so that what several have drawn adds up.
class BandValues {
 public:
  explicit BandValues(Plan const& plan);

  /// Takes what a tile's realizations below band_realizations demand.
  void take(std::uint64_t first, std::uint32_t realizations, DemandView const& demand);
  /// Notes that the values of a span have come, by take() or written into values().
  void note(RealizationSpan span);
  /// Adds what another has drawn, which must be of other realizations; it may be of a plan that keeps values of fewer.
  void add(BandValues const& other);

  RealizationSet const& drawn() const { return drawn_; }
  /// Realizations whose values are missing.
  std::vector<RealizationSpan> missing() const { return drawn_.missing({0, realizations_}); }
  std::uint32_t realizations() const { return realizations_; }

  /// [quantity][block][realization]
  std::span<std::uint64_t> values() { return values_; }
  std::span<std::uint64_t const> values() const { return values_; }

  /// Sums and order statistics of all values; none may be missing.
  Bands reduce(std::vector<double> const& quantiles) const;

  static std::uint64_t bytes(Plan const& plan);

 private:
  std::size_t index(std::uint32_t quantity, std::uint32_t block, std::uint64_t realization) const {
    return (static_cast<std::size_t>(quantity) * blocks_ + block) * realizations_ + realization;
  }

  std::uint32_t realizations_, blocks_, block_ticks_, warmup_ticks_;
  std::vector<std::uint64_t> values_;
  RealizationSet drawn_;
};

}  // namespace fleetcast
