/// Lanes of the policy walk: floats and 32-bit counts of several policies side by side, a few in a CUDA thread, one or two
/// vector registers' worth on a CPU core. All give the same bits, since every operation here is exact or correctly rounded.
///
/// Values are never NaN and never -0, so least and greatest need no further rule.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#include "function.cuh"
#include "register.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// `Width` values of a thread, element by element.
template <class T, int Width>
struct Pack {
  T at[Width];
};

/// Lambdas over lanes: inlined, so that packs stay in registers.
#define FLEETCAST_LANES [&]([[maybe_unused]] int lane) __attribute__((always_inline))

template <class Operation, int... Lane>
FLEETCAST_FUNCTION auto element_wise(Operation const& operation, std::integer_sequence<int, Lane...>) {
  return Pack<decltype(operation(0)), sizeof...(Lane)>{{operation(Lane)...}};
}
/// The results of `operation` on each lane, written out, since an index known to the compiler keeps packs in registers.
template <int Width, class Operation>
FLEETCAST_FUNCTION auto element_wise(Operation const& operation) {
  return element_wise(operation, std::make_integer_sequence<int, Width>());
}

template <class T, int Width>
FLEETCAST_FUNCTION Pack<T, Width> operator+(Pack<T, Width> const& a, Pack<T, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return static_cast<T>(a.at[lane] + b.at[lane]); });
}
template <class T, int Width>
FLEETCAST_FUNCTION Pack<T, Width> operator-(Pack<T, Width> const& a, Pack<T, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return static_cast<T>(a.at[lane] - b.at[lane]); });
}
template <class T, int Width>
FLEETCAST_FUNCTION Pack<T, Width> operator*(Pack<T, Width> const& a, Pack<T, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return static_cast<T>(a.at[lane] * b.at[lane]); });
}
template <class T, int Width>
FLEETCAST_FUNCTION Pack<T, Width> operator/(Pack<T, Width> const& a, Pack<T, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return static_cast<T>(a.at[lane] / b.at[lane]); });
}
template <int Width>
FLEETCAST_FUNCTION Pack<bool, Width> operator&(Pack<bool, Width> const& a, Pack<bool, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return a.at[lane] && b.at[lane]; });
}
template <int Width>
FLEETCAST_FUNCTION Pack<bool, Width> operator|(Pack<bool, Width> const& a, Pack<bool, Width> const& b) {
  return element_wise<Width>(FLEETCAST_LANES { return a.at[lane] || b.at[lane]; });
}

/// `Width` policies in one thread.
template <int Width>
struct ThreadStepLane {
  static constexpr int width = Width;
  using Real = Pack<float, Width>;
  using Count = Pack<std::int32_t, Width>;
  using Mask = Pack<bool, Width>;
  /// Whether a limit is exceeded, in the sign: cheaper to count than a predicate.
  struct Exceed {
    Pack<std::uint32_t, Width> signs;
    FLEETCAST_FUNCTION friend Exceed operator|(Exceed const& a, Exceed const& b) {
      return {element_wise<Width>(FLEETCAST_LANES { return a.signs.at[lane] | b.signs.at[lane]; })};
    }
  };
  /// 1 where a tick violates, else 0.
  struct Violation {
    Pack<std::uint32_t, Width> ones;
  };
  /// A tick's requests as violations count them, every lane's the same.
  struct Requests {
    std::uint32_t count;  ///< with a 1 in the topmost bit; 0 on a tick without requests
    std::uint32_t shift;  ///< turns a sign into a 1; on a tick without requests into nothing

    FLEETCAST_FUNCTION static Requests of(std::uint32_t requests) { return requests == 0 ? Requests{0, 32} : Requests{requests | 1U << 31, 31}; }
  };
  /// Violated ticks and requests, of which fewer than 2^31 fit: one wide multiply-add counts both.
  struct ViolationCount {
    Pack<std::uint64_t, Width> both;

