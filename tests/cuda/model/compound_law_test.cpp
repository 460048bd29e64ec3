#include "cuda/model/compound_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace fleetcast {
namespace {

using Lengths = std::vector<std::uint32_t>;

Lengths log_normal(double median, double sigma, std::uint32_t least, std::uint32_t most) {
  return LogNormalTableBuilder(median, sigma, least, most).build().lengths;
}

/// A request table of a few lengths; cells are their multiplicities and add up to quantile_table_size.
Lengths table_of(std::vector<std::pair<std::uint32_t, std::uint32_t>> const& lengths_and_cells) {
  Lengths table;
  for (auto const& [length, cells] : lengths_and_cells) table.insert(table.end(), cells, length);
  EXPECT_EQ(table.size(), quantile_table_size);
  return table;
}

Lengths const prompts = log_normal(1020, 0.99, 1, 16384);    // of sweeps/baseline.toml
Lengths const completions = log_normal(129, 0.86, 1, 4096);  // likewise
Lengths const heavy = log_normal(1000, 2, 1, 1000000);
Lengths const short_lengths = log_normal(8, 0.7, 0, 200);  // a tenth of a percent of zeros
Lengths const equal(quantile_table_size, 64);

/// Every table of a law by its digit.
struct Sums {
  std::vector<std::int64_t> values;
  Sums(CompoundLaw const& law, std::uint32_t digit, bool rests) {
    auto const at = digit - law.first_digit;
    auto const& entries = rests ? law.rest : law.prompt;
    auto const base = rests ? law.rest_base[at] : law.prompt_base[at];
    for (std::size_t i = 0; i < quantile_table_size; ++i) values.push_back(base + entries[at * quantile_table_size + i]);
  }
};
Sums prompt_sums(CompoundLaw const& law, std::uint32_t digit) { return {law, digit, false}; }
Sums rest_sums(CompoundLaw const& law, std::uint32_t digit) { return {law, digit, true}; }

struct Moments {
  long double mean, variance, skewness;
};
template <class Values>
Moments moments_of(Values const& values) {
  long double mean = 0, square = 0, cube = 0;
  for (auto const x : values) mean += static_cast<long double>(x) / values.size();
  for (auto const x : values) {
    long double const distance = x - mean;
    square += distance * distance / values.size();
    cube += distance * distance * distance / values.size();
  }
  return {mean, square, square > 0 ? cube / (square * std::sqrt(square)) : 0};
}

/// Distribution function of a sum of integers from its masses, from `least` on, against a table's.
double ks_distance(std::vector<double> const& mass, std::int64_t least, Sums const& table) {
  double worst = 0;
  double upto = 0;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < mass.size(); ++i) {
    upto += mass[i];
    while (counted < quantile_table_size && table.values[counted] <= least + static_cast<std::int64_t>(i)) ++counted;
    worst = std::max(worst, std::fabs(upto - static_cast<double>(counted) / quantile_table_size));
  }
  return worst;
}

/// Masses of the sum of `count` draws from a table, one added after the other, from 0 on.
std::vector<double> add_one_by_one(Lengths const& table, std::uint32_t count) {
  std::vector<std::pair<std::uint32_t, double>> lengths;  // and probabilities
  for (auto const length : table) {
    if (lengths.empty() || lengths.back().first != length) lengths.emplace_back(length, 0.0);
    lengths.back().second += 1.0 / static_cast<double>(table.size());
  }
  std::vector<double> mass{1.0};
  for (std::uint32_t k = 0; k < count; ++k) {
    std::vector<double> next(mass.size() + lengths.back().first);
    for (std::size_t i = 0; i < mass.size(); ++i) {
      if (mass[i] == 0) continue;
      for (auto const& [length, probability] : lengths) next[i + length] += probability * mass[i];
    }
    mass = std::move(next);
  }
  return mass;
}

