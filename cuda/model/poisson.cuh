/// Poisson draws: arrivals in a tick.
#pragma once

#include "exponential.cuh"
#include "philox.cuh"
#include "special_functions.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// ln of the Poisson probability P(K = k) for integer k ≥ 0 and mean in [10, 1e9].
///
/// Loader's saddle-point form (2000): no difference of large numbers, so the relative error stays below 4·2^-52 where k is
/// within a fifth of the mean, and below 32·2^-52 beyond, at any mean.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real poisson_log_probability(typename Lane::Real k, typename Lane::Real mean) {
  using Real = typename Lane::Real;
  auto const none = k < Lane::real(1.0);
  Real const count = Lane::select(none, Lane::real(1.0), k);
  Real const difference = count - mean;
  Real const v = difference / (count + mean);
  Real const z = v * v;
  // deviance k·ln(k/λ) - (k - λ): a series where k is near λ, as written elsewhere
  Real series = Lane::real(1.0 / 17.0);
  for (int odd = 15; odd >= 3; odd -= 2) series = series * z + Lane::real(1.0 / odd);
  Real const near = difference * v + Lane::real(2.0) * count * v * z * series;
  Real const far = count * logarithm<Lane>(count / mean) - difference;
  Real const deviance = Lane::select(z < Lane::real(0.01), near, far);
  Real const log_probability =
      -deviance - stirling_remainder<Lane>(count) - Lane::real(0.5) * logarithm<Lane>(Lane::real(0x1.921fb54442d18p+2) * count);
  return Lane::select(none, -mean, log_probability);
}

/// Number of arrivals in one tick: exact Poisson for every mean, bit-identical on CPU and GPU.
///
/// Inversion below a mean of 10, Hörmann's transformed rejection PTRS above ("The transformed rejection method
/// for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993). Uses only exactly
/// rounded operations, so host and device take the same branches.
struct PoissonSampler {
  static constexpr double largest_mean = 1e9;
  std::uint64_t seed;

  /// @param mean         expected arrivals, in [0, 1e9] in every lane; the caller clamps and counts clamped ticks
  /// @param tick         counted from the start of the warm-up
  /// @param realization  low 32 bits, one per lane
  /// @param where        stream_word(Stream::arrivals, class, realization)
  /// @return             a draw as an integer-valued double; one Philox block below a mean of 10, above it one
  ///                     per attempt (1.1 to 1.4 on average)
  template <class Lane>
  FLEETCAST_FUNCTION typename Lane::Real operator()(typename Lane::Real mean, std::uint32_t tick, typename Lane::Word realization,
                                                    std::uint32_t where) const {
    auto const large = mean >= Lane::real(10.0);
    auto result = Lane::real(0.0);
    auto const small = Lane::negate(large);
    if (Lane::any(small)) result = by_inversion<Lane>(Lane::select(small, mean, Lane::real(0.0)), tick, realization, where);
    if (Lane::any(large)) {
      auto const rejected = by_rejection<Lane>(Lane::select(large, mean, Lane::real(10.0)), large, tick, realization, where);
      result = Lane::select(large, rejected, result);
    }
    return result;
  }

 private:
  template <class Lane>
  FLEETCAST_FUNCTION typename Lane::Real by_inversion(typename Lane::Real mean, std::uint32_t tick, typename Lane::Word realization,
                                                      std::uint32_t where) const {
    using Real = typename Lane::Real;
    auto const words = philox<Lane>({Lane::word(0), Lane::word(tick), realization, Lane::word(where)}, seed);
    Real rest = uniform_from<Lane>(words.x, words.y);
    Real probability = exponential<Lane>(-mean);
    Real k = Lane::real(0.0);
    auto open = rest > probability;
    // the probability of 100 or more at a mean of 10 is 1e-63: the bound only ends what rounding left over
    for (double count = 1.0; count < 100.0 && Lane::any(open); count += 1.0) {
      rest = Lane::select(open, rest - probability, rest);
      k = Lane::select(open, Lane::real(count), k);
      probability = probability * mean / Lane::real(count);
      open = open & (rest > probability);
    }
    return k;
  }

  template <class Lane, class Mask>
  FLEETCAST_FUNCTION typename Lane::Real by_rejection(typename Lane::Real mean, Mask open, std::uint32_t tick, typename Lane::Word realization,
                                                      std::uint32_t where) const {
    using Real = typename Lane::Real;
    Real const b = Lane::real(0.931) + Lane::real(2.53) * Lane::square_root(mean);
    Real const a = Lane::real(-0.059) + Lane::real(0.02483) * b;
    Real const inverse_alpha = Lane::real(1.1239) + Lane::real(1.1328) / (b - Lane::real(3.4));
    Real const v_r = Lane::real(0.9277) - Lane::real(3.6224) / (b - Lane::real(2.0));
    Real result = Lane::real(0.0);
    for (std::uint32_t attempt = 0; Lane::any(open); ++attempt) {
      auto const words = philox<Lane>({Lane::word(attempt), Lane::word(tick), realization, Lane::word(where)}, seed);
      Real const u = uniform_from<Lane>(words.x, words.y) - Lane::real(0.5);
      Real const v = uniform_from<Lane>(words.z, words.w);
      Real const distance = Lane::real(0.5) - Lane::select(u < Lane::real(0.0), -u, u);
      Real candidate = (Lane::real(2.0) * a / distance + b) * u + mean + Lane::real(0.43);
      // far outside any acceptable count: kept within what round_down can take
      candidate = Lane::select(candidate > Lane::real(1e12), Lane::real(1e12), candidate);
      candidate = Lane::select(candidate < Lane::real(-1.0), Lane::real(-1.0), candidate);
      Real const k = round_down<Lane>(candidate);
      auto const possible = k >= Lane::real(0.0);
      auto accepted = open & possible & (distance >= Lane::real(0.07)) & (v <= v_r);
      auto const hopeless = (distance < Lane::real(0.013)) & (v > distance);
      auto const undecided = open & possible & Lane::negate(accepted | hopeless);
      if (Lane::any(undecided)) {
        Real const hat = logarithm<Lane>(v * inverse_alpha / (a / (distance * distance) + b));
        Real const count = Lane::select(possible, k, Lane::real(0.0));
        accepted = accepted | (undecided & (hat <= poisson_log_probability<Lane>(count, mean)));
      }
      result = Lane::select(accepted, k, result);
      open = open & Lane::negate(accepted);
    }
    return result;
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
