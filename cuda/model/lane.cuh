/// Lane types: the one place that knows how wide a machine is.
///
/// Model code is written over a lane type: a scalar (a CUDA thread, the oracle) or a vector register's
/// worth (a CPU core). Both give the same bits, since every operation here is exact or correctly rounded.
///
/// DrawLane: doubles and 64-bit words, for random draws.  StepLane: floats and 32-bit counts, for policies.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if !defined(__CUDACC__) && defined(__x86_64__)
#include <immintrin.h>
#endif

#include "function.cuh"

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
  FLEETCAST_FUNCTION static Word look_up(std::uint32_t const* table, Word index) { return table[index]; }
  FLEETCAST_FUNCTION static Word get(Word x, int) { return x; }
};

/// One policy at a time.
struct ScalarStepLane {
  static constexpr int width = 1;
  using Real = float;
  using Count = std::int32_t;
  using Mask = bool;

  FLEETCAST_FUNCTION static Real real(float x) { return x; }
  FLEETCAST_FUNCTION static Count count(std::int32_t x) { return x; }
  template <class T>
  FLEETCAST_FUNCTION static T select(Mask m, T a, T b) {
    return m ? a : b;
  }
  FLEETCAST_FUNCTION static bool any(Mask m) { return m; }
  /// 1 where the mask holds, else 0.
  FLEETCAST_FUNCTION static Count one_where(Mask m) { return m ? 1 : 0; }
  /// x where the mask holds, else 0.
  FLEETCAST_FUNCTION static Count keep_where(Mask m, Count x) { return m ? x : 0; }
  FLEETCAST_FUNCTION static Count add_modulo(Count a, Count b) {
    return static_cast<Count>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
  }
  FLEETCAST_FUNCTION static Real to_real(Count x) { return static_cast<float>(x); }
  FLEETCAST_FUNCTION static Real to_real_unsigned(Count x) { return static_cast<float>(static_cast<std::uint32_t>(x)); }
  /// Toward zero; the caller keeps |x| below 2^31.
  FLEETCAST_FUNCTION static Count truncate(Real x) { return static_cast<Count>(x); }
  /// Whether a > n·b, decided on the exact product.
  FLEETCAST_FUNCTION static Mask exceeds_product(Real a, Real n, Real b) {
#ifdef __CUDA_ARCH__
    return __fmaf_rn(-n, b, a) > 0.0F;
#else
    return static_cast<double>(a) > static_cast<double>(n) * static_cast<double>(b);
#endif
  }
  FLEETCAST_FUNCTION static Real load(float const* from) { return *from; }
  FLEETCAST_FUNCTION static Count load(std::int32_t const* from) { return *from; }
  FLEETCAST_FUNCTION static void store(std::int32_t* to, Count x) { *to = x; }
  template <class Visit>
  FLEETCAST_FUNCTION static void for_each_lane(Visit visit) {
    visit(0);
  }
  FLEETCAST_FUNCTION static Count look_up_bits(std::int32_t const* table, Count index) { return table[index]; }
  FLEETCAST_FUNCTION static float get(Real x, int) { return x; }
  FLEETCAST_FUNCTION static void set(Real& x, int, float value) { x = value; }
};

#if !defined(__CUDACC__) && defined(__GNUC__)

/// A register of `Width` values (GCC/Clang vector extensions).
template <class T, int Width>
struct Register {
  typedef T type __attribute__((vector_size(sizeof(T) * Width)));
};
template <class T, int Width>
using RegisterOf = typename Register<T, Width>::type;

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
  FLEETCAST_FUNCTION static Word look_up(std::uint32_t const* table, Word index) {
    Word found{};
    for (int i = 0; i < Width; ++i) found[i] = table[index[i]];
    return found;
  }
  FLEETCAST_FUNCTION static std::uint64_t get(Word x, int lane) { return x[lane]; }
};

/// `Width` policies in a vector register.
template <int Width>
struct VectorStepLane {
  static constexpr int width = Width;
  using Real = RegisterOf<float, Width>;
  using Count = RegisterOf<std::int32_t, Width>;
  using Unsigned = RegisterOf<std::uint32_t, Width>;
  using Mask = RegisterOf<std::int32_t, Width>;

  FLEETCAST_FUNCTION static Real real(float x) { return Real{} + x; }
  FLEETCAST_FUNCTION static Count count(std::int32_t x) { return Count{} + x; }
  template <class T>
  FLEETCAST_FUNCTION static T select(Mask m, T a, T b) {
    return m ? a : b;
  }
  FLEETCAST_FUNCTION static bool any(Mask m) {
#if defined(__AVX512F__)
    if constexpr (Width == 16) return _mm512_test_epi32_mask(reinterpret_cast<__m512i>(m), reinterpret_cast<__m512i>(m)) != 0;
#endif
#if defined(__AVX2__)
    if constexpr (Width == 8) return _mm256_movemask_epi8(reinterpret_cast<__m256i>(m)) != 0;
#endif
    std::int32_t seen = 0;
    for (int i = 0; i < Width; ++i) seen |= m[i];
    return seen != 0;
  }
  FLEETCAST_FUNCTION static Count one_where(Mask m) { return -m; }
  FLEETCAST_FUNCTION static Count keep_where(Mask m, Count x) { return m & x; }
  FLEETCAST_FUNCTION static Count add_modulo(Count a, Count b) {
    return reinterpret_cast<Count>(reinterpret_cast<Unsigned>(a) + reinterpret_cast<Unsigned>(b));
  }
  FLEETCAST_FUNCTION static Real to_real(Count x) { return __builtin_convertvector(x, Real); }
  FLEETCAST_FUNCTION static Real to_real_unsigned(Count x) { return __builtin_convertvector(reinterpret_cast<Unsigned>(x), Real); }
  FLEETCAST_FUNCTION static Count truncate(Real x) { return __builtin_convertvector(x, Count); }
  FLEETCAST_FUNCTION static Mask exceeds_product(Real a, Real n, Real b) {
#if defined(__AVX512F__)
    if constexpr (Width == 16)
      return reinterpret_cast<Real>(_mm512_fnmadd_ps(reinterpret_cast<__m512>(n), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(a))) > 0.0F;
#endif
#if defined(__FMA__)
    if constexpr (Width == 8)
      return reinterpret_cast<Real>(_mm256_fnmadd_ps(reinterpret_cast<__m256>(n), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(a))) > 0.0F;
#endif
    using Wide = RegisterOf<double, Width>;
    return __builtin_convertvector(__builtin_convertvector(a, Wide) > __builtin_convertvector(n, Wide) * __builtin_convertvector(b, Wide), Mask);
  }
  FLEETCAST_FUNCTION static Real load(float const* from) {
    Real x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  FLEETCAST_FUNCTION static Count load(std::int32_t const* from) {
    Count x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  FLEETCAST_FUNCTION static void store(std::int32_t* to, Count x) { __builtin_memcpy(to, &x, sizeof x); }
  template <class Visit>
  FLEETCAST_FUNCTION static void for_each_lane(Visit visit) {
    for (int i = 0; i < Width; ++i) visit(i);
  }
  FLEETCAST_FUNCTION static float get(Real x, int lane) { return x[lane]; }
  FLEETCAST_FUNCTION static void set(Real& x, int lane, float value) { x[lane] = value; }
};

#endif

}  // namespace fleetcast::inline FLEETCAST_ISA