    FLEETCAST_FUNCTION void clear() {
      both = element_wise<Width>([](int) __attribute__((always_inline)) { return std::uint64_t{0}; });
    }
    FLEETCAST_FUNCTION void add(Violation const& v, Requests requests) {
      both = element_wise<Width>(FLEETCAST_LANES { return both.at[lane] + static_cast<std::uint64_t>(v.ones.at[lane]) * requests.count; });
    }
    FLEETCAST_FUNCTION std::int64_t ticks(int lane) const { return static_cast<std::int64_t>(both.at[lane] >> 31); }
    FLEETCAST_FUNCTION std::int64_t requests(int lane) const { return static_cast<std::int64_t>(both.at[lane] & 0x7fffffffU); }
  };

  FLEETCAST_FUNCTION static Real real(float x) {
    return element_wise<Width>(FLEETCAST_LANES { return x; });
  }
  FLEETCAST_FUNCTION static Count count(std::int32_t x) {
    return element_wise<Width>(FLEETCAST_LANES { return x; });
  }
  /// Calls visit(lane) for each lane, written out.
  template <class Visit>
  FLEETCAST_FUNCTION static void for_each_lane(Visit const& visit) {
    visit_each(visit, std::make_integer_sequence<int, Width>());
  }
  FLEETCAST_FUNCTION static bool any(Mask const& m) {
    bool seen = false;
    for_each_lane(FLEETCAST_LANES { seen = seen | m.at[lane]; });
    return seen;
  }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater(Pack<T, Width> const& a, Pack<T, Width> const& b) {
    return element_wise<Width>(FLEETCAST_LANES { return a.at[lane] > b.at[lane]; });
  }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater_where(Mask const& m, Pack<T, Width> const& a, Pack<T, Width> const& b) {
    return element_wise<Width>(FLEETCAST_LANES { return m.at[lane] && a.at[lane] > b.at[lane]; });
  }
  /// Whether a > b.
  FLEETCAST_FUNCTION static Exceed exceeds(Real const& a, Real const& b) {
    return {element_wise<Width>(FLEETCAST_LANES { return sign_of(b.at[lane] - a.at[lane]); })};
  }
  /// Whether a > n·b, decided on the exact product, from -a. Zero must come as +0, so that the sign never lies.
  FLEETCAST_FUNCTION static Exceed exceeds_product(Real const& minus_a, Real const& n, Real const& b) {
    return {element_wise<Width>(FLEETCAST_LANES {
#ifdef __CUDA_ARCH__
      return sign_of(__fmaf_rn(n.at[lane], b.at[lane], minus_a.at[lane]));
#else
      return sign_of(static_cast<float>(static_cast<double>(n.at[lane]) * static_cast<double>(b.at[lane]) + static_cast<double>(minus_a.at[lane])));
#endif
    })};
  }
  /// Exceedances of the SLA that count, those of a tick with requests.
  FLEETCAST_FUNCTION static Violation violation(Exceed const& exceed, Requests requests) {
    return {element_wise<Width>(FLEETCAST_LANES {
#ifdef __CUDA_ARCH__
      return __funnelshift_rc(exceed.signs.at[lane], 0U, requests.shift);
#else
      return static_cast<std::uint32_t>(static_cast<std::uint64_t>(exceed.signs.at[lane]) >> requests.shift);
#endif
    })};
  }
  /// n + 1 where the limit is exceeded, else n.
  FLEETCAST_FUNCTION static Count count_exceeding(Exceed const& exceed, Count const& n) {
    return element_wise<Width>(
        FLEETCAST_LANES { return static_cast<std::int32_t>(static_cast<std::uint32_t>(n.at[lane]) + (exceed.signs.at[lane] >> 31)); });
  }
  /// n + 1 where the tick violates, else 0.
  FLEETCAST_FUNCTION static Count run_violation(Violation const& v, Count const& n) {
    return element_wise<Width>(
        FLEETCAST_LANES { return static_cast<std::int32_t>(v.ones.at[lane] * static_cast<std::uint32_t>(n.at[lane]) + v.ones.at[lane]); });
  }
  /// a - n·b, from -a, for an n·b that a float holds exactly.
  FLEETCAST_FUNCTION static Real beyond_product(Real const& minus_a, Real const& n, Real const& b) {
    return element_wise<Width>(FLEETCAST_LANES {
#ifdef __CUDA_ARCH__
      return __fmaf_rn(-n.at[lane], b.at[lane], -minus_a.at[lane]);
#else
      return -minus_a.at[lane] - n.at[lane] * b.at[lane];
#endif
    });
  }
  template <class T>
  FLEETCAST_FUNCTION static Pack<T, Width> select(Mask const& m, Pack<T, Width> const& a, Pack<T, Width> const& b) {
    return element_wise<Width>(FLEETCAST_LANES { return m.at[lane] ? a.at[lane] : b.at[lane]; });
  }
  FLEETCAST_FUNCTION static Real smaller(Real const& a, Real const& b) {
    return element_wise<Width>(FLEETCAST_LANES {
#ifdef __CUDA_ARCH__
      return fminf(a.at[lane], b.at[lane]);
#else
      return a.at[lane] < b.at[lane] ? a.at[lane] : b.at[lane];
#endif
    });
  }
  FLEETCAST_FUNCTION static Real larger(Real const& a, Real const& b) {
    return element_wise<Width>(FLEETCAST_LANES {
#ifdef __CUDA_ARCH__
      return fmaxf(a.at[lane], b.at[lane]);
#else
      return a.at[lane] > b.at[lane] ? a.at[lane] : b.at[lane];
#endif
    });
  }
  FLEETCAST_FUNCTION static Count larger(Count const& a, Count const& b) {
    return element_wise<Width>(FLEETCAST_LANES { return a.at[lane] > b.at[lane] ? a.at[lane] : b.at[lane]; });
  }
  /// a + b where the mask holds, else `otherwise`.
  FLEETCAST_FUNCTION static Count sum_where(Mask const& m, Count const& otherwise, Count const& a, Count const& b) {
    return element_wise<Width>(FLEETCAST_LANES { return add_if(m.at[lane], otherwise.at[lane], a.at[lane], b.at[lane]); });
  }
  /// sum + x where the mask holds, else sum.
  FLEETCAST_FUNCTION static Real add_where(Mask const& m, Real const& sum, Real const& x) {
    return element_wise<Width>(FLEETCAST_LANES { return add_if(m.at[lane], sum.at[lane], x.at[lane]); });
  }
  /// n + 1 where the mask holds, else n.
  FLEETCAST_FUNCTION static Count count_where(Mask const& m, Count const& n) {
    return element_wise<Width>(FLEETCAST_LANES { return add_if(m.at[lane], n.at[lane], 1); });
  }
  FLEETCAST_FUNCTION static Count add_modulo(Count const& a, Count const& b) {
    return element_wise<Width>(
        FLEETCAST_LANES { return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.at[lane]) + static_cast<std::uint32_t>(b.at[lane])); });
  }
  FLEETCAST_FUNCTION static Real to_real(Count const& x) {
    return element_wise<Width>(FLEETCAST_LANES { return static_cast<float>(x.at[lane]); });
  }
  FLEETCAST_FUNCTION static Real to_real_unsigned(Count const& x) {
    return element_wise<Width>(FLEETCAST_LANES { return static_cast<float>(static_cast<std::uint32_t>(x.at[lane])); });
  }
  /// Toward zero; the caller keeps |x| below 2^31.
  FLEETCAST_FUNCTION static Count truncate(Real const& x) {
    return element_wise<Width>(FLEETCAST_LANES { return static_cast<std::int32_t>(x.at[lane]); });
  }
  FLEETCAST_FUNCTION static Real load(float const* from) {
    return element_wise<Width>(FLEETCAST_LANES { return from[lane]; });
  }
  FLEETCAST_FUNCTION static Count load(std::int32_t const* from) {
    return element_wise<Width>(FLEETCAST_LANES { return from[lane]; });
  }
  FLEETCAST_FUNCTION static void store(float* to, Real const& x) {
    for_each_lane(FLEETCAST_LANES { to[lane] = x.at[lane]; });
  }
  template <class T>
  FLEETCAST_FUNCTION static T get(Pack<T, Width> const& x, int lane) {
    return x.at[lane];
  }
  template <class T>
  FLEETCAST_FUNCTION static void set(Pack<T, Width>& x, int lane, T value) {
    x.at[lane] = value;
  }

 private:
  template <class Visit, int... Lane>
  FLEETCAST_FUNCTION static void visit_each(Visit const& visit, std::integer_sequence<int, Lane...>) {
    (visit(Lane), ...);
  }
  FLEETCAST_FUNCTION static std::uint32_t sign_of(float x) {
#ifdef __CUDA_ARCH__
    return __float_as_uint(x);
#else
    std::uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
#endif
  }
  // One predicated instruction each; the compiler would take two, a sum and a select.
  FLEETCAST_FUNCTION static std::int32_t add_if(bool condition, std::int32_t otherwise, std::int32_t a, std::int32_t b) {
#ifdef __CUDA_ARCH__
    asm("{ .reg .pred p; setp.ne.s32 p, %1, 0; @p add.s32 %0, %2, %3; }" : "+r"(otherwise) : "r"(static_cast<int>(condition)), "r"(a), "r"(b));
    return otherwise;
#else
    return condition ? a + b : otherwise;
#endif
  }
  FLEETCAST_FUNCTION static std::int32_t add_if(bool condition, std::int32_t sum, std::int32_t x) {
#ifdef __CUDA_ARCH__
    asm("{ .reg .pred p; setp.ne.s32 p, %1, 0; @p add.s32 %0, %0, %2; }" : "+r"(sum) : "r"(static_cast<int>(condition)), "r"(x));
    return sum;
#else
    return condition ? sum + x : sum;
#endif
  }
  FLEETCAST_FUNCTION static float add_if(bool condition, float sum, float x) {
#ifdef __CUDA_ARCH__
    asm("{ .reg .pred p; setp.ne.s32 p, %1, 0; @p add.rn.f32 %0, %0, %2; }" : "+f"(sum) : "r"(static_cast<int>(condition)), "f"(x));
    return sum;
#else
    return condition ? sum + x : sum;
#endif
  }
};

