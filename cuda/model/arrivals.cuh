/// Arrivals: how many requests of each class reach the fleet in each tick.
#pragma once

#include "drift.cuh"
#include "exponential.cuh"
#include "gamma.cuh"
#include "poisson.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Whether a burst interval is silent.
///
/// @param before  whether the interval before was; any value in interval 0
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Mask is_silent(TrafficView const& traffic, std::uint32_t interval, typename Lane::Mask before,
                                                 typename Lane::Word realization, std::uint64_t first) {
  SilenceView const& silence = traffic.silence;
  auto const where = Lane::word(stream_word(Stream::silence, 0, first));
  auto const word = philox<Lane>({Lane::word(0), Lane::word(interval), realization, where}, traffic.seed).x;
  if (interval == 0) return word < Lane::word(silence.first);
  return (before & Lane::negate(word < Lane::word(silence.ends))) | (Lane::negate(before) & (word < Lane::word(silence.starts)));
}

/// Expected arrivals of a tick, at most PoissonSampler::largest_mean, and whether they were clamped to it.
template <class Lane>
struct ArrivalRate {
  typename Lane::Real mean;
  typename Lane::Mask clamped;
};

/// @param drift  factor, 1 without drift
/// @param burst  factor of bursts and silences, 1 without them
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
  bool const bursts = traffic.burst_variation > 0.0;
  GammaSampler const sample_burst = GammaSampler::with_variation(traffic.seed, bursts ? traffic.burst_variation : 1.0);
  bool const silences = traffic.silence.first > 0;
  Real z = Lane::real(0.0);  // apart, so that it stays in a register
  Real further_z[most_drift_scales - 1] = {};
  Real drift = Lane::real(1.0);
  Real burst = Lane::real(1.0);
  auto silent = Lane::negate(Lane::everywhere());
  auto clamped = Lane::word(0);

  for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
    if (traffic.drift_scales > 0) {
      auto const follow = [&](std::uint32_t scale, Real& state) {
        DriftView const& view = traffic.drifts[scale];
        state = drift_state<Lane>(view, tick, state, drift_innovation<Lane>(traffic.seed, scale, tick, realization, first));
        return drift_logarithm<Lane>(view, state);
      };
      Real logarithm = follow(0, z);
      for (std::uint32_t scale = 1; scale < traffic.drift_scales; ++scale) logarithm = logarithm + follow(scale, further_z[scale - 1]);
      drift = exponential<Lane>(logarithm);
    }
    if (tick % traffic.burst_ticks == 0) {
      std::uint32_t const interval = tick / traffic.burst_ticks;
      if (bursts) burst = sample_burst.template operator()<Lane>(interval, realization, first);
      if (silences) {
        silent = is_silent<Lane>(traffic, interval, silent, realization, first);
        Real const open = bursts ? burst * Lane::real(traffic.silence.open_rate) : Lane::real(traffic.silence.open_rate);
        burst = Lane::select(silent, Lane::real(0.0), open);
      }
    }
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