TEST(SelfConvolver, IsWithinItsErrorBoundOfTheDirectSum) {
  SelfConvolver convolve;
  for (std::size_t const size : {1U, 2U, 3U, 4U, 5U, 17U, 64U, 65U, 1000U}) {
    std::vector<double> mass(size);
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += mass[i] = static_cast<double>((i * 7919 + 3) % 101);
    double square = 0;
    for (double& m : mass) {
      m /= sum;
      square += m * m;
    }

    auto const convolved = convolve(mass);

    ASSERT_EQ(convolved.size(), 2 * size - 1);
    for (std::size_t k = 0; k < convolved.size(); ++k) {
      long double direct = 0;
      for (std::size_t i = k < size ? 0 : k - size + 1; i <= std::min(k, size - 1); ++i) direct += static_cast<long double>(mass[i]) * mass[k - i];
      ASSERT_NEAR(convolved[k], static_cast<double>(direct), 0x1p-50 * square) << "bin " << k << " of " << size;
    }
  }
}

TEST(CompoundLaw, HasTheRequestTablesAsItsFirst) {
  auto const law = build_compound_law(prompts, completions, 0, 3);

  EXPECT_EQ(law.first_digit, 0U);
  EXPECT_EQ(law.digits, 4U);
  EXPECT_EQ(law.slope, 0.0);
  EXPECT_EQ(law.prompt.size(), 4 * quantile_table_size);
  EXPECT_EQ(law.rest.size(), 4 * quantile_table_size);
  EXPECT_EQ(prompt_sums(law, 0).values, std::vector<std::int64_t>(prompts.begin(), prompts.end()));
  EXPECT_EQ(rest_sums(law, 0).values, std::vector<std::int64_t>(completions.begin(), completions.end()));
}

// A quarter of the lengths is 4, the rest 1: of 2^14 cells, binomial shares of two and four requests are whole numbers.
TEST(CompoundLaw, IsBinomialForTwoLengths) {
  auto const table = table_of({{1, 12288}, {4, 4096}});

  auto const law = build_compound_law(table, equal, 0, 2);

  std::vector<std::int64_t> two(9216, 2);
  two.insert(two.end(), 6144, 5);
  two.insert(two.end(), 1024, 8);
  EXPECT_EQ(prompt_sums(law, 1).values, two);
  std::vector<std::int64_t> four(5184, 4);
  four.insert(four.end(), 6912, 7);
  four.insert(four.end(), 3456, 10);
  four.insert(four.end(), 768, 13);
  four.insert(four.end(), 64, 16);
  EXPECT_EQ(prompt_sums(law, 2).values, four);
  EXPECT_EQ(rest_sums(law, 2).values, std::vector<std::int64_t>(quantile_table_size, 256));
  // what the transform rounds, on 2^14 cells
  EXPECT_LE(law.errors.ks_distance, 1e-14);
}

TEST(CompoundLaw, HasEntriesThatAscend) {
  for (auto const& lengths : {prompts, heavy, short_lengths, equal}) {
    auto const law = build_compound_law(lengths, completions, 0, largest_compound_digit);

    for (std::uint32_t digit = 0; digit < law.digits; ++digit) {
      auto const sums = prompt_sums(law, digit).values;
      EXPECT_TRUE(std::is_sorted(sums.begin(), sums.end())) << "digit " << digit;
      EXPECT_GE(sums.front(), std::int64_t{lengths.front()} << digit);
      EXPECT_LE(sums.back(), std::int64_t{lengths.back()} << digit);
    }
  }
}

// Rounding is carried, and the sum over the cells is an integer, so the mean is met exactly. The cells' root mean squares meet the
// variance, but for the square of the shift that undoes what they add to the mean, below a thousandth of a standard deviation;
// a carry c below half a token from cell i to the next changes the variance by 2c·(x[i+1] - x[i]), so all by the range at
// most, over 2^14 cells.
TEST(CompoundLaw, HasTheMeanAndVarianceOfItsRequests) {
  for (auto const& lengths : {prompts, completions, heavy, short_lengths, equal}) {
    auto const law = build_compound_law(lengths, equal, 0, largest_compound_digit);
    auto const single = moments_of(lengths);

    EXPECT_GE(law.digits, 20U);
    for (std::uint32_t digit = 0; digit < law.digits; ++digit) {
      auto const requests = static_cast<long double>(1U << digit);
      auto const sums = prompt_sums(law, digit).values;
      auto const moments = moments_of(sums);
      EXPECT_NEAR(moments.mean / (requests * single.mean), 1, 1e-15) << "digit " << digit;
      long double const carried = static_cast<long double>(sums.back() - sums.front()) / quantile_table_size;
      EXPECT_NEAR(moments.variance, requests * single.variance, carried + 1e-6L * requests * single.variance) << "digit " << digit;
    }
  }
}