#if !defined(__CUDACC__) && defined(__GNUC__)

/// `Width` policies in a vector register (GCC and Clang vector extensions). Masks are vectors of 0 and -1.
template <int Width>
struct PlainVectorStepLane {
  static constexpr int width = Width;
  using Real = RegisterOf<float, Width>;
  using Count = RegisterOf<std::int32_t, Width>;
  using Unsigned = RegisterOf<std::uint32_t, Width>;
  using Wide = RegisterOf<double, Width>;
  using Mask = Count;
  using Exceed = Mask;
  using Violation = Mask;
  using Requests = std::uint32_t;

  FLEETCAST_FUNCTION static Real real(float x) { return Real{} + x; }
  FLEETCAST_FUNCTION static Count count(std::int32_t x) { return Count{} + x; }
  template <class Visit>
  FLEETCAST_FUNCTION static void for_each_lane(Visit const& visit) {
    for (int lane = 0; lane < Width; ++lane) visit(lane);
  }
  FLEETCAST_FUNCTION static bool any(Mask m) {
#if defined(__AVX2__)
    if constexpr (Width == 8) return _mm256_movemask_epi8(reinterpret_cast<__m256i>(m)) != 0;
#endif
#if defined(__SSE2__)
    if constexpr (Width == 4) return _mm_movemask_epi8(reinterpret_cast<__m128i>(m)) != 0;
#endif
    std::int32_t seen = 0;
    for (int i = 0; i < Width; ++i) seen |= m[i];
    return seen != 0;
  }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater(T a, T b) {
    return a > b;
  }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater_where(Mask m, T a, T b) {
    return m & (a > b);
  }
  FLEETCAST_FUNCTION static Exceed exceeds(Real a, Real b) { return a > b; }
  FLEETCAST_FUNCTION static Exceed exceeds_product(Real minus_a, Real n, Real b) {
#if defined(__FMA__)
    if constexpr (Width == 8)
      return reinterpret_cast<Real>(_mm256_fmadd_ps(reinterpret_cast<__m256>(n), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(minus_a))) <
             0.0F;
#endif
    // rounding keeps order: only where the rounded product equals a does the exact one have to decide
    Real const a = -minus_a;
    Real const product = n * b;
    Mask const equal = product == a;
    Mask exceeds = product < a;
    if (any(equal)) {
      Wide const exact = __builtin_convertvector(n, Wide) * __builtin_convertvector(b, Wide);
      exceeds = exceeds | (equal & __builtin_convertvector(exact < __builtin_convertvector(a, Wide), Mask));
    }
    return exceeds;
  }
  FLEETCAST_FUNCTION static Real beyond_product(Real minus_a, Real n, Real b) { return -minus_a - n * b; }
  template <class T>
  FLEETCAST_FUNCTION static T select(Mask m, T a, T b) {
    return m ? a : b;
  }
  template <class T>
  FLEETCAST_FUNCTION static T smaller(T a, T b) {
    return a < b ? a : b;
  }
  template <class T>
  FLEETCAST_FUNCTION static T larger(T a, T b) {
    return a > b ? a : b;
  }
  template <class T>
  FLEETCAST_FUNCTION static T sum_where(Mask m, T otherwise, T a, T b) {
    return m ? a + b : otherwise;
  }
  FLEETCAST_FUNCTION static Real add_where(Mask m, Real sum, Real x) { return m ? sum + x : sum; }
  FLEETCAST_FUNCTION static Count count_where(Mask m, Count n) { return n - m; }
  FLEETCAST_FUNCTION static Violation violation(Exceed exceed, std::uint32_t requests) {
    if (requests == 0) return Violation{};
    return exceed;
  }
  FLEETCAST_FUNCTION static Violation violation(Exceed exceed, Count requests) { return exceed & (requests > 0); }
  FLEETCAST_FUNCTION static Count count_exceeding(Exceed exceed, Count n) { return n - exceed; }
  FLEETCAST_FUNCTION static Count add_where(Mask m, Count sum, Count x) { return add_modulo(sum, m & x); }
  FLEETCAST_FUNCTION static Count run_violation(Violation v, Count n) { return (n + 1) & v; }
  FLEETCAST_FUNCTION static Count add_modulo(Count a, Count b) {
    return reinterpret_cast<Count>(reinterpret_cast<Unsigned>(a) + reinterpret_cast<Unsigned>(b));
  }
  FLEETCAST_FUNCTION static Real to_real(Count x) { return __builtin_convertvector(x, Real); }
  FLEETCAST_FUNCTION static Real to_real_unsigned(Count x) { return __builtin_convertvector(reinterpret_cast<Unsigned>(x), Real); }
  FLEETCAST_FUNCTION static Count truncate(Real x) { return __builtin_convertvector(x, Count); }
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
  FLEETCAST_FUNCTION static void store(float* to, Real x) { __builtin_memcpy(to, &x, sizeof x); }
  FLEETCAST_FUNCTION static float get(Real x, int lane) { return x[lane]; }
  FLEETCAST_FUNCTION static std::int32_t get(Count x, int lane) { return x[lane]; }
  FLEETCAST_FUNCTION static void set(Real& x, int lane, float value) { x[lane] = value; }
};

