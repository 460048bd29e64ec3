#include "host/engine/part.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fleetcast {
namespace {

TEST(Parts, FollowEachOtherAndDifferByOneAtMost) {
  for (std::uint64_t const realizations : {16ULL, 17ULL, 1000ULL, 4294967295ULL}) {
    for (std::uint32_t const count : {1U, 2U, 3U, 7U, 16U}) {
      std::uint64_t next = 0, least = realizations, most = 0;
      for (std::uint32_t number = 1; number <= count; ++number) {
        RealizationSpan const span = Part{number, count}.span(realizations);
        EXPECT_EQ(span.first, next);
        next = span.last;
        least = std::min(least, span.size());
        most = std::max(most, span.size());
      }
      EXPECT_EQ(next, realizations);
      EXPECT_LE(most - least, 1U);
      EXPECT_GT(least, 0U);
    }
  }
}

}  // namespace
}  // namespace fleetcast
