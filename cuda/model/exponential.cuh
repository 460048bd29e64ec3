/// Portable exponential and natural logarithm: only exactly rounded operations, so the same bits everywhere.
#pragma once

#include "draw_lane.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// 1.5·2^52: adding it to |x| < 2^51 rounds x to the nearest integer, which then stands in the low bits.
inline constexpr double rounding_shift = 6755399441055744.0;

/// Nearest integer (ties to even) of |x| < 2^51.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real round_to_integer(typename Lane::Real x) {
  return (x + Lane::real(rounding_shift)) - Lane::real(rounding_shift);
}

/// Largest integer at most x, |x| < 2^51.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real round_down(typename Lane::Real x) {
  auto const nearest = round_to_integer<Lane>(x);
  return Lane::select(nearest > x, nearest - Lane::real(1.0), nearest);
}

/// The non-negative integer value of x < 2^51 as a word.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Word integer_word(typename Lane::Real x) {
  return Lane::bits_of(x + Lane::real(0x1p52)) & Lane::word(0x000fffffffffffffULL);
}

/// e^x within 1.5 ulp; x below -708 gives 0 and x above 709 is taken as 709 (no subnormals, no infinities).
///
/// x = k·ln 2 + r with |r| ≤ ln 2 / 2, Taylor series of e^r to r^13 / 13!.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real exponential(typename Lane::Real x) {
  using Real = typename Lane::Real;
  auto const vanishes = x < Lane::real(-708.0);
  x = Lane::select(vanishes, Lane::real(-708.0), x);
  x = Lane::select(x > Lane::real(709.0), Lane::real(709.0), x);

  Real const shifted = x * Lane::real(0x1.71547652b82fep+0) + Lane::real(rounding_shift);
  Real const k = shifted - Lane::real(rounding_shift);
  // ln 2 in two parts: k times the first, of 37 bits, is exact
  Real const high = x - k * Lane::real(0x1.62e42fefap-1);
  Real const low = k * Lane::real(0x1.cf79abc9e3b3ap-40);
  Real const r = high - low;
  Real const lost = (high - r) - low;

  Real series = Lane::real(1.0 / 6227020800.0);
  series = series * r + Lane::real(1.0 / 479001600.0);
  series = series * r + Lane::real(1.0 / 39916800.0);
  series = series * r + Lane::real(1.0 / 3628800.0);
  series = series * r + Lane::real(1.0 / 362880.0);
  series = series * r + Lane::real(1.0 / 40320.0);
  series = series * r + Lane::real(1.0 / 5040.0);
  series = series * r + Lane::real(1.0 / 720.0);
  series = series * r + Lane::real(1.0 / 120.0);
  series = series * r + Lane::real(1.0 / 24.0);
  series = series * r + Lane::real(1.0 / 6.0);
  series = series * r + Lane::real(0.5);
  Real const mantissa = Lane::real(1.0) + (r + (series * (r * r) + lost));

  auto const exponent = (Lane::bits_of(shifted) + Lane::word(1023)) << 52;
  return Lane::select(vanishes, Lane::real(0.0), mantissa * Lane::real_from_bits(exponent));
}

/// Natural logarithm within 1.5 ulp, of positive normal x.
///
/// x = 2^k·m with m in [√½, √2), ln m = 2·artanh((m-1)/(m+1)), series to the 23rd power.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real logarithm(typename Lane::Real x) {
  using Real = typename Lane::Real;
  auto const bits = Lane::bits_of(x);
  // moves the exponent's step from 1 to √½
  auto const offset_bits = bits - Lane::word(0x3fe6a09e667f3bcdULL);
  auto const exponent = offset_bits & Lane::word(0xfff0000000000000ULL);
  Real const m = Lane::real_from_bits(bits - exponent);
  // the exponent is a signed integer in the top 12 bits: as a double by way of the rounding shift
  auto const biased = (exponent ^ Lane::word(0x8000000000000000ULL)) >> 52;
  Real const k = Lane::real_from_bits(biased | Lane::word(0x4330000000000000ULL)) - Lane::real(0x1p52 + 2048.0);

  Real const f = m - Lane::real(1.0);
  Real const s = f / (m + Lane::real(1.0));
  Real const z = s * s;
  Real series = Lane::real(2.0 / 23.0);
  series = series * z + Lane::real(2.0 / 21.0);
  series = series * z + Lane::real(2.0 / 19.0);
  series = series * z + Lane::real(2.0 / 17.0);
  series = series * z + Lane::real(2.0 / 15.0);
  series = series * z + Lane::real(2.0 / 13.0);
  series = series * z + Lane::real(2.0 / 11.0);
  series = series * z + Lane::real(2.0 / 9.0);
  series = series * z + Lane::real(2.0 / 7.0);
  series = series * z + Lane::real(2.0 / 5.0);
  series = series * z + Lane::real(2.0 / 3.0);
  // ln m = f - f²/2 + s·(f²/2 + z·series): f is exact, so only the small rest is rounded
  Real const half_square = Lane::real(0.5) * f * f;
  Real const rest = s * (half_square + z * series);
  return k * Lane::real(0x1.62e42fefap-1) - ((half_square - (rest + k * Lane::real(0x1.cf79abc9e3b3ap-40))) - f);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
