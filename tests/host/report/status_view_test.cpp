#include "host/report/status_view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "run_examples.hpp"

namespace fleetcast {
namespace {

constexpr std::size_t wide = 200;

SeenStatus seen_later(RunFacts const& facts, int seconds, Liveness liveness = Liveness::alive) {
  return {facts, liveness, facts.updated + std::chrono::seconds(seconds)};
}

std::string block(SeenStatus const& seen, std::size_t width = wide) {
  std::string text;
  for (auto const& line : status_block(seen, width, false)) text += line + "\n";
  return text;
}

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST(StatusBlock, TellsAllThatIsKnown) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();

  EXPECT_EQ(block(seen_later(testing::old_run(), 0)),
            "baseline running on node7 (pid 4711): cpu, 2 threads, AVX-512\n"
            "███████░░░░░░░░░░░░░░░░░░░░░░░ 25.0%  1,000 of 4,000 realizations\n"
            "  speed        3.75e+05 requests/s, 1e+09 steps/s\n"
            "  left         at most 3 h 20 min, until 20:36\n"
            "  spent        1 h 30 min, 30 min 00 s of it before it was resumed\n"
            "  looks        2 of at most 7\n"
            "  best so far  scale_up_at 154286, scale_down_at 131429: 6,451 USD a day [6,411, 6,491]\n"
            "  checkpoint   10.0 s ago: 960 realizations, 14.0 MiB in 43 ms\n"
            "  trouble      1 warning, 2 device faults\n"
            "  output       /data/results/baseline.h5\n");
}

TEST(StatusBlock, LeavesOutWhatIsNotKnownYet) {
  EXPECT_EQ(block(seen_later(testing::young_run(), 0)),
            "baseline running on node7 (pid 4711): cpu, 2 threads, AVX-512\n"
            "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0.0%  0 of 4,000 realizations\n"
            "  speed        0 requests/s, 0 steps/s\n"
            "  spent        0 ms\n"
            "  output       /data/results/baseline.h5\n");
}

TEST(StatusBlock, KeepsTheClockGoingBetweenTwoStatuses) {
  std::string const later = block(seen_later(testing::old_run(), 600));
  EXPECT_TRUE(says(later, "left         at most 3 h 10 min")) << later;
  EXPECT_TRUE(says(later, "spent        1 h 40 min")) << later;
  EXPECT_TRUE(says(later, "checkpoint   10 min 10 s ago")) << later;
  EXPECT_TRUE(says(block(seen_later(testing::old_run(), 100000)), "left         at most 0 ms"));
}

TEST(StatusBlock, StopsTheClockOfARunThatEndedOrDied) {
  std::string const stopped = block(seen_later(testing::stopped_run(), 600));
  EXPECT_TRUE(says(stopped, "baseline stopped on")) << stopped;
  EXPECT_TRUE(says(stopped, "spent        1 h 30 min")) << stopped;
  EXPECT_TRUE(says(stopped, "stopped      stopped by SIGTERM")) << stopped;
  EXPECT_FALSE(says(stopped, "left  ")) << stopped;
  std::string const died = block(seen_later(testing::old_run(), 600, Liveness::gone));
  EXPECT_TRUE(says(died, "spent        1 h 30 min")) << died;
  EXPECT_FALSE(says(died, "left  ")) << died;
}

TEST(StatusBlock, FitsTheTerminal) {
  for (std::size_t const width : {1U, 20U, 31U, 40U, 80U})
    for (auto const& line : status_block(seen_later(testing::old_run(), 0), width, false)) EXPECT_LE(shown_width(line), width) << line;
}

TEST(StatusBlock, ShowsAFewOfManyConditions) {
  RunFacts facts = testing::old_run();
  facts.best.resize(9, facts.best.front());
  facts.best.front().conditions = "requests_per_minute 500";
  std::string const text = block(seen_later(facts, 0));
  EXPECT_TRUE(says(text, "best so far  requests_per_minute 500: scale_up_at 154286")) << text;
  facts.best.front().cost_low_usd.reset();
  EXPECT_TRUE(says(block(seen_later(facts, 0)), "scale_down_at 131429: 6,451 USD a day\n")) << "few realizations have no interval";
  EXPECT_TRUE(says(text, "and 5 under further conditions")) << text;
}

TEST(StatusBlock, ColoursTheBarAlone) {
  auto const lines = status_block(seen_later(testing::old_run(), 0), wide, true);
  EXPECT_TRUE(says(lines[1], "\x1b[36m███████░")) << lines[1];
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](auto const& line) { return says(line, "\x1b"); }), 1);
}

TEST(StatusLine, IsOneLine) {
  EXPECT_EQ(status_line(seen_later(testing::old_run(), 0)),
            "2026-11-22T17:16:56.042Z baseline running: 25.0%  1,000 of 4,000 realizations, 3.75e+05 requests/s, 1e+09 steps/s, 3 h 20 min left");
  EXPECT_EQ(status_line(seen_later(testing::stopped_run(), 0)),
            "2026-11-22T17:16:56.042Z baseline stopped: 25.0%  1,000 of 4,000 realizations, stopped by SIGTERM");
}

TEST(Death, IsTakenForGrantedOnlyWhereItShows) {
  constexpr double stale = 600;
  EXPECT_FALSE(seen_later(testing::old_run(), 100000).death(stale)) << "alive, however long its tiles take";
  EXPECT_FALSE(seen_later(testing::old_run(), 600, Liveness::elsewhere).death(stale));
  EXPECT_EQ(seen_later(testing::old_run(), 601, Liveness::elsewhere).death(stale), "process 4711 on node7 has not been heard of for 10 min 01 s");
  EXPECT_EQ(seen_later(testing::old_run(), 2, Liveness::gone).death(stale),
            "process 4711 on node7 is gone and did not say why; it was last heard of 2.0 s ago");
  EXPECT_FALSE(seen_later(testing::stopped_run(), 601, Liveness::gone).death(stale)) << "it said that it stopped";
}

TEST(Shortening, KeepsWholeCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("█░█░", 3), "█░…");
  EXPECT_EQ(shortened("abc", 0), "");
}

TEST(BarLine, IsNeverWiderThanItsRoom) {
  std::string const text = " 12%  3 min left  1.9e+08 requests/s";
  for (std::size_t width = 1; width < 100; ++width) EXPECT_LE(shown_width(bar_line(0.12, text, width, Colour::none)), width);
  EXPECT_EQ(shown_width(bar_line(0.12, text, 200, Colour::none)), 31 + text.size());
  EXPECT_TRUE(bar_line(0.5, "50%", 20, Colour::none).starts_with("████"));
  EXPECT_EQ(bar_line(0.5, "50%", 8, Colour::none), "50%");
  EXPECT_EQ(bar_line(0.5, "50%  3 min left", 6, Colour::none), "50%  …");
}

}  // namespace
}  // namespace fleetcast
