#include "host/io/utc_time.hpp"

#include <gtest/gtest.h>

namespace fleetcast {
namespace {

TEST(UtcTime, IsToldToTheMillisecond) {
  auto const time = std::chrono::system_clock::from_time_t(1795367816) + std::chrono::microseconds(42999);
  EXPECT_EQ(utc_text(time), "2026-11-22T17:16:56.042Z");
}

TEST(UtcTime, ReadsBack) {
  for (auto const* text : {"2026-11-22T17:16:56.042Z", "1970-01-01T00:00:00.000Z", "2028-02-29T23:59:59.999Z"})
    EXPECT_EQ(utc_text(parse_utc(text).value()), text);
}

TEST(UtcTime, RefusesOtherTexts) {
  for (auto const* text : {"", "yesterday", "2026-11-22", "2026-11-22T17:16:56Z", "2026-11-22T17:16:56.042", "2026-11-22T17:16:56.042+01:00",
                           "2026-11-22T17:16:56.042Z ", "2026-11-22T17:16:56.42Z", "2026-13-22T17:16:56.042Z"})
    EXPECT_FALSE(parse_utc(text)) << text;
}

}  // namespace
}  // namespace fleetcast