// The best that 2^14 cells can do is a cell's share at atoms, half of it elsewhere.
TEST(CompoundLaw, KeepsErrorsWithinTheBoundsOfLengthLaws) {
  for (auto const& lengths : {prompts, completions, heavy, short_lengths}) {
    auto const law = build_compound_law(lengths, lengths, 0, 20);

    EXPECT_LE(law.errors.ks_distance, largest_law_errors.ks_distance);
    EXPECT_LE(law.errors.mean_error, 1e-12);
    EXPECT_LE(law.errors.variance_error, 1e-5);
    EXPECT_GE(law.errors.ks_distance, 0.5 / quantile_table_size);
  }
}

TEST(CompoundLaw, DeclaresTheErrorsOfItsWorstTable) {
  // few lengths, so that the variance is not met
  auto const table = table_of({{3, 16000}, {10, 300}, {17, 84}});
  auto const law = build_compound_law(table, equal, 0, 6);

  auto const single = moments_of(table);
  double ks = 0;
  long double variance_error = 0;
  for (std::uint32_t digit = 1; digit < law.digits; ++digit) {
    auto const sums = prompt_sums(law, digit);
    ks = std::max(ks, ks_distance(add_one_by_one(table, 1U << digit), 0, sums));
    variance_error = std::max(variance_error, std::fabs(moments_of(sums.values).variance / single.variance / (1U << digit) - 1));
  }
  EXPECT_GT(variance_error, 1e-5);
  EXPECT_NEAR(law.errors.variance_error, static_cast<double>(variance_error), 1e-12);
  EXPECT_NEAR(law.errors.ks_distance, ks, 1e-12);
}

// Ten lengths with little in common; the sums of 64 of them span 64·19000 tokens, so their grid is coarse.
TEST(CompoundLaw, IsTheLawOfSixtyFourRequestsAddedOneByOne) {
  auto const table = table_of({{11, 2000}, {130, 3000}, {407, 4000}, {1201, 3000}, {2803, 2384}, {5009, 1000}, {11003, 800}, {19001, 200}});
  auto const law = build_compound_law(table, equal, 0, 6);
  auto const sums = prompt_sums(law, 6);

  EXPECT_LE(ks_distance(add_one_by_one(table, 64), 0, sums), law.errors.ks_distance);
  EXPECT_LE(law.errors.ks_distance, 1e-4);
  // one request less moves the law by a mean of 1500 tokens, with a standard deviation of 8·3000: 0.4/16 of probability
  EXPECT_GT(ks_distance(add_one_by_one(table, 63), 0, sums), 0.01);
}

TEST(CompoundLaw, IsTheLawOfTwoRequestsWithHeavyTails) {
  auto const law = build_compound_law(heavy, completions, 0, 1);

  auto const errors = build_compound_law(heavy, equal, 0, 1).errors;
  EXPECT_LE(ks_distance(add_one_by_one(heavy, 2), 0, prompt_sums(law, 1)), errors.ks_distance);
  EXPECT_LE(ks_distance(add_one_by_one(completions, 2), 0, rest_sums(law, 1)), build_compound_law(completions, equal, 0, 1).errors.ks_distance);
}

