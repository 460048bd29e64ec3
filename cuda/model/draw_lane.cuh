/// Lanes of random draws: doubles and 64-bit words, one at a time (a CUDA thread, the plan) or a vector register's
/// worth (a CPU core). Both give the same bits, since every operation here is exact or correctly rounded.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "function.cuh"
#include "register.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// One draw at a time.
struct ScalarDrawLane {
  static constexpr int width = 1;
  using Real = double;
  using Word = std::uint64_t;  // a 32-bit Philox word, or 64 bits of a double
  using Mask = bool;

  FLEETCAST_FUNCTION static Real real(double x) { return x; }
  FLEETCAST_FUNCTION static Word word(std::uint64_t x) { return x; }
  FLEETCAST_FUNCTION static Word count_from(std::uint64_t first) { return first; }
  FLEETCAST_FUNCTION static Mask everywhere() { return true; }
  FLEETCAST_FUNCTION static Mask negate(Mask m) { return !m; }
  FLEETCAST_FUNCTION static bool any(Mask m) { return m; }
  template <class T>
  FLEETCAST_FUNCTION static T select(Mask m, T a, T b) {
    return m ? a : b;
  }
  FLEETCAST_FUNCTION static Real square_root(Real x) { return sqrt(x); }
  FLEETCAST_FUNCTION static Word bits_of(Real x) {
    Word bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
  }
  FLEETCAST_FUNCTION static Real real_from_bits(Word x) {
    Real real;
    memcpy(&real, &x, sizeof real);
    return real;
  }
  /// Product of the low 32 bits of both.
  FLEETCAST_FUNCTION static Word multiply_low_halves(Word a, Word b) { return (a & 0xffffffffULL) * (b & 0xffffffffULL); }
  FLEETCAST_FUNCTION static Word get(Word x, int) { return x; }
};

#if !defined(__CUDACC__) && defined(__GNUC__)

/// `Width` draws in a vector register.
template <int Width>
struct VectorDrawLane {
  static constexpr int width = Width;
  using Real = RegisterOf<double, Width>;
  using Word = RegisterOf<std::uint64_t, Width>;
  using Mask = RegisterOf<std::int64_t, Width>;

  FLEETCAST_FUNCTION static Real real(double x) { return Real{} + x; }
  FLEETCAST_FUNCTION static Word word(std::uint64_t x) { return Word{} + x; }
  FLEETCAST_FUNCTION static Word count_from(std::uint64_t first) {
    Word lanes{};
    for (int i = 0; i < Width; ++i) lanes[i] = first + static_cast<std::uint64_t>(i);
    return lanes;
  }
  FLEETCAST_FUNCTION static Mask everywhere() { return ~Mask{}; }
  FLEETCAST_FUNCTION static Mask negate(Mask m) { return ~m; }
  FLEETCAST_FUNCTION static bool any(Mask m) {
    std::int64_t seen = 0;
    for (int i = 0; i < Width; ++i) seen |= m[i];
    return seen != 0;
  }
  template <class T>
  FLEETCAST_FUNCTION static T select(Mask m, T a, T b) {
    return m ? a : b;
  }
  FLEETCAST_FUNCTION static Real square_root(Real x) {
#if defined(__AVX512F__)
    if constexpr (Width == 8) return reinterpret_cast<Real>(_mm512_sqrt_pd(reinterpret_cast<__m512d>(x)));
#endif
#if defined(__AVX__)
    if constexpr (Width == 4) return reinterpret_cast<Real>(_mm256_sqrt_pd(reinterpret_cast<__m256d>(x)));
#endif
    Real root{};
    for (int i = 0; i < Width; ++i) root[i] = __builtin_sqrt(x[i]);
    return root;
  }
  FLEETCAST_FUNCTION static Word bits_of(Real x) { return reinterpret_cast<Word>(x); }
  FLEETCAST_FUNCTION static Real real_from_bits(Word x) { return reinterpret_cast<Real>(x); }
  FLEETCAST_FUNCTION static Word multiply_low_halves(Word a, Word b) {
#if defined(__AVX512F__)
    if constexpr (Width == 8) return reinterpret_cast<Word>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#endif
#if defined(__AVX2__)
    if constexpr (Width == 4) return reinterpret_cast<Word>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#endif
#if defined(__SSE2__)
    if constexpr (Width == 2) return reinterpret_cast<Word>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#endif
    return (a & 0xffffffffULL) * (b & 0xffffffffULL);
  }
  FLEETCAST_FUNCTION static Word load(std::uint64_t const* from) {
    Word x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  /// Low and high halves of the words as neighbours in memory.
  template <class Halves>
  FLEETCAST_FUNCTION static void store(Halves* to, Word x) {
    static_assert(sizeof(Halves) == sizeof(std::uint64_t));
    __builtin_memcpy(to, &x, sizeof x);
  }
  FLEETCAST_FUNCTION static std::uint64_t get(Word x, int lane) { return x[lane]; }
};

#endif

}  // namespace fleetcast::inline FLEETCAST_ISA
