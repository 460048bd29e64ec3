// What the GPU backend does when the device has not the memory: no device is needed to see it.
#include "cuda/engine/memory.cuh"

#include <gtest/gtest.h>

#include <vector>

namespace fleetcast {
namespace {

DeviceError out_of_memory() { return {DeviceError::Kind::out_of_memory, "out of memory"}; }

TEST(HalveUntilItFits, HalvesTheTileAndGoesOn) {
  std::vector<std::uint32_t> tried;

  std::uint32_t const fitted = halve_until_it_fits(100, [&](std::uint32_t size) {
    tried.push_back(size);
    if (size > 20) throw out_of_memory();
  });

  EXPECT_EQ(fitted, 13U);
  EXPECT_EQ(tried, (std::vector<std::uint32_t>{100, 50, 25, 13}));
}

TEST(HalveUntilItFits, GivesUpAtOneRealization) {
  EXPECT_THROW(halve_until_it_fits(3, [](std::uint32_t) { throw out_of_memory(); }), DeviceError);
}

TEST(HalveUntilItFits, PassesOtherErrorsOn) {
  int calls = 0;
  auto const broken = [&](std::uint32_t) {
    ++calls;
    throw DeviceError(DeviceError::Kind::other, "launch failed");
  };

  EXPECT_THROW(halve_until_it_fits(64, broken), DeviceError);
  EXPECT_EQ(calls, 1);
}

TEST(CheckCuda, NamesFileLineAndExpression) {
  try {
    FLEETCAST_CHECK_CUDA(cudaErrorInvalidValue);
    FAIL() << "nothing thrown";
  } catch (DeviceError const& error) {
    EXPECT_NE(std::string(error.what()).find("memory_test.cpp:"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("cudaErrorInvalidValue"), std::string::npos);
  }
}

}  // namespace
}  // namespace fleetcast
