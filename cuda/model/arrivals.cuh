/// Arrivals: how many requests of each class reach the fleet in each tick.
#pragma once

#include "exponential.cuh"
#include "gamma.cuh"
#include "normal.cuh"
#include "poisson.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Innovation of the drift's AR(1) in one tick, standard normal: one Philox block.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_innovation(TrafficView const& traffic, std::uint32_t tick, typename Lane::Word realization,
                                                        std::uint64_t first) {
  auto const where = Lane::word(stream_word(Stream::drift, 0, first));
  auto const words = philox<Lane>({Lane::word(0), Lane::word(tick), realization, where}, traffic.seed);
  return inverse_normal<Lane>(uniform_from<Lane>(words.x, words.y));
}

/// z of a tick from that of the tick before: a stationary Gaussian AR(1).
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_state(TrafficView const& traffic, std::uint32_t tick, typename Lane::Real before,
                                                   typename Lane::Real innovation) {
  if (tick == 0) return innovation;
  return Lane::real(traffic.drift_persistence) * before + Lane::real(traffic.drift_innovation) * innovation;
}

/// Drift factor A_t = exp(s·z_t - s²/2).
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_factor(TrafficView const& traffic, typename Lane::Real z) {
  return exponential<Lane>(Lane::real(traffic.drift_log_sd) * z - Lane::real(0.5 * traffic.drift_log_sd * traffic.drift_log_sd));
}

/// Expected arrivals of a tick, at most PoissonSampler::largest_mean, and whether they were clamped to it.
template <class Lane>
struct ArrivalRate {
  typename Lane::Real mean;
  typename Lane::Mask clamped;
};

/// @param drift  factor, 1 without drift
/// @param burst  factor, 1 without bursts
template <class Lane>
FLEETCAST_FUNCTION ArrivalRate<Lane> arrival_rate(TrafficView const& traffic, std::uint32_t tick, typename Lane::Real drift,
                                                  typename Lane::Real burst) {
  auto const rate = Lane::real(traffic.expected_requests[tick]) * drift * burst;
  auto const clamped = rate > Lane::real(PoissonSampler::largest_mean);
  return {Lane::select(clamped, Lane::real(PoissonSampler::largest_mean), rate), clamped};
}

/// Arrivals of one class in one tick, as words.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Word class_arrivals(TrafficView const& traffic, std::uint32_t request_class, std::uint32_t tick,
                                                      typename Lane::Word realization, std::uint64_t first, typename Lane::Real rate) {
  auto const mean = Lane::real(traffic.classes[request_class].share) * rate;
  auto const where = stream_word(Stream::arrivals, request_class, first);
  return integer_word<Lane>(PoissonSampler{traffic.seed}.template operator()<Lane>(mean, tick, realization, where));
}

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
  bool const drifts = traffic.drift_log_sd > 0.0;
  bool const bursts = traffic.burst_variation > 0.0;
  GammaSampler const sample_burst = GammaSampler::with_variation(traffic.seed, bursts ? traffic.burst_variation : 1.0);
  Real z = Lane::real(0.0);
  Real drift = Lane::real(1.0);
  Real burst = Lane::real(1.0);
  auto clamped = Lane::word(0);

  for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
    if (drifts) {
      z = drift_state<Lane>(traffic, tick, z, drift_innovation<Lane>(traffic, tick, realization, first));
      drift = drift_factor<Lane>(traffic, z);
    }
    if (bursts && tick % traffic.burst_ticks == 0) burst = sample_burst.template operator()<Lane>(tick / traffic.burst_ticks, realization, first);
    auto const rate = arrival_rate<Lane>(traffic, tick, drift, burst);
    if (tick >= traffic.warmup_ticks) clamped = clamped + Lane::select(rate.clamped, Lane::word(1), Lane::word(0));
    for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
      auto const count = class_arrivals<Lane>(traffic, c, tick, realization, first, rate.mean);
      std::uint64_t const class_row = static_cast<std::uint64_t>(c) * tile_rows + first_row;
      for (std::uint32_t i = 0; i < rows; ++i)
        demand.class_requests[(class_row + i) * demand.ticks + tick] = static_cast<std::uint32_t>(Lane::get(count, static_cast<int>(i)));
    }
  }
  for (std::uint32_t i = 0; i < rows; ++i) demand.clamped_ticks[first_row + i] = static_cast<std::uint32_t>(Lane::get(clamped, static_cast<int>(i)));
}

}  // namespace fleetcast::inline FLEETCAST_ISA
