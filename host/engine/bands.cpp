#include "bands.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace fleetcast {

std::size_t quantile_rank(double q, std::size_t n) {
  double const rank = std::ceil(q * static_cast<double>(n) * (1.0 - 1e-12));
  return static_cast<std::size_t>(std::clamp(rank - 1.0, 0.0, static_cast<double>(n - 1)));
}

BandValues::BandValues(Plan const& plan)
    : realizations_(plan.band_realizations),
      blocks_(plan.band_blocks),
      block_ticks_(plan.band_ticks),
      warmup_ticks_(plan.warmup_ticks),
      values_(static_cast<std::size_t>(Bands::quantities) * blocks_ * realizations_) {}

std::uint64_t BandValues::bytes(Plan const& plan) {
  return sizeof(std::uint64_t) * Bands::quantities * plan.band_blocks * static_cast<std::uint64_t>(plan.band_realizations);
}

void BandValues::take(std::uint64_t first, std::uint32_t realizations, DemandView const& demand) {
  for (std::uint32_t row = 0; row < realizations && first + row < realizations_; ++row) {
    std::size_t const start = static_cast<std::size_t>(row) * demand.ticks;
    for (std::uint32_t block = 0; block < blocks_; ++block) {
      std::uint32_t const from = warmup_ticks_ + block * block_ticks_;
      std::uint32_t const to = std::min(from + block_ticks_, demand.ticks);
      values_[index(0, block, first + row)] = sum_ticks(demand.requests + start, from, to);
      values_[index(1, block, first + row)] = sum_ticks(demand.prompt_tokens + start, from, to);
      values_[index(2, block, first + row)] = sum_ticks(demand.completion_tokens + start, from, to);
    }
  }
  note({first, first + realizations});
}

void BandValues::note(RealizationSpan span) { drawn_.add({span.first, std::min<std::uint64_t>(span.last, realizations_)}); }

void BandValues::add(BandValues const& other) {
  std::uint32_t const common = std::min(realizations_, other.realizations_);
  for (std::uint32_t row = 0; row < Bands::quantities * blocks_; ++row) {
    auto const* const from = other.values_.data() + static_cast<std::size_t>(row) * other.realizations_;
    auto* const to = values_.data() + static_cast<std::size_t>(row) * realizations_;
    std::transform(from, from + common, to, to, std::plus<>{});
  }
  for (auto const& span : other.drawn_.spans()) note(span);
}

Bands BandValues::reduce(std::vector<double> const& quantiles) const {
  std::size_t const rows = static_cast<std::size_t>(Bands::quantities) * blocks_;
  Bands bands;
  bands.sums.resize(rows);
  bands.quantiles.resize(rows * quantiles.size());
#pragma omp parallel
  {
    std::vector<std::uint64_t> values(realizations_);
#pragma omp for schedule(static)
    for (std::size_t row = 0; row < rows; ++row) {
      std::copy_n(values_.data() + row * realizations_, realizations_, values.begin());
      bands.sums[row] = std::accumulate(values.begin(), values.end(), std::uint64_t{0});
      std::size_t const quantity = row / blocks_, block = row % blocks_;
      // the highest first: the others are searched for below it
      auto end = values.end();
      for (std::size_t q = quantiles.size(); q-- > 0;) {
        auto const place = values.begin() + static_cast<std::ptrdiff_t>(quantile_rank(quantiles[q], realizations_));
        if (place < end) std::nth_element(values.begin(), place, end);
        bands.quantiles[(quantity * quantiles.size() + q) * blocks_ + block] = *place;
        end = std::min(end, place);
      }
    }
  }
  return bands;
}

}  // namespace fleetcast
