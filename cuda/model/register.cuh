/// Vector registers of a CPU core, as GCC's and Clang's vector extensions name them.
#pragma once

#if !defined(__CUDACC__) && defined(__GNUC__)

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "function.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// A register of `Width` values.
template <class T, int Width>
struct Register {
  typedef T type __attribute__((vector_size(sizeof(T) * Width)));
};
template <class T, int Width>
using RegisterOf = typename Register<T, Width>::type;

}  // namespace fleetcast::inline FLEETCAST_ISA

#endif
