/// A draw lane that counts the Philox blocks drawn through it.
#pragma once

#include "cuda/model/philox.cuh"

namespace fleetcast::test {

struct CountingLane : ScalarDrawLane {
  static inline std::uint64_t multiplications = 0;

  static Word multiply_low_halves(Word a, Word b) {
    ++multiplications;
    return ScalarDrawLane::multiply_low_halves(a, b);
  }
  /// Philox blocks since the last call: ten rounds of two multiplications each.
  static std::uint64_t take_blocks() {
    std::uint64_t const blocks = multiplications / 20;
    multiplications = 0;
    return blocks;
  }
};

}  // namespace fleetcast::test