/// Violated ticks and requests, counted under masks.
template <class Lane>
struct MaskedViolationCount {
  using Count = typename Lane::Count;
  Count violated_ticks, violated_requests;

  FLEETCAST_FUNCTION void clear() { violated_ticks = violated_requests = Lane::count(0); }
  FLEETCAST_FUNCTION void add(typename Lane::Violation v, std::uint32_t requests) { add(v, Lane::count(static_cast<std::int32_t>(requests))); }
  FLEETCAST_FUNCTION void add(typename Lane::Violation v, Count requests) {
    violated_ticks = Lane::count_where(v, violated_ticks);
    violated_requests = Lane::add_where(v, violated_requests, requests);
  }
  FLEETCAST_FUNCTION std::int64_t ticks(int lane) const { return Lane::get(violated_ticks, lane); }
  FLEETCAST_FUNCTION std::int64_t requests(int lane) const { return Lane::get(violated_requests, lane); }
};

template <int Width>
struct VectorStepLane : PlainVectorStepLane<Width> {
  using ViolationCount = MaskedViolationCount<PlainVectorStepLane<Width>>;
};

#if defined(__AVX512F__)

/// Sixteen policies in a ZMM register, masks in mask registers: a masked operation costs no more than a plain one.
template <>
struct VectorStepLane<16> : PlainVectorStepLane<16> {
  struct Mask {
    __mmask16 bits;
    FLEETCAST_FUNCTION friend Mask operator&(Mask a, Mask b) { return {_kand_mask16(a.bits, b.bits)}; }
    FLEETCAST_FUNCTION friend Mask operator|(Mask a, Mask b) { return {_kor_mask16(a.bits, b.bits)}; }
  };

