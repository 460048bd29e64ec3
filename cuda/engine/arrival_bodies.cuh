/// Arrivals of a tile: drift along each realization, then every tick by itself.
#pragma once

#include "body.cuh"
#include "cuda/model/accumulate.cuh"
#include "cuda/model/arrivals.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Innovations of the drift: index = row·ticks + tick.
struct DrawInnovations {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  std::uint64_t* drift;  ///< [row][tick], bits of doubles: room that token sums take later

  FLEETCAST_FUNCTION std::uint64_t count() const { return traffic.drift_log_sd > 0.0 ? static_cast<std::uint64_t>(rows) * traffic.total_ticks : 0; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const realization = tile_first + index / traffic.total_ticks;
    auto const tick = static_cast<std::uint32_t>(index % traffic.total_ticks);
    drift[index] = ScalarDrawLane::bits_of(drift_innovation<ScalarDrawLane>(traffic, tick, realization & 0xffffffffULL, realization));
  }
};

/// Turns innovations into the drift's states, in place: index = row.
struct FollowDrift {
  TrafficView traffic;
  std::uint32_t rows;
  std::uint64_t* drift;

  FLEETCAST_FUNCTION std::uint64_t count() const { return traffic.drift_log_sd > 0.0 ? rows : 0; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    using Lane = ScalarDrawLane;
    std::uint64_t* const row = drift + index * traffic.total_ticks;
    double z = 0.0;
    for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
      z = drift_state<Lane>(traffic, tick, z, Lane::real_from_bits(row[tick]));
      row[tick] = Lane::bits_of(z);
    }
  }
};

/// Arrivals of every class in one tick: index = row·ticks + tick. The tick's token sums are set to zero on the way.
struct DrawArrivals {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  std::uint64_t const* drift;  ///< may lie where demand.completion_tokens does: read before that is written
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * traffic.total_ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    using Lane = ScalarDrawLane;
    std::uint64_t const row = index / traffic.total_ticks;
    auto const tick = static_cast<std::uint32_t>(index % traffic.total_ticks);
    std::uint64_t const realization = tile_first + row;
    std::uint64_t const low = realization & 0xffffffffULL;
    double const factor = traffic.drift_log_sd > 0.0 ? drift_factor<Lane>(traffic, Lane::real_from_bits(drift[index])) : 1.0;
    double burst = 1.0;
    if (traffic.burst_variation > 0.0)
      burst =
          GammaSampler::with_variation(traffic.seed, traffic.burst_variation).template operator()<Lane>(tick / traffic.burst_ticks, low, realization);
    auto const rate = arrival_rate<Lane>(traffic, tick, factor, burst);
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

}  // namespace fleetcast::inline FLEETCAST_ISA
