/// Portable special functions of one double: cosine, complementary error function, log-gamma.
/// Only exactly rounded operations, so the same bits everywhere.
#pragma once

#include <cmath>
#include <cstdint>

#include "draw_lane.cuh"
#include "exponential.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Sine and cosine of an angle.
struct SineCosine {
  double sine, cosine;
};

/// sin(2π·turns) and cos(2π·turns) within 1e-15 absolute, |turns| ≤ 2^49: Taylor series on an eighth of a turn.
FLEETCAST_FUNCTION SineCosine sine_cosine_of_turns(double turns) {
  using Lane = ScalarDrawLane;
  double const quarters = round_to_integer<Lane>(turns * 4.0);
  double const angle = (turns - quarters * 0.25) * 0x1.921fb54442d18p+2;  // 2π; the difference is exact
  double const square = angle * angle;
  double sine = -1.0 / 1307674368000.0;
  sine = sine * square + 1.0 / 6227020800.0;
  sine = sine * square - 1.0 / 39916800.0;
  sine = sine * square + 1.0 / 362880.0;
  sine = sine * square - 1.0 / 5040.0;
  sine = sine * square + 1.0 / 120.0;
  sine = sine * square - 1.0 / 6.0;
  sine = angle + angle * square * sine;
  double cosine = 1.0 / 20922789888000.0;
  cosine = cosine * square - 1.0 / 87178291200.0;
  cosine = cosine * square + 1.0 / 479001600.0;
  cosine = cosine * square - 1.0 / 3628800.0;
  cosine = cosine * square + 1.0 / 40320.0;
  cosine = cosine * square - 1.0 / 720.0;
  cosine = cosine * square + 1.0 / 24.0;
  cosine = 1.0 - 0.5 * square + square * square * cosine;
  switch (static_cast<std::int64_t>(quarters) & 3) {
    case 0: return {sine, cosine};
    case 1: return {cosine, -sine};
    case 2: return {-sine, -cosine};
    default: return {-cosine, sine};
  }
}

/// Complementary error function, relative error below 4e-15 for |x| ≤ 26; 0 above, 2 below.
///
/// erfc(x) = t·exp(P(t) - x²), t = 2/(2 + x), P a Chebyshev series fitted to mpmath's values at 60 digits.
FLEETCAST_FUNCTION double complementary_error_function(double x) {
  constexpr double coefficients[] = {-1.3026537197817094,     0.6419697923564902,      0.019476473204185836,   -0.009561514786808632,
                                     -0.0009465953444820369,  0.00036683949785276145,  4.252332480690777e-05,  -2.0278578112534242e-05,
                                     -1.6242900046470256e-06, 1.3036558355805232e-06,  1.5626441722066142e-08, -8.523809591492654e-08,
                                     6.5290544390988515e-09,  5.059343495551469e-09,   -9.91364156493033e-10,  -2.273651222931836e-10,
                                     9.646791102015527e-11,   2.3940380830391146e-12,  -6.886027526497553e-12, 8.944879273090725e-13,
                                     3.130921399342958e-13,   -1.1270822361367252e-13, 3.810905255189232e-16,  7.106097613609237e-15,
                                     -1.5230282014571043e-15, -9.457494571291233e-17,  1.210237189224279e-16,  -2.816663087747177e-17};
  constexpr int terms = sizeof coefficients / sizeof coefficients[0];
  using Lane = ScalarDrawLane;
  double const size = x < 0.0 ? -x : x;
  if (size > 26.0) return x < 0.0 ? 2.0 : 0.0;

  double const t = 2.0 / (2.0 + size);
  double const argument = 2.0 * (2.0 * t - 1.0);
  double next = 0.0;
  double after_next = 0.0;
  for (int i = terms - 1; i > 0; --i) {
    double const current = argument * next - after_next + coefficients[i];
    after_next = next;
    next = current;
  }
  double const series = 0.5 * (argument * next + coefficients[0]) - after_next;

  // x² in an exact part and a rest, so that the exponential of a large square keeps its relative accuracy
  double const coarse = round_to_integer<Lane>(size * 1024.0) / 1024.0;
  double const rest = (size - coarse) * (size + coarse);
  double const tail = t * exponential<Lane>(-(coarse * coarse)) * exponential<Lane>(series - rest);
  return x < 0.0 ? 2.0 - tail : tail;
}

/// Φ(x), the standard normal distribution function.
FLEETCAST_FUNCTION double normal_cdf(double x) { return 0.5 * complementary_error_function(x * -0x1.6a09e667f3bcdp-1); }

/// ln Γ(k+1) - ((k+½)·ln k - k + ½·ln 2π) for integer k ≥ 1, relative error below 1e-14: what Stirling's formula
/// leaves. Keeps its accuracy where ln Γ itself is large (Loader 2000, "Fast and accurate computation of
/// binomial probabilities").
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real stirling_remainder(typename Lane::Real k) {
  using Real = typename Lane::Real;
  // Shift k up to at least 16, where the asymptotic series is exact to the last bit, by the recurrence
  // δ(k) = δ(k+1) + (k+½)·ln(1 + 1/k) - 1, with 2·artanh(1/(2k+1)) = ln(1 + 1/k) as a series.
  Real shifted = Lane::real(0.0);
  auto small = k < Lane::real(16.0);
  while (Lane::any(small)) {
    Real const y = Lane::real(1.0) / (Lane::real(2.0) * k + Lane::real(1.0));
    Real const z = y * y;
    Real series = Lane::real(1.0 / 35.0);
    for (int odd = 33; odd >= 3; odd -= 2) series = series * z + Lane::real(1.0 / odd);
    shifted = shifted + Lane::select(small, series * z, Lane::real(0.0));
    k = Lane::select(small, k + Lane::real(1.0), k);
    small = k < Lane::real(16.0);
  }
  Real const z = Lane::real(1.0) / (k * k);
  Real series = Lane::real(1.0 / 156.0);
  series = series * z - Lane::real(691.0 / 360360.0);
  series = series * z + Lane::real(1.0 / 1188.0);
  series = series * z - Lane::real(1.0 / 1680.0);
  series = series * z + Lane::real(1.0 / 1260.0);
  series = series * z - Lane::real(1.0 / 360.0);
  series = series * z + Lane::real(1.0 / 12.0);
  return shifted + series / k;
}

/// ln Γ(x) for x ≥ 1, absolute error below 4e-15·max(1, x·ln x).
FLEETCAST_FUNCTION double log_gamma(double x) {
  using Lane = ScalarDrawLane;
  double const log_x = logarithm<Lane>(x);
  return (x - 0.5) * log_x - x + 0.91893853320467274178 + stirling_remainder<Lane>(x);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