// Third cumulants add up, so the skewness of 2^k requests is 2^(-k/2) times that of one. Of sums with mean m and standard deviation s
// (in those of the law) within a cell, with an exponential tail, the root mean square keeps m³ + 1.5·m·s² of a third moment of
// m³ + 3·m·s² + 2·s³. The last cell loses the most, the next, a twentieth as wide in s², and all others another tenth. Means of the last
// two cells are 2·ln 2 of that tail's s apart.
TEST(CompoundLaw, KeepsTheThirdCumulant) {
  auto const law = build_compound_law(prompts, completions, 0, 12);
  auto const expect_skewness = [](Sums const& sums, Lengths const& lengths, std::uint32_t digit) {
    auto const moments = moments_of(sums.values);
    auto const sd = std::sqrt(moments.variance);
    auto const last = sums.values.rbegin();
    long double const m = (last[0] - moments.mean) / sd;
    long double const s = (last[0] - last[1]) / sd / (2 * std::log(2.0L));
    long double const tolerance = 1.1L * (1.5L * m * s * s + 2 * s * s * s) / quantile_table_size;
    EXPECT_LT(tolerance, 0.01L * moments.skewness);
    EXPECT_NEAR(moments.skewness, moments_of(lengths).skewness / std::sqrt(static_cast<long double>(1U << digit)), tolerance) << "digit " << digit;
  };
  for (std::uint32_t digit = 3; digit <= 12; ++digit) {
    expect_skewness(prompt_sums(law, digit), prompts, digit);
    expect_skewness(rest_sums(law, digit), completions, digit);
  }
}

// Lengths 0 and 2^20, equally likely: the table's ends are the means of the last 2^-14 of a binomial law, 4.06 standard deviations
// from its mean. Their range is 8.1·2^(k/2)/2·2^20, more than 2^32 from digit 20 on.
TEST(CompoundLaw, StopsWhereARangeNeedsMoreThan32Bits) {
  auto const table = table_of({{0, 8192}, {1048576, 8192}});

  EXPECT_EQ(build_compound_law(table, equal, 0, 30).digits, 20U);
  EXPECT_EQ(build_compound_law(equal, table, 0, 30).digits, 20U);
  EXPECT_EQ(build_compound_law(equal, equal, 0, 30).digits, 31U);
}

/// Pairs whose completions follow the prompts, with noise of their own that grows with the prompt.
struct Pairs {
  Lengths prompt, completion;
  explicit Pairs(std::size_t count) {
    std::uint64_t state = 2026;
    auto const uniform = [&] {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return static_cast<std::uint32_t>(state >> 44);  // below 2^20
    };
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t const length = 20 + (uniform() % 90) * (uniform() % 90);
      prompt.push_back(length);
      completion.push_back(5 + length / 10 + uniform() % (10 + length / 5));
    }
  }
  long double covariance() const {
    auto const p = moments_of(prompt);
    auto const c = moments_of(completion);
    long double sum = 0;
    for (std::size_t i = 0; i < prompt.size(); ++i) sum += (prompt[i] - p.mean) * (completion[i] - c.mean);
    return sum / prompt.size();
  }
  CompoundLaw law(std::uint32_t last_digit) const {
    return build_compound_law(prompt, completion, static_cast<std::uint32_t>(prompt.size()), last_digit);
  }
};

