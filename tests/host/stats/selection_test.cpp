#include "host/stats/selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

constexpr SelectionRule rule{0.95, 0.05};

/// n days of which `met` meet the objective, at a cost that varies by one replica-tick up and down.
std::vector<HandDay> days(std::size_t n, std::size_t met, std::int64_t billed) {
  std::vector<HandDay> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = {.billed = billed + (i % 2 == 0 ? 1 : -1), .met = i < met, .work = static_cast<std::int64_t>(i % 2)};
  return out;
}

CellTallies cells(std::vector<std::vector<HandDay>> const& all) {
  CellTallies t = testing::no_cells();
  for (auto const& cell : all) testing::add_cell(t, cell);
  return t;
}

std::vector<std::uint64_t> all_of(CellTallies const& t) {
  std::vector<std::uint64_t> numbers(t.valid.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST(Selection, TakesTheCheapestThatSurelyKeepsThePromise) {
  CellTallies const t = cells({days(1000, 1000, 50), days(1000, 1000, 40), days(1000, 500, 10), days(1000, 955, 30), days(1000, 1000, 41)});

  Selection const s = select(t, rule, all_of(t));

  EXPECT_EQ(s.chosen, 1u);
  EXPECT_EQ(s.standing, (std::vector{Standing::dearer, Standing::best, Standing::infeasible, Standing::not_excluded, Standing::dearer}));
  EXPECT_EQ(s.best, 1u);
  EXPECT_EQ(s.not_excluded, 1u);
  EXPECT_EQ(s.excluded(), 3u);
  EXPECT_EQ(s.valid(), 5u);
  EXPECT_EQ(s.limiting, 3u);
  EXPECT_NEAR(s.largest_saving_usd, 10, 1);  // 30 against 40, and what the days' spread of 1 leaves open
}

TEST(Selection, ProvesAtExactlyTheCountOfClopperAndPearson) {
  // one cell: with p = 0.95, 59 of 59 days prove it at 5% (0.95^59 = 0.0485), 58 of 58 do not (0.0510)
  CellTallies const enough = cells({days(59, 59, 10)});
  CellTallies const few = cells({days(58, 58, 10)});

  EXPECT_EQ(select(enough, rule, all_of(enough)).chosen, 0u);
  EXPECT_EQ(select(enough, rule, all_of(enough)).realizations_needed, 0u);
  EXPECT_FALSE(select(few, rule, all_of(few)).chosen);
  EXPECT_EQ(select(few, rule, all_of(few)).realizations_needed, 59u);
}

TEST(Selection, SharesItsAlphaAmongTheValidCells) {
  // ten valid cells: α/10 needs ln(0.005)/ln(0.95) = 103.3 days
  std::vector<std::vector<HandDay>> ten(10, days(103, 103, 10));
  CellTallies t = cells(ten);
  testing::add_invalid_cell(t);

  EXPECT_FALSE(select(t, rule, all_of(t)).chosen);
  EXPECT_EQ(select(t, rule, all_of(t)).realizations_needed, 104u);
  EXPECT_EQ(select(t, rule, all_of(t)).standing.back(), Standing::invalid);
  std::vector<std::uint64_t> const two{0, 1};
  EXPECT_EQ(select(t, rule, two).chosen, 0u);
  EXPECT_FALSE(select(t, {0.95, 0.05, 10}, two).chosen);
}

TEST(Selection, IsSureOfInfeasibilityAtHalfItsAlpha) {
  // P(Binomial(100, 0.95) ≤ 90) = 0.0282, P(≤ 89) = 0.0115; half of 5% is 0.025
  CellTallies const t = cells({days(100, 90, 10)});
  CellTallies const u = cells({days(100, 89, 10)});

  EXPECT_EQ(select(t, rule, all_of(t)).standing.front(), Standing::not_excluded);
  EXPECT_EQ(select(u, rule, all_of(u)).standing.front(), Standing::infeasible);
}

TEST(Selection, NamesTheCellNearestToAProofWhereThereIsNone) {
  CellTallies const t = cells({days(1000, 940, 10), days(1000, 955, 30), days(1000, 500, 1)});

  Selection const s = select(t, rule, all_of(t));

  EXPECT_FALSE(s.chosen);
  EXPECT_EQ(s.limiting, 1u);
  EXPECT_TRUE(std::isinf(s.largest_saving_usd));
  EXPECT_EQ(s.realizations_needed, 0u);
}

TEST(Selection, ExcludesNothingByCostBelowFiftyRealizations) {
  // a lax promise is proved by 49 days, a cost difference is not
  CellTallies const t = cells({days(49, 49, 10), days(49, 49, 1000)});

  Selection const s = select(t, {0.5, 0.05}, all_of(t));

  EXPECT_EQ(s.chosen, 0u);
  EXPECT_EQ(s.not_excluded, 1u);
  EXPECT_EQ(s.limiting, 1u);
}

TEST(Selection, KeepsCellsThatCostTheSame) {
  CellTallies const t = cells({days(1000, 1000, 40), days(1000, 1000, 40)});

  Selection const s = select(t, rule, all_of(t));

  EXPECT_EQ(s.chosen, 0u);
  EXPECT_EQ(s.standing[1], Standing::not_excluded);
  EXPECT_EQ(s.largest_saving_usd, 0);
}

TEST(Selection, OfNothingButInvalidCellsIsEmpty) {
  CellTallies t = testing::no_cells();
  testing::add_invalid_cell(t);

  Selection const s = select(t, rule, all_of(t));

  EXPECT_FALSE(s.chosen);
  EXPECT_FALSE(s.limiting);
  EXPECT_EQ(s.valid(), 0u);
  EXPECT_EQ(s.largest_saving_usd, 0);
}

TEST(Selection, ComparesCostsOnTheSameDays) {
  // costs swing by a thousand with the traffic and differ by three: seen only against the same days
  std::mt19937_64 random(5);
  std::vector<HandDay> cheap(1000), dear(1000);
  for (std::size_t i = 0; i < cheap.size(); ++i) {
    auto const work = static_cast<std::int64_t>(random() % 1000);
    cheap[i] = {.billed = 5000 + work, .work = work};
    dear[i] = {.billed = 5003 + work, .work = work};
  }
  CellTallies const t = cells({cheap, dear});

  EXPECT_EQ(select(t, rule, all_of(t)).standing[1], Standing::dearer);
}

/// Repeats a small race of cells with known truth and counts broken promises.
TEST(Selection, KeepsItsPromisesInRepeats) {
  // truth: cell 0 meets the objective with 0.955 at 30, cell 1 with 0.94 at 20, cell 2 with 0.99 at 32, cell 3 with 0.95 at 31
  std::vector<double> const truth{0.955, 0.94, 0.99, 0.95};
  std::vector<std::int64_t> const cost{30, 20, 32, 31};
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform;
  int lost_the_best = 0, chose_a_bad_one = 0;
  int const repeats = 400;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    CellTallies t = testing::no_cells();
    for (std::size_t c = 0; c < truth.size(); ++c) {
      std::vector<HandDay> sample(300);
      for (auto& day : sample) day = {.billed = cost[c] + static_cast<std::int64_t>(random() % 21) - 10, .met = uniform(random) < truth[c]};
      testing::add_cell(t, sample);
    }
    Selection const s = select(t, rule, all_of(t));
    lost_the_best += s.standing[0] != Standing::best && s.standing[0] != Standing::not_excluded ? 1 : 0;
    chose_a_bad_one += s.chosen == 1u ? 1 : 0;
  }

  // at most 5% each; 400 repeats of 5% pass 40 with probability 2e-5
  EXPECT_LE(lost_the_best, 40);
  EXPECT_LE(chose_a_bad_one, 40);
}

}  // namespace
}  // namespace fleetcast