  using Exceed = Mask;
  using Violation = Mask;
  using ViolationCount = MaskedViolationCount<VectorStepLane<16>>;

  FLEETCAST_FUNCTION static __m512 z(Real x) { return reinterpret_cast<__m512>(x); }
  FLEETCAST_FUNCTION static __m512i z(Count x) { return reinterpret_cast<__m512i>(x); }
  FLEETCAST_FUNCTION static Real from(__m512 x) { return reinterpret_cast<Real>(x); }
  FLEETCAST_FUNCTION static Count from(__m512i x) { return reinterpret_cast<Count>(x); }

  FLEETCAST_FUNCTION static bool any(Mask m) { return _kortestz_mask16_u8(m.bits, m.bits) == 0; }
  FLEETCAST_FUNCTION static Mask greater(Real a, Real b) { return {_mm512_cmp_ps_mask(z(a), z(b), _CMP_GT_OQ)}; }
  FLEETCAST_FUNCTION static Mask greater(Count a, Count b) { return {_mm512_cmpgt_epi32_mask(z(a), z(b))}; }
  FLEETCAST_FUNCTION static Mask greater_where(Mask m, Real a, Real b) { return {_mm512_mask_cmp_ps_mask(m.bits, z(a), z(b), _CMP_GT_OQ)}; }
  FLEETCAST_FUNCTION static Mask greater_where(Mask m, Count a, Count b) { return {_mm512_mask_cmpgt_epi32_mask(m.bits, z(a), z(b))}; }
  FLEETCAST_FUNCTION static Exceed exceeds(Real a, Real b) { return greater(a, b); }
  FLEETCAST_FUNCTION static Exceed exceeds_product(Real minus_a, Real n, Real b) {
    return greater(Real{}, from(_mm512_fmadd_ps(z(n), z(b), z(minus_a))));
  }
  FLEETCAST_FUNCTION static Real beyond_product(Real minus_a, Real n, Real b) { return from(_mm512_fnmsub_ps(z(n), z(b), z(minus_a))); }
  FLEETCAST_FUNCTION static Real select(Mask m, Real a, Real b) { return from(_mm512_mask_blend_ps(m.bits, z(b), z(a))); }
  FLEETCAST_FUNCTION static Count select(Mask m, Count a, Count b) { return from(_mm512_mask_blend_epi32(m.bits, z(b), z(a))); }
  FLEETCAST_FUNCTION static Real smaller(Real a, Real b) { return from(_mm512_min_ps(z(a), z(b))); }
  FLEETCAST_FUNCTION static Real larger(Real a, Real b) { return from(_mm512_max_ps(z(a), z(b))); }
  FLEETCAST_FUNCTION static Count larger(Count a, Count b) { return from(_mm512_max_epi32(z(a), z(b))); }
  FLEETCAST_FUNCTION static Real sum_where(Mask m, Real otherwise, Real a, Real b) {
    return from(_mm512_mask_add_ps(z(otherwise), m.bits, z(a), z(b)));
  }
  FLEETCAST_FUNCTION static Count sum_where(Mask m, Count otherwise, Count a, Count b) {
    return from(_mm512_mask_add_epi32(z(otherwise), m.bits, z(a), z(b)));
  }
  FLEETCAST_FUNCTION static Count count_where(Mask m, Count n) { return sum_where(m, n, n, count(1)); }
  FLEETCAST_FUNCTION static Violation violation(Exceed exceed, std::uint32_t requests) {
    if (requests == 0) return {0};
    return exceed;
  }
  FLEETCAST_FUNCTION static Violation violation(Exceed exceed, Count requests) { return greater_where(exceed, requests, Count{}); }
  FLEETCAST_FUNCTION static Count count_exceeding(Exceed exceed, Count n) { return count_where(exceed, n); }
  FLEETCAST_FUNCTION static Count add_where(Mask m, Count sum, Count x) { return sum_where(m, sum, sum, x); }
  FLEETCAST_FUNCTION static Real add_where(Mask m, Real sum, Real x) { return from(_mm512_mask_add_ps(z(sum), m.bits, z(sum), z(x))); }
  FLEETCAST_FUNCTION static Count run_violation(Violation v, Count n) { return from(_mm512_maskz_add_epi32(v.bits, z(n), z(count(1)))); }
};

