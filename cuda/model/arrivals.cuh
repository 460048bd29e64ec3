/// Arrivals: how many requests of each class reach the fleet in each tick.
#pragma once

#include "exponential.cuh"
#include "gamma.cuh"
#include "normal.cuh"
#include "poisson.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Drift factor A_t = exp(s·z_t - s²/2), z a stationary Gaussian AR(1): one Philox block per tick.
template <class Lane>
struct DriftProcess {
  using Real = typename Lane::Real;
  Real z;

  FLEETCAST_FUNCTION Real advance(TrafficView const& traffic, std::uint32_t tick, typename Lane::Word realization, std::uint64_t first) {
    auto const where = Lane::word(stream_word(Stream::drift, 0, first));
    auto const words = philox<Lane>({Lane::word(0), Lane::word(tick), realization, where}, traffic.seed);
    Real const innovation = inverse_normal<Lane>(uniform_from<Lane>(words.x, words.y));
    z = tick == 0 ? innovation : Lane::real(traffic.drift_persistence) * z + Lane::real(traffic.drift_innovation) * innovation;
    return exponential<Lane>(Lane::real(traffic.drift_log_sd) * z - Lane::real(0.5 * traffic.drift_log_sd * traffic.drift_log_sd));
  }
};

/// Draws the arrivals of Lane::width realizations over all ticks.
///
/// Writes `class_requests` [class][row][tick] and `clamped_ticks` [row] of `demand` for rows first_row …
/// first_row + rows - 1 (rows ≤ Lane::width); row i of the tile is realization tile_first + i.
///
/// @param tile_rows  rows of the tile, the stride of `class_requests`
template <class Lane>
FLEETCAST_FUNCTION void draw_arrivals(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t first_row,
                                      std::uint32_t rows, DemandView const& demand) {
  using Real = typename Lane::Real;
  std::uint64_t const first = tile_first + first_row;
  auto const realization = Lane::count_from(first & 0xffffffffULL);
  PoissonSampler const sample_arrivals{traffic.seed};
  bool const bursts = traffic.burst_variation > 0.0;
  GammaSampler const sample_burst = GammaSampler::with_variation(traffic.seed, bursts ? traffic.burst_variation : 1.0);
  DriftProcess<Lane> drift{Lane::real(0.0)};
  Real burst = Lane::real(1.0);
  auto clamped = Lane::word(0);

  for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
    Real rate = Lane::real(traffic.expected_requests[tick]);
    if (traffic.drift_log_sd > 0.0) rate = rate * drift.advance(traffic, tick, realization, first);
    if (bursts) {
      if (tick % traffic.burst_ticks == 0) burst = sample_burst.template operator()<Lane>(tick / traffic.burst_ticks, realization, first);
      rate = rate * burst;
    }
    auto const too_large = rate > Lane::real(PoissonSampler::largest_mean);
    if (Lane::any(too_large)) {
      rate = Lane::select(too_large, Lane::real(PoissonSampler::largest_mean), rate);
      if (tick >= traffic.warmup_ticks) clamped = clamped + Lane::select(too_large, Lane::word(1), Lane::word(0));
    }
    for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
      Real const mean = Lane::real(traffic.classes[c].share) * rate;
      Real const drawn = sample_arrivals.template operator()<Lane>(mean, tick, realization, stream_word(Stream::arrivals, c, first));
      auto const count = integer_word<Lane>(drawn);
      std::uint64_t const class_row = static_cast<std::uint64_t>(c) * tile_rows + first_row;
      for (std::uint32_t i = 0; i < rows; ++i)
        demand.class_requests[(class_row + i) * demand.ticks + tick] = static_cast<std::uint32_t>(Lane::get(count, static_cast<int>(i)));
    }
  }
  for (std::uint32_t i = 0; i < rows; ++i) demand.clamped_ticks[first_row + i] = static_cast<std::uint32_t>(Lane::get(clamped, static_cast<int>(i)));
}

}  // namespace fleetcast::inline FLEETCAST_ISA
