/// Workload bands: per block of ticks, the spread of requests and tokens over realizations.
#pragma once

#include <algorithm>
#include <vector>

#include "cuda/model/rows.cuh"
#include "plan.hpp"
#include "sums.hpp"

namespace fleetcast {

/// Position of quantile q among n ascending values: the smallest value with at least a share q at or below it.
inline std::size_t quantile_rank(double q, std::size_t n) {
  double const rank = std::ceil(q * static_cast<double>(n) * (1.0 - 1e-12));
  return static_cast<std::size_t>(std::clamp(rank - 1.0, 0.0, static_cast<double>(n - 1)));
}

/// Collects block sums of the first band_realizations realizations of a scenario, then sorts them.
class BandCollector {
 public:
  explicit BandCollector(Plan const& plan) : values_(static_cast<std::size_t>(Bands::quantities) * plan.band_blocks * plan.band_realizations) {}

  void clear() { std::fill(values_.begin(), values_.end(), 0); }

  void take(std::uint64_t first, std::uint32_t realizations, DemandView const& demand, Plan const& plan) {
    for (std::uint32_t row = 0; row < realizations && first + row < plan.band_realizations; ++row) {
      std::size_t const start = static_cast<std::size_t>(row) * demand.ticks;
      for (std::uint32_t block = 0; block < plan.band_blocks; ++block) {
        std::uint32_t const from = plan.warmup_ticks + block * plan.band_ticks;
        std::uint32_t const to = std::min(from + plan.band_ticks, demand.ticks);
        at(plan, 0, block, first + row) = sum_ticks(demand.requests + start, from, to);
        at(plan, 1, block, first + row) = sum_ticks(demand.prompt_tokens + start, from, to);
        at(plan, 2, block, first + row) = sum_ticks(demand.completion_tokens + start, from, to);
      }
    }
  }

  Bands reduce(Plan const& plan) {
    auto const& quantiles = plan.config.sweep.quantiles;
    Bands bands;
    bands.sums.resize(static_cast<std::size_t>(Bands::quantities) * plan.band_blocks);
    bands.quantiles.resize(bands.sums.size() * quantiles.size());
    for (std::uint32_t quantity = 0; quantity < Bands::quantities; ++quantity) {
      for (std::uint32_t block = 0; block < plan.band_blocks; ++block) {
        auto* const begin = &at(plan, quantity, block, 0);
        auto* const end = begin + plan.band_realizations;
        std::sort(begin, end);
        std::uint64_t& sum = bands.sums[static_cast<std::size_t>(quantity) * plan.band_blocks + block];
        for (auto const* value = begin; value != end; ++value) sum += *value;
        for (std::size_t q = 0; q < quantiles.size(); ++q)
          bands.quantiles[(quantity * quantiles.size() + q) * plan.band_blocks + block] = begin[quantile_rank(quantiles[q], plan.band_realizations)];
      }
    }
    return bands;
  }

 private:
  std::uint64_t& at(Plan const& plan, std::uint32_t quantity, std::uint32_t block, std::uint64_t realization) {
    return values_[(static_cast<std::size_t>(quantity) * plan.band_blocks + block) * plan.band_realizations + realization];
  }

  std::vector<std::uint64_t> values_;  ///< [quantity][block][realization]
};

}  // namespace fleetcast