#endif

/// What a lane's two halves hold.
template <class T>
struct Twin {
  T first, second;
};
template <class T>
FLEETCAST_FUNCTION Twin<T> operator+(Twin<T> const& a, Twin<T> const& b) {
  return {a.first + b.first, a.second + b.second};
}
template <class T>
FLEETCAST_FUNCTION Twin<T> operator-(Twin<T> const& a, Twin<T> const& b) {
  return {a.first - b.first, a.second - b.second};
}
template <class T>
FLEETCAST_FUNCTION Twin<T> operator*(Twin<T> const& a, Twin<T> const& b) {
  return {a.first * b.first, a.second * b.second};
}
template <class T>
FLEETCAST_FUNCTION Twin<T> operator/(Twin<T> const& a, Twin<T> const& b) {
  return {a.first / b.first, a.second / b.second};
}
template <class T>
FLEETCAST_FUNCTION Twin<T> operator|(Twin<T> const& a, Twin<T> const& b) {
  return {a.first | b.first, a.second | b.second};
}

/// Two registers side by side: a step is a long chain of operations, and two chains keep a core busy where one leaves it waiting.
template <class Half>
struct TwinStepLane {
  static constexpr int width = 2 * Half::width;
  using Real = Twin<typename Half::Real>;
  using Count = Twin<typename Half::Count>;
  using Mask = Twin<typename Half::Mask>;
  using Exceed = Twin<typename Half::Exceed>;
  using Violation = Twin<typename Half::Violation>;
  using Requests = typename Half::Requests;