// 1000 requests are 8 of their own and the digits 5 to 9. A table's mean is met within a token over its 2^14 cells, its variance within
// the range over 2^14 cells, as above: relative to that of 32 requests, 8 standard deviations/2^14/sd, below 2e-6 where
// the standard deviation is 300 tokens at least.
TEST(CompoundLawOfPairs, HasMeansVariancesAndCovarianceOfAThousandRequests) {
  Pairs const pairs(5000);
  auto const law = pairs.law(9);
  auto const p = moments_of(pairs.prompt);
  auto const c = moments_of(pairs.completion);

  ASSERT_EQ(law.first_digit, 5U);
  ASSERT_EQ(law.digits, 5U);
  long double prompt_mean = 8 * p.mean, completion_mean = 8 * c.mean;
  long double prompt_variance = 8 * p.variance, completion_variance = 8 * c.variance, covariance = 8 * pairs.covariance();
  for (std::uint32_t digit = 5; digit <= 9; ++digit) {
    auto const prompt = moments_of(prompt_sums(law, digit).values);
    auto const rest = moments_of(rest_sums(law, digit).values);
    prompt_mean += prompt.mean;
    completion_mean += rest.mean + law.slope * prompt.mean;
    prompt_variance += prompt.variance;
    completion_variance += rest.variance + law.slope * law.slope * prompt.variance;
    covariance += law.slope * prompt.variance;
  }

  EXPECT_NEAR(prompt_mean, 1000 * p.mean, 5.0 / quantile_table_size);
  EXPECT_NEAR(completion_mean, 1000 * c.mean, 10.0 / quantile_table_size);
  EXPECT_NEAR(prompt_variance / (1000 * p.variance), 1, 2e-6);
  EXPECT_NEAR(completion_variance / (1000 * c.variance), 1, 2e-6);
  EXPECT_NEAR(covariance / (1000 * pairs.covariance()), 1, 2e-6);
  EXPECT_LE(law.errors.ks_distance, 1e-4);
  EXPECT_LE(law.errors.mean_error, 1e-8);
  EXPECT_LE(law.errors.variance_error, 2e-6);
}

// With a and b the shares of slope·P and R in the completions' standard deviation, a² + b² = 1, their skewness lacks
// 3a²b and 3ab² times the two co-skewnesses: at most 3ab(a + b) ≤ 2.13 times the larger.
TEST(CompoundLawOfPairs, LosesNoMoreSkewnessThanItDeclares) {
  Pairs const pairs(5000);
  auto const law = pairs.law(5);

  auto const prompt = moments_of(prompt_sums(law, 5).values);
  auto const rest = moments_of(rest_sums(law, 5).values);
  auto const c = moments_of(pairs.completion);
  auto const slope = static_cast<long double>(law.slope);
  auto const cumulant = [](Moments const& m) { return m.skewness * m.variance * std::sqrt(m.variance); };
  auto const completion_sd = std::sqrt(32 * c.variance);
  auto const skewness = (slope * slope * slope * cumulant(prompt) + cumulant(rest)) / (completion_sd * completion_sd * completion_sd);

  auto const lost = c.skewness / std::sqrt(32.0L) - skewness;
  EXPECT_GT(lost, 0.01);  // noise grows with the prompt
  EXPECT_LE(lost, 2.13 * law.coskewness_lost + 5e-4);
  EXPECT_LT(law.coskewness_lost, 0.3);
}

// By hand: (P - 1)(D - 1)… of (0, 2), (1, 0), (2, 2): no covariance, E[(P - 1)²(D - 4/3)] = 4/9, variances 2/3 and 8/9.
TEST(CompoundLawOfPairs, DeclaresTheCoskewnessOfThirtyTwoRequests) {
  auto const law = build_compound_law({0, 1, 2}, {2, 0, 2}, 3, 5);

  EXPECT_EQ(law.slope, 0.0);
  EXPECT_NEAR(law.coskewness_lost, 4.0 / 9.0 / (2.0 / 3.0 * std::sqrt(8.0 / 9.0)) / std::sqrt(32.0), 1e-15);
}

TEST(CompoundLawOfPairs, GivesTwicePromptsExactly) {
  Pairs pairs(3001);
  for (std::size_t i = 0; i < pairs.prompt.size(); ++i) pairs.completion[i] = 2 * pairs.prompt[i];

  auto const law = pairs.law(20);

  EXPECT_EQ(law.slope, 2.0);
  EXPECT_EQ(law.digits, 16U);
  EXPECT_EQ(law.coskewness_lost, 0.0);
  EXPECT_EQ(law.rest_base, std::vector<std::int64_t>(16, 0));
  EXPECT_EQ(law.rest, Lengths(16 * quantile_table_size, 0));
}

