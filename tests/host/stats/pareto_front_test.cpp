#include "host/stats/pareto_front.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

/// Days that cost about `billed`, and of whose 1000 requests about `violated` break the promise.
std::vector<HandDay> days(std::mt19937_64& random, std::size_t n, std::int64_t billed, std::int64_t violated) {
  std::vector<HandDay> out(n);
  for (auto& day : out) {
    day.billed = billed + static_cast<std::int64_t>(random() % 11) - 5;
    day.violated_requests = violated == 0 ? 0 : violated + static_cast<std::int64_t>(random() % 11) - 5;
    day.violated_ticks = violated > 0 ? 1 : 0;
  }
  return out;
}

std::vector<std::uint64_t> all_of(CellTallies const& t) {
  std::vector<std::uint64_t> numbers(t.valid.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

CellTallies cells(std::size_t n, std::vector<std::pair<std::int64_t, std::int64_t>> const& cost_and_violations) {
  std::mt19937_64 random(3);
  CellTallies t = testing::no_cells();
  for (auto const& [cost, violated] : cost_and_violations) testing::add_cell(t, days(random, n, cost, violated));
  return t;
}

TEST(ParetoFront, IsWhatNoOtherBeats) {
  CellTallies t = cells(400, {{300, 100}, {100, 300}, {200, 200}, {250, 300}, {400, 150}});
  testing::add_invalid_cell(t);

  ParetoFront const f = pareto_front(t, 0.05, 0, all_of(t));

  EXPECT_EQ(f.front, (std::vector<std::uint64_t>{1, 2, 0}));  // by cost
  EXPECT_EQ(f.place, (std::vector{FrontPlace::on_front, FrontPlace::on_front, FrontPlace::on_front, FrontPlace::beaten, FrontPlace::beaten,
                                  FrontPlace::beaten}));
  EXPECT_EQ(f.may_belong, 0u);
}

TEST(ParetoFront, KeepsCellsThatAreBeatenByChanceAtMost) {
  // the second costs a tenth of a replica-tick more, with an error of √10/√400 = 0.16 each
  CellTallies const t = cells(400, {{1000, 100}, {1000, 101}});

  ParetoFront const f = pareto_front(t, 0.05, 0, all_of(t));

  EXPECT_GE(f.front.size(), 1u);
  EXPECT_EQ(f.front.size() + f.may_belong, 2u);
}

TEST(ParetoFront, KeepsDearCellsThatNeverViolated) {
  CellTallies const t = cells(400, {{100, 0}, {900, 0}});

  ParetoFront const f = pareto_front(t, 0.05, 0, all_of(t));

  EXPECT_EQ(f.front, std::vector<std::uint64_t>{0});
  EXPECT_EQ(f.place[1], FrontPlace::may_belong);  // its share may be smaller yet
}

TEST(ParetoFront, IsSureOfNothingBelowFiftyRealizations) {
  CellTallies const t = cells(49, {{100, 100}, {900, 900}});

  EXPECT_EQ(pareto_front(t, 0.05, 0, all_of(t)).may_belong, 1u);
}

TEST(ParetoFront, DropsNoTrueMemberInRepeats) {
  // truth: a chain of cells, each a little dearer and better than the last, so all belong
  std::mt19937_64 random(7);
  int dropped = 0;
  int const repeats = 200;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    CellTallies t = testing::no_cells();
    for (std::int64_t i = 0; i < 8; ++i) testing::add_cell(t, days(random, 100, 500 + i, 60 - i));
    ParetoFront const f = pareto_front(t, 0.05, 0, all_of(t));
    dropped += f.front.size() + f.may_belong < 8 ? 1 : 0;
  }

  EXPECT_LE(dropped, 25);  // 5% of 200 pass 25 with probability 1e-5
}

}  // namespace
}  // namespace fleetcast