  struct ViolationCount {
    typename Half::ViolationCount first, second;

    FLEETCAST_FUNCTION void clear() {
      first.clear();
      second.clear();
    }
    FLEETCAST_FUNCTION void add(Violation const& v, Requests requests) {
      first.add(v.first, requests);
      second.add(v.second, requests);
    }
    FLEETCAST_FUNCTION void add(Violation const& v, Count const& requests) {
      first.add(v.first, requests.first);
      second.add(v.second, requests.second);
    }
    FLEETCAST_FUNCTION std::int64_t ticks(int lane) const { return lane < Half::width ? first.ticks(lane) : second.ticks(lane - Half::width); }
    FLEETCAST_FUNCTION std::int64_t requests(int lane) const {
      return lane < Half::width ? first.requests(lane) : second.requests(lane - Half::width);
    }
  };

  FLEETCAST_FUNCTION static Real real(float x) { return {Half::real(x), Half::real(x)}; }
  FLEETCAST_FUNCTION static Count count(std::int32_t x) { return {Half::count(x), Half::count(x)}; }
  template <class Visit>
  FLEETCAST_FUNCTION static void for_each_lane(Visit const& visit) {
    for (int lane = 0; lane < width; ++lane) visit(lane);
  }
  FLEETCAST_FUNCTION static bool any(Mask const& m) { return Half::any(m.first | m.second); }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater(Twin<T> const& a, Twin<T> const& b) {
    return {Half::greater(a.first, b.first), Half::greater(a.second, b.second)};
  }
  template <class T>
  FLEETCAST_FUNCTION static Mask greater_where(Mask const& m, Twin<T> const& a, Twin<T> const& b) {
    return {Half::greater_where(m.first, a.first, b.first), Half::greater_where(m.second, a.second, b.second)};
  }
  FLEETCAST_FUNCTION static Exceed exceeds(Real const& a, Real const& b) {
    return {Half::exceeds(a.first, b.first), Half::exceeds(a.second, b.second)};
  }
  FLEETCAST_FUNCTION static Exceed exceeds_product(Real const& minus_a, Real const& n, Real const& b) {
    return {Half::exceeds_product(minus_a.first, n.first, b.first), Half::exceeds_product(minus_a.second, n.second, b.second)};
  }
  FLEETCAST_FUNCTION static Real beyond_product(Real const& minus_a, Real const& n, Real const& b) {
    return {Half::beyond_product(minus_a.first, n.first, b.first), Half::beyond_product(minus_a.second, n.second, b.second)};
  }
  FLEETCAST_FUNCTION static Violation violation(Exceed const& exceed, Requests requests) {
    return {Half::violation(exceed.first, requests), Half::violation(exceed.second, requests)};
  }
  FLEETCAST_FUNCTION static Violation violation(Exceed const& exceed, Count const& requests) {
    return {Half::violation(exceed.first, requests.first), Half::violation(exceed.second, requests.second)};
  }
  FLEETCAST_FUNCTION static Count count_exceeding(Exceed const& exceed, Count const& n) {
    return {Half::count_exceeding(exceed.first, n.first), Half::count_exceeding(exceed.second, n.second)};
  }
  FLEETCAST_FUNCTION static Count run_violation(Violation const& v, Count const& n) {
    return {Half::run_violation(v.first, n.first), Half::run_violation(v.second, n.second)};
  }
  template <class T>
  FLEETCAST_FUNCTION static Twin<T> select(Mask const& m, Twin<T> const& a, Twin<T> const& b) {
    return {Half::select(m.first, a.first, b.first), Half::select(m.second, a.second, b.second)};
  }
  FLEETCAST_FUNCTION static Real smaller(Real const& a, Real const& b) {
    return {Half::smaller(a.first, b.first), Half::smaller(a.second, b.second)};
  }
  template <class T>
  FLEETCAST_FUNCTION static Twin<T> larger(Twin<T> const& a, Twin<T> const& b) {
    return {Half::larger(a.first, b.first), Half::larger(a.second, b.second)};
  }
  template <class T>
  FLEETCAST_FUNCTION static Twin<T> sum_where(Mask const& m, Twin<T> const& otherwise, Twin<T> const& a, Twin<T> const& b) {
    return {Half::sum_where(m.first, otherwise.first, a.first, b.first), Half::sum_where(m.second, otherwise.second, a.second, b.second)};
  }
  FLEETCAST_FUNCTION static Real add_where(Mask const& m, Real const& sum, Real const& x) {
    return {Half::add_where(m.first, sum.first, x.first), Half::add_where(m.second, sum.second, x.second)};
  }
  FLEETCAST_FUNCTION static Count count_where(Mask const& m, Count const& n) {
    return {Half::count_where(m.first, n.first), Half::count_where(m.second, n.second)};
  }
  FLEETCAST_FUNCTION static Count add_modulo(Count const& a, Count const& b) {
    return {Half::add_modulo(a.first, b.first), Half::add_modulo(a.second, b.second)};
  }
  FLEETCAST_FUNCTION static Real to_real(Count const& x) { return {Half::to_real(x.first), Half::to_real(x.second)}; }
  FLEETCAST_FUNCTION static Real to_real_unsigned(Count const& x) { return {Half::to_real_unsigned(x.first), Half::to_real_unsigned(x.second)}; }
  FLEETCAST_FUNCTION static Count truncate(Real const& x) { return {Half::truncate(x.first), Half::truncate(x.second)}; }
  FLEETCAST_FUNCTION static Real load(float const* from) { return {Half::load(from), Half::load(from + Half::width)}; }
  FLEETCAST_FUNCTION static Count load(std::int32_t const* from) { return {Half::load(from), Half::load(from + Half::width)}; }
  FLEETCAST_FUNCTION static void store(float* to, Real const& x) {
    Half::store(to, x.first);
    Half::store(to + Half::width, x.second);
  }
  template <class T>
  FLEETCAST_FUNCTION static auto get(Twin<T> const& x, int lane) {
    return lane < Half::width ? Half::get(x.first, lane) : Half::get(x.second, lane - Half::width);
  }
  FLEETCAST_FUNCTION static void set(Real& x, int lane, float value) {
    if (lane < Half::width)
      Half::set(x.first, lane, value);
    else
      Half::set(x.second, lane - Half::width, value);
  }
};

#endif

}  // namespace fleetcast::inline FLEETCAST_ISA