// 11·k = 1.1·(10·k): what double arithmetic leaves is taken for rounding.
TEST(CompoundLawOfPairs, LeavesNoRestWhereCompletionsAreProportional) {
  Pairs pairs(3001);
  for (std::size_t i = 0; i < pairs.prompt.size(); ++i) {
    pairs.completion[i] = 11 * pairs.prompt[i];
    pairs.prompt[i] *= 10;
  }

  auto const law = pairs.law(20);

  EXPECT_NEAR(law.slope, 1.1, 1e-15);
  EXPECT_EQ(law.rest_base, std::vector<std::int64_t>(16, 0));
  EXPECT_EQ(law.rest, Lengths(16 * quantile_table_size, 0));
  EXPECT_LE(law.errors.ks_distance, 1e-4);
}

// Rests of at most a few tokens: rounding their sums to integers may not add its 1/12 token². A carry below half a token from cell
// to cell changes the variance by the range over 2^14, as above.
TEST(CompoundLawOfPairs, HasTheVarianceOfShortRests) {
  Pairs pairs(5000);
  for (std::size_t i = 0; i < pairs.prompt.size(); ++i) pairs.completion[i] = pairs.prompt[i] * 37 / 100 + pairs.completion[i] % 4;

  auto const law = pairs.law(5);

  auto const p = moments_of(pairs.prompt);
  auto const c = moments_of(pairs.completion);
  auto const rest_variance = 32 * (c.variance - law.slope * law.slope * p.variance);
  auto const sums = rest_sums(law, 5).values;
  EXPECT_LT(rest_variance, 60);
  EXPECT_NEAR(moments_of(sums).variance, rest_variance, static_cast<double>(sums.back() - sums.front()) / quantile_table_size);
}

TEST(CompoundLawOfPairs, TakesRestsBelowZero) {
  auto const law = build_compound_law({100, 200, 300, 400}, {110, 90, 310, 290}, 4, 8);

  // slope 0.76 and a mean rest of 10, with a standard deviation of 41: a sum of 32 may well be negative
  EXPECT_NEAR(law.slope, 0.76, 1e-15);
  EXPECT_LT(law.rest_base[0], 0);
  auto const sums = rest_sums(law, 5).values;
  EXPECT_TRUE(std::is_sorted(sums.begin(), sums.end()));
  EXPECT_NEAR(moments_of(sums).mean, 320, 1.0 / quantile_table_size);
}

TEST(CompoundLawOfPairs, HasThePlainLawOfCompletionsWhenPromptsAreEqual) {
  Lengths const ends(quantile_table_size, 7);
  auto const plain = build_compound_law(ends, completions, 0, 7);

  auto const law = build_compound_law(ends, completions, quantile_table_size, 7);

  EXPECT_EQ(law.slope, 0.0);
  EXPECT_EQ(rest_sums(law, 7).values, rest_sums(plain, 7).values);
  EXPECT_EQ(prompt_sums(law, 7).values, prompt_sums(plain, 7).values);
}

TEST(CompoundLawOfPairs, HasATableEvenWhereFewRequestsAreWanted) { EXPECT_EQ(Pairs(10).law(0).digits, 1U); }

/// FNV-1a.
class Hash {
 public:
  template <class T>
  void add(T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) hash_ = (hash_ ^ (static_cast<std::uint64_t>(value) >> 8 * i & 0xff)) * 0x100000001b3ULL;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

std::uint64_t hash_of(CompoundLaw const& law) {
  Hash hash;
  hash.add(ScalarDrawLane::bits_of(law.slope));
  hash.add(ScalarDrawLane::bits_of(law.coskewness_lost));
  hash.add(ScalarDrawLane::bits_of(law.errors.ks_distance));
  hash.add(ScalarDrawLane::bits_of(law.errors.variance_error));
  for (auto const base : law.prompt_base) hash.add(base);
  for (auto const base : law.rest_base) hash.add(base);
  for (auto const entry : law.prompt) hash.add(entry);
  for (auto const entry : law.rest) hash.add(entry);
  return hash.value();
}

TEST(CompoundLaw, HasTheSameBitsOnEveryMachine) {
  EXPECT_EQ(hash_of(build_compound_law(prompts, completions, 0, 20)), 5702133740732068169ULL);
  EXPECT_EQ(hash_of(Pairs(5000).law(12)), 5607235802458900118ULL);
}

}  // namespace
}  // namespace fleetcast
