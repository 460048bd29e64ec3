/// Gamma draws: the burst factor of the arrival rate.
#pragma once

#include "exponential.cuh"
#include "normal.cuh"
#include "philox.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Draws a gamma variate of mean 1 and a given coefficient of variation, cv in (0, 10].
///
/// Marsaglia and Tsang, "A simple method for generating gamma variables" (ACM TOMS 26, 2000); a shape below 1
/// (cv above 1) by their boost, one further uniform from its own stream. Each attempt takes one Philox block.
struct GammaSampler {
  std::uint64_t seed;
  double shape;   ///< 1/cv²
  double centre;  ///< d = shape' - 1/3, shape' the shape or, below 1, shape + 1
  double slope;   ///< c = 1/sqrt(9d)

  FLEETCAST_FUNCTION static GammaSampler with_variation(std::uint64_t seed, double variation) {
    double const shape = 1.0 / (variation * variation);
    double const centre = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    return {seed, shape, centre, 1.0 / sqrt(9.0 * centre)};
  }

  /// @param interval     number of the burst interval, counted from the start of the warm-up
  /// @param realization  low 32 bits, one per lane
  /// @param first        the realization of the first lane; all lanes share its high 32 bits
  template <class Lane>
  FLEETCAST_FUNCTION typename Lane::Real operator()(std::uint32_t interval, typename Lane::Word realization, std::uint64_t first) const {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    Word const where = Lane::word(stream_word(Stream::burst, 0, first));
    Real result = Lane::real(0.0);
    auto open = Lane::everywhere();
    for (std::uint32_t attempt = 0; Lane::any(open); ++attempt) {
      auto const words = philox<Lane>({Lane::word(attempt), Lane::word(interval), realization, where}, seed);
      Real const x = inverse_normal<Lane>(uniform_from<Lane>(words.x, words.y));
      Real const u = uniform_from<Lane>(words.z, words.w);
      Real const root = Lane::real(1.0) + Lane::real(slope) * x;
      auto const positive = root > Lane::real(0.0);
      Real const v = Lane::select(positive, root * root * root, Lane::real(1.0));
      Real const x_square = x * x;
      Real const bound = Lane::real(0.5) * x_square + Lane::real(centre) * ((Lane::real(1.0) - v) + logarithm<Lane>(v));
      auto const accepted = open & positive & (logarithm<Lane>(u) < bound);
      result = Lane::select(accepted, Lane::real(centre) * v, result);
      open = open & Lane::negate(accepted);
    }
    if (shape < 1.0) {
      Word const boost = Lane::word(stream_word(Stream::burst_shape, 0, first));
      auto const words = philox<Lane>({Lane::word(0), Lane::word(interval), realization, boost}, seed);
      result = result * exponential<Lane>(logarithm<Lane>(uniform_from<Lane>(words.x, words.y)) / Lane::real(shape));
    }
    return result / Lane::real(shape);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
