#include "cuda/model/length_law.hpp"

#include <gtest/gtest.h>

#include "cuda/model/lengths.cuh"
#include "tests/cuda/model/chi_square.hpp"

namespace fleetcast {
namespace {

struct LogNormalLengths {
  double median, sigma;
  std::uint32_t least, most;
};

LengthTable table_of(LogNormalLengths law) { return LogNormalTableBuilder(law.median, law.sigma, law.least, law.most).build(); }

constexpr LogNormalLengths prompts{1020, 0.99, 1, 16384};    // of sweeps/baseline.toml
constexpr LogNormalLengths completions{129, 0.86, 1, 4096};  // likewise
constexpr LogNormalLengths narrow{500, 0.05, 1, 16384};
constexpr LogNormalLengths wide{2000, 1.6, 1, 131072};
constexpr LogNormalLengths clamped{100, 1.0, 40, 250};  // a sixth of the law at either end
constexpr LogNormalLengths short_lengths{8, 0.7, 1, 200};
constexpr LogNormalLengths laws[] = {prompts, completions, narrow, wide, clamped, short_lengths};

/// P(K ≤ k) in long double by the C library.
long double distribution(LogNormalLengths law, std::uint32_t k) {
  if (k < law.least) return 0.0L;
  if (k >= law.most) return 1.0L;
  long double const z = (std::log(k + 0.5L) - std::log(static_cast<long double>(law.median))) / law.sigma;
  return 0.5L * std::erfc(-z / std::sqrt(2.0L));
}

/// A mixture of two log-normals.
struct MixedLengths {
  LogNormalPart parts[2];
  std::uint32_t least, most;
  std::vector<LogNormalPart> all() const { return {parts[0], parts[1]}; }
};

LengthTable table_of(MixedLengths const& law) { return LogNormalTableBuilder(law.all(), law.least, law.most).build(); }

constexpr MixedLengths code_and_chat{{{0.3, 2500, 0.6}, {0.7, 180, 0.8}}, 1, 16384};
constexpr MixedLengths two_peaks{{{1, 500, 0.05}, {3, 700, 0.03}}, 1, 4096};  // weights 0.25 and 0.75
constexpr MixedLengths rare_giants{{{0.98, 100, 0.9}, {0.02, 9000, 0.3}}, 1, 32768};
constexpr MixedLengths clamped_twice{{{0.5, 60, 0.5}, {0.5, 3000, 0.4}}, 50, 3200};
constexpr MixedLengths mixtures[] = {code_and_chat, two_peaks, rare_giants, clamped_twice};

long double distribution(MixedLengths const& law, std::uint32_t k) {
  auto const part = [&](LogNormalPart const& p) { return p.weight * distribution(LogNormalLengths{p.median, p.sigma, law.least, law.most}, k); };
  return (part(law.parts[0]) + part(law.parts[1])) / (law.parts[0].weight + law.parts[1].weight);
}

template <class Law>
LawErrors errors_in_long_double(Law const& law, std::vector<std::uint32_t> const& lengths) {
  long double mean = 0, square = 0, table_mean = 0, table_square = 0, worst = 0;
  for (std::uint32_t k = law.least; k <= law.most; ++k) {
    long double const probability = distribution(law, k) - distribution(law, k - 1);
    mean += probability * k;
    square += probability * k * k;
    auto const upto = std::upper_bound(lengths.begin(), lengths.end(), k) - lengths.begin();
    worst = std::max(worst, std::fabs(static_cast<long double>(upto) / lengths.size() - distribution(law, k)));
  }
  for (auto const length : lengths) {
    table_mean += static_cast<long double>(length) / lengths.size();
    table_square += static_cast<long double>(length) * length / lengths.size();
  }
  long double const variance = square - mean * mean;
  return {static_cast<double>(worst), static_cast<double>(std::fabs(table_mean / mean - 1)),
          static_cast<double>(std::fabs((table_square - table_mean * table_mean) / variance - 1))};
}

TEST(LogNormalTableBuilder, GivesAscendingLengthsWithinTheirLimits) {
  for (auto const& law : laws) {
    auto const table = table_of(law);

    EXPECT_EQ(table.lengths.size(), quantile_table_size);
    EXPECT_TRUE(std::is_sorted(table.lengths.begin(), table.lengths.end())) << "median " << law.median;
    EXPECT_GE(table.lengths.front(), law.least);
    EXPECT_LE(table.lengths.back(), law.most);
  }
}

TEST(LogNormalTableBuilder, DeclaresTheErrorsThatLongDoubleFinds) {
  for (auto const& law : laws) {
    auto const table = table_of(law);

    auto const errors = errors_in_long_double(law, table.lengths);
    EXPECT_NEAR(table.errors.ks_distance, errors.ks_distance, 1e-9) << "median " << law.median;
    EXPECT_NEAR(table.errors.mean_error, errors.mean_error, 1e-9) << "median " << law.median;
    EXPECT_NEAR(table.errors.variance_error, errors.variance_error, 1e-9) << "median " << law.median;
  }
}

TEST(LogNormalTableBuilder, KeepsErrorsWithinTheirBounds) {
  for (auto const& law : laws) {
    auto const table = table_of(law);

    EXPECT_LE(table.errors.ks_distance, largest_law_errors.ks_distance) << "median " << law.median;
    EXPECT_LE(table.errors.mean_error, largest_law_errors.mean_error) << "median " << law.median;
    EXPECT_LE(table.errors.variance_error, largest_law_errors.variance_error) << "median " << law.median;
  }
}

// What is left after the last cell is less than a token, if no cell's limits stood in the way.
TEST(LogNormalTableBuilder, CarriesRoundingSoThatTheWholeTableIsRight) {
  for (auto const& law : {prompts, completions, narrow, wide}) {
    auto const table = table_of(law);

    EXPECT_LE(table.errors.mean_error * table.mean * quantile_table_size, 1.0) << "median " << law.median;
  }
}

// Neither rounding to integers (the density is smooth over one token) nor the limits (150 standard deviations away)
// move the mean of the narrow law, median·exp(σ²/2).
TEST(LogNormalTableBuilder, HasTheMeanAndVarianceOfTheContinuousLaw) {
  auto const table = table_of(narrow);

  double const square = narrow.sigma * narrow.sigma;
  double const mean = narrow.median * std::exp(0.5 * square);
  EXPECT_NEAR(table.mean, mean, largest_law_errors.mean_error * mean);
  // rounding to integers adds 1/12
  double const variance = mean * mean * std::expm1(square) + 1.0 / 12.0;
  EXPECT_NEAR(table.variance, variance, largest_law_errors.variance_error * variance);
}

TEST(LogNormalTableBuilder, GivesASingleLengthWhereLimitsMeet) {
  auto const table = table_of(LogNormalLengths{100, 0.5, 64, 64});

  EXPECT_EQ(table.lengths, std::vector<std::uint32_t>(quantile_table_size, 64));
  EXPECT_EQ(table.mean, 64.0);
  EXPECT_EQ(table.variance, 0.0);
}

/// Chi-square of a million prompt lengths drawn from the table of `drawn` against the exact law.
///
/// The table itself may miss a bin's probability by 2·1e-4 at most (its KS distance, at both edges), typically by a
/// quarter of that: of 20 bins of 0.05, with 1e6 draws, it adds about 20·1e6·(3e-5)²/0.05 = 0.4.
template <class Law>
test::ChiSquare compare(Law const& drawn, Law const& law) {
  test::IntegerBins const bins(law.least, law.most, 0.05, [&](std::int64_t k) {
    auto const length = static_cast<std::uint32_t>(k);
    return static_cast<double>(distribution(law, length) - distribution(law, length - 1));
  });
  auto const table = table_of(drawn);
  LengthLawView const view{table.lengths.data(), table.lengths.data(), 0};
  test::ChiSquare chi_square(bins.probabilities());
  for (std::uint64_t block = 0; block < 250000; ++block) {
    auto const words = length_words<ScalarDrawLane>(2026, block, 0, 0, stream_word(Stream::lengths, 0, 0));
    for (auto const word : {words.x, words.y, words.z, words.w})
      chi_square.count(bins.bin(static_cast<double>(request_length(view, static_cast<std::uint32_t>(word)).prompt)));
  }
  return chi_square;
}

TEST(LogNormalTableBuilder, DrawsFollowTheDeclaredLaw) {
  for (auto const& law : {prompts, completions, narrow, wide}) {
    auto const chi_square = compare(law, law);

    EXPECT_LE(chi_square.statistic(), chi_square.threshold()) << "median " << law.median;
  }
}

// One percent of sigma adds about 2·1e6·0.01² = 200, less what 20 bins hide; the threshold is about 80.
TEST(LogNormalTableBuilder, DrawsAreCaughtWhenSigmaIsOnePercentTooLarge) {
  for (auto const& law : {prompts, completions, narrow, wide}) {
    LogNormalLengths wider = law;
    wider.sigma *= 1.01;

    auto const chi_square = compare(wider, law);

    EXPECT_GT(chi_square.statistic(), chi_square.threshold()) << "median " << law.median;
  }
}

TEST(LogNormalTableBuilder, TablesMixturesWithinTheBoundsItDeclares) {
  for (auto const& law : mixtures) {
    auto const table = table_of(law);

    auto const errors = errors_in_long_double(law, table.lengths);
    EXPECT_NEAR(table.errors.ks_distance, errors.ks_distance, 1e-9) << "median " << law.parts[0].median;
    EXPECT_NEAR(table.errors.mean_error, errors.mean_error, 1e-9) << "median " << law.parts[0].median;
    EXPECT_NEAR(table.errors.variance_error, errors.variance_error, 1e-9) << "median " << law.parts[0].median;
    EXPECT_LE(errors.ks_distance, largest_law_errors.ks_distance) << "median " << law.parts[0].median;
    EXPECT_LE(errors.mean_error, largest_law_errors.mean_error) << "median " << law.parts[0].median;
    EXPECT_LE(errors.variance_error, largest_law_errors.variance_error) << "median " << law.parts[0].median;
    EXPECT_TRUE(std::is_sorted(table.lengths.begin(), table.lengths.end()));
  }
}

// Moments of mixtures are mixtures of moments; rounding adds 1/12 to the variance, and the limits are far away.
TEST(LogNormalTableBuilder, HasTheMeanAndVarianceOfTheContinuousMixture) {
  auto const table = table_of(two_peaks);

  double mean = 0.0;
  double square = 0.0;
  for (auto const& part : two_peaks.parts) {
    double const part_mean = part.median * std::exp(0.5 * part.sigma * part.sigma);
    mean += part.weight / 4.0 * part_mean;
    square += part.weight / 4.0 * part_mean * part_mean * std::exp(part.sigma * part.sigma);
  }
  double const variance = square - mean * mean + 1.0 / 12.0;
  EXPECT_NEAR(table.mean, mean, largest_law_errors.mean_error * mean);
  EXPECT_NEAR(table.variance, variance, largest_law_errors.variance_error * variance);
}

TEST(LogNormalTableBuilder, NeedsOnlyTheRatiosOfWeights) {
  MixedLengths scaled = two_peaks;
  for (auto& part : scaled.parts) part.weight *= 0.25;

  EXPECT_EQ(table_of(scaled).lengths, table_of(two_peaks).lengths);
}

TEST(LogNormalTableBuilder, TakesTwoHalvesOfALawForTheWhole) {
  MixedLengths const halves{{{0.5, prompts.median, prompts.sigma}, {0.5, prompts.median, prompts.sigma}}, prompts.least, prompts.most};

  EXPECT_EQ(table_of(halves).lengths, table_of(prompts).lengths);
}

TEST(LogNormalTableBuilder, DrawsFollowTheDeclaredMixture) {
  for (auto const& law : {code_and_chat, two_peaks, rare_giants}) {
    auto const chi_square = compare(law, law);

    EXPECT_LE(chi_square.statistic(), chi_square.threshold()) << "median " << law.parts[0].median;
  }
}

// One percent of the requests in the wrong part adds about 1e6·0.01²·(1/0.3 + 1/0.7) = 480, less what 20 bins hide.
TEST(LogNormalTableBuilder, DrawsAreCaughtWhenAPartIsOnePercentTooHeavy) {
  MixedLengths heavier = code_and_chat;
  heavier.parts[0].weight = 0.31;
  heavier.parts[1].weight = 0.69;

  auto const chi_square = compare(heavier, code_and_chat);

  EXPECT_GT(chi_square.statistic(), chi_square.threshold());
}

}  // namespace
}  // namespace fleetcast
