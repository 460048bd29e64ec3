/// Arrivals of a tile: drift and silence along each realization, then every tick by itself.
#pragma once

#include "body.cuh"
#include "cuda/model/accumulate.cuh"
#include "cuda/model/arrivals.cuh"
#include "cuda/model/length_drift.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Innovations of one scale of the drift: index = row·ticks + tick.
struct DrawInnovations {
  TrafficView traffic;
  std::uint32_t scale;
  std::uint64_t tile_first;
  std::uint32_t rows;
  std::uint64_t* innovations;  ///< [row][tick], bits of doubles

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * traffic.total_ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const realization = tile_first + index / traffic.total_ticks;
    auto const tick = static_cast<std::uint32_t>(index % traffic.total_ticks);
    innovations[index] =
        ScalarDrawLane::bits_of(drift_innovation<ScalarDrawLane>(traffic.seed, scale, tick, realization & 0xffffffffULL, realization));
  }
};

/// Follows one scale of the drift along each realization and adds its logarithm to those of the scales before: index = row.
struct FollowDrift {
  TrafficView traffic;
  std::uint32_t scale;
  std::uint32_t rows;
  std::uint64_t const* innovations;
  std::uint64_t* logarithms;  ///< [row][tick], bits of doubles

  FLEETCAST_FUNCTION std::uint64_t count() const { return rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    using Lane = ScalarDrawLane;
    std::uint64_t const start = index * traffic.total_ticks;
    DriftView const& drift = traffic.drifts[scale];
    double z = 0.0;
    for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
      z = drift_state<Lane>(drift, tick, z, Lane::real_from_bits(innovations[start + tick]));
      double const logarithm = drift_logarithm<Lane>(drift, z);
      logarithms[start + tick] = Lane::bits_of(scale == 0 ? logarithm : Lane::real_from_bits(logarithms[start + tick]) + logarithm);
    }
  }
};

/// Opens and closes the gate of silences along each realization: index = row.
struct FollowSilence {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  std::uint64_t* gates;  ///< [row][tick], bits of doubles

  FLEETCAST_FUNCTION std::uint64_t count() const { return rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    using Lane = ScalarDrawLane;
    std::uint64_t const realization = tile_first + index;
    bool silent = false;
    for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
      if (tick % traffic.burst_ticks == 0)
        silent = is_silent<Lane>(traffic, tick / traffic.burst_ticks, silent, realization & 0xffffffffULL, realization);
      gates[index * traffic.total_ticks + tick] = Lane::bits_of(silent ? 0.0 : traffic.silence.open_rate);
    }
  }
};

/// Arrivals of every class in one tick: index = row·ticks + tick. The tick's token sums are set to zero on the way.
struct DrawArrivals {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;  ///< its prompt_tokens hold the drift's logarithms, its completion_tokens the gates

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * traffic.total_ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    using Lane = ScalarDrawLane;
    std::uint64_t const row = index / traffic.total_ticks;
    auto const tick = static_cast<std::uint32_t>(index % traffic.total_ticks);
    std::uint64_t const realization = tile_first + row;
    std::uint64_t const low = realization & 0xffffffffULL;
    double const drift = traffic.drift_scales > 0 ? exponential<Lane>(Lane::real_from_bits(demand.prompt_tokens[index])) : 1.0;
    double burst = 1.0;
    if (traffic.burst_variation > 0.0)
      burst =
          GammaSampler::with_variation(traffic.seed, traffic.burst_variation).template operator()<Lane>(tick / traffic.burst_ticks, low, realization);
    if (traffic.silence.first > 0) burst *= Lane::real_from_bits(demand.completion_tokens[index]);
    auto const rate = arrival_rate<Lane>(traffic, tick, drift, burst);
    if (rate.clamped && tick >= traffic.warmup_ticks) SharedSum::add(demand.clamped_ticks[row], 1U);
    std::uint32_t requests = 0;
    for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
      auto const drawn = static_cast<std::uint32_t>(class_arrivals<Lane>(traffic, c, tick, low, realization, rate.mean));
      demand.class_requests[c * count() + index] = drawn;
      requests += drawn;
    }
    demand.requests[index] = requests;
    demand.prompt_tokens[index] = 0;
    demand.completion_tokens[index] = 0;
  }
};

/// Calls run(body) for the bodies that draw a tile's arrivals, in order. The rows of token sums serve as room on the way.
template <class Run>
void run_arrivals(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, Run run) {
  for (std::uint32_t scale = 0; scale < traffic.drift_scales; ++scale) {
    run(DrawInnovations{traffic, scale, tile_first, rows, demand.completion_tokens});
    run(FollowDrift{traffic, scale, rows, demand.completion_tokens, demand.prompt_tokens});
  }
  if (traffic.silence.first > 0) run(FollowSilence{traffic, tile_first, rows, demand.completion_tokens});
  run(DrawArrivals{traffic, tile_first, rows, demand});
}

/// Applies the drift of lengths to a tile's token sums: index = row.
struct ScaleLengths {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return traffic.length_drift.drifts ? rows : 0; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    scale_lengths<ScalarDrawLane>(traffic, tile_first, static_cast<std::uint32_t>(index), 1, demand);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
