/// Slow drift: log-normal factors of mean 1 that follow Gaussian AR(1) processes.
#pragma once

#include "exponential.cuh"
#include "normal.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// The standard normal of a stream in one tick: one Philox block.
///
/// @param place  what stands in the class's place of the stream word
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real tick_normal(std::uint64_t seed, Stream stream, std::uint32_t place, std::uint32_t tick,
                                                   typename Lane::Word realization, std::uint64_t first) {
  auto const where = Lane::word(stream_word(stream, place, first));
  auto const words = philox<Lane>({Lane::word(0), Lane::word(tick), realization, where}, seed);
  return inverse_normal<Lane>(uniform_from<Lane>(words.x, words.y));
}

/// Innovation of a scale of the rate's drift in one tick.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_innovation(std::uint64_t seed, std::uint32_t scale, std::uint32_t tick, typename Lane::Word realization,
                                                        std::uint64_t first) {
  return tick_normal<Lane>(seed, Stream::drift, scale, tick, realization, first);
}

/// z of a tick from that of the tick before: a stationary Gaussian AR(1).
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_state(DriftView const& drift, std::uint32_t tick, typename Lane::Real before,
                                                   typename Lane::Real innovation) {
  if (tick == 0) return innovation;
  return Lane::real(drift.persistence) * before + Lane::real(drift.innovation) * innovation;
}

/// Logarithm of the factor, s·z - s²/2.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real drift_logarithm(DriftView const& drift, typename Lane::Real z) {
  return Lane::real(drift.log_sd) * z - Lane::real(0.5 * drift.log_sd * drift.log_sd);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
