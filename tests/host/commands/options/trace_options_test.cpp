#include "host/commands/options/trace_options.hpp"

#include <gtest/gtest.h>

#include "host/config/error.hpp"

namespace fleetcast {
namespace {

TraceOptions parsed(std::vector<std::string> arguments) {
  CLI::App app;
  TraceOptions options;
  add_trace_options(app, options);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  app.parse(arguments);
  return options;
}

TEST(TraceCommandLine, MapsColumnsAndUnits) {
  TraceOptions const options = parsed(
      {"--columns", "time=ts,prompt=Tokens in", "--columns", "completion=a=b", "--time-unit", "ms", "--rate-unit", "per_hour", "--format", "jsonl"});

  EXPECT_EQ(options.columns.time, "ts");
  EXPECT_EQ(options.columns.prompt, "Tokens in");
  EXPECT_EQ(options.columns.completion, "a=b");
  EXPECT_EQ(options.columns.requests, "");
  EXPECT_EQ(options.time_unit, TraceOptions::TimeUnit::milliseconds);
  EXPECT_EQ(options.rate_unit, TraceOptions::RateUnit::per_hour);
  EXPECT_EQ(options.format, TraceOptions::Format::json_lines);
}

TEST(TraceCommandLine, LeavesAllOpenByDefault) {
  TraceOptions const options = parsed({});

  EXPECT_EQ(options.format, TraceOptions::Format::automatic);
  EXPECT_EQ(options.time_unit, TraceOptions::TimeUnit::automatic);
}

TEST(TraceCommandLine, RefusesWhatIsNoMapping) {
  for (std::string const wrong : {"ts", "when=ts", "time=", "=ts"}) EXPECT_THROW(parsed({"--columns", wrong}), Error) << wrong;
  EXPECT_THROW(parsed({"--time-unit", "hours"}), CLI::ParseError);
  EXPECT_THROW(parsed({"--format", "parquet"}), CLI::ParseError);
}

}  // namespace
}  // namespace fleetcast
