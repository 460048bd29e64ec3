/// What makes one function serve g++, clang and both passes of nvcc.
#pragma once

#include <cassert>

/// A model function: inlined everywhere, callable on host and device.
#ifdef __CUDACC__
#define FLEETCAST_FUNCTION __host__ __device__ __forceinline__
#else
#define FLEETCAST_FUNCTION inline __attribute__((always_inline))
#endif

/// Before a loop over lanes or levels: the whole loop is written out, so that its values stay in registers.
#if defined(__CUDA_ARCH__) || defined(__clang__)
#define FLEETCAST_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__)
#define FLEETCAST_UNROLL
#else
#define FLEETCAST_UNROLL _Pragma("GCC unroll 16")
#endif

/// Before the loop over ticks: four at a time on a GPU, where that saves moves of registers.
#ifdef __CUDA_ARCH__
#define FLEETCAST_UNROLL_TICKS _Pragma("unroll 4")
#else
#define FLEETCAST_UNROLL_TICKS
#endif

/// First in a block that is seldom entered: on a GPU it is then jumped over, not carried along under a predicate.
#ifdef __CUDA_ARCH__
#define FLEETCAST_SELDOM __syncwarp(__activemask())
#else
#define FLEETCAST_SELDOM
#endif

/// Contract for programmers: checked in debug builds. User input is validated in host/config, always.
#define FLEETCAST_EXPECT(condition) assert(condition)

/// Every model function lives in an inline namespace named after the instruction set its file is
/// built for. Files built with -mavx… then export symbols of their own name only, and the linker
/// can't hand AVX code to a caller on an older CPU.
#ifndef FLEETCAST_ISA
#define FLEETCAST_ISA portable
#endif
