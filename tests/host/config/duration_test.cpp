#include "host/config/duration.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "host/config/error.hpp"

namespace fleetcast {
namespace {

std::string refusal(std::string const& text) {
  try {
    parse_duration(text, "--max-time");
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "no error";
}

double seconds_of(char const* text) { return parse_duration(text, "--max-time").count(); }

TEST(Duration, IsSecondsWithoutAUnit) {
  EXPECT_EQ(seconds_of("0"), 0);
  EXPECT_EQ(seconds_of("90"), 90);
  EXPECT_EQ(seconds_of("0.25"), 0.25);
  EXPECT_EQ(seconds_of(".5"), 0.5);
}

TEST(Duration, TakesOneUnitOrSeveral) {
  EXPECT_EQ(seconds_of("90s"), 90);
  EXPECT_EQ(seconds_of("30m"), 1800);
  EXPECT_EQ(seconds_of("1.5h"), 5400);
  EXPECT_EQ(seconds_of("2d"), 172800);
  EXPECT_EQ(seconds_of("7h30m"), 27000);
  EXPECT_EQ(seconds_of("1d2h3m4s"), 93784);
  EXPECT_EQ(seconds_of("1d1s"), 86401);
  EXPECT_EQ(seconds_of("36500d"), 36500.0 * 86400);
}

TEST(Duration, RefusesWhatIsNoneAndNamesTheOption) {
  for (auto const& [text, problem] :
       {std::tuple{"", "--max-time \"\": a number was expected; write a duration such as 90, 90s, 7h30m, 2d or 1.5h"},
        std::tuple{"soon", "--max-time soon: a number was expected"}, std::tuple{"-5", "--max-time -5: a number was expected"},
        std::tuple{"+5", "a number was expected"}, std::tuple{"h", "a number was expected"}, std::tuple{"nan", "a number was expected"},
        std::tuple{"inf", "a number was expected"}, std::tuple{" 5", "a number was expected"}, std::tuple{"5 ", "its units are d, h, m and s"},
        std::tuple{"1e3", "its units are d, h, m and s"}, std::tuple{"5min", "its units are d, h, m and s"},
        std::tuple{"100ms", "its units are d, h, m and s"}, std::tuple{"90x", "its units are d, h, m and s"},
        std::tuple{"7H", "its units are d, h, m and s"}, std::tuple{"7h30", "its last number has no unit"},
        std::tuple{"30m7h", "larger units come first"}, std::tuple{"5m5m", "larger units come first, each at most once"},
        std::tuple{"36501d", "more than 100 years"}, std::tuple{"1.2.3s", "its units are d, h, m and s"}})
    EXPECT_NE(refusal(text).find(problem), std::string::npos) << refusal(text);
}

TEST(Duration, RefusesNumbersThatOverflow) { EXPECT_NE(refusal(std::string(400, '9')).find("a number was expected"), std::string::npos); }

}  // namespace
}  // namespace fleetcast
