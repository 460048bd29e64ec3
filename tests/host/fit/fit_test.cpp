/// Trace in, workload model out: reading, moments, estimators, the written file.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>

#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/fit/fit.hpp"
#include "host/fit/lengths.hpp"
#include "host/fit/moments.hpp"
#include "host/fit/rate_model.hpp"
#include "host/fit/trace.hpp"

namespace fleetcast {
namespace {

std::string write_file(std::string const& name, std::string const& text) {
  std::string const path = testing::TempDir() + "fit_test_" + std::to_string(::getpid()) + "_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

/// Reads a trace from a file that goes when it is read.
Trace read_text(std::string const& text) {
  struct Remove {
    std::string path;
    ~Remove() { std::filesystem::remove(path); }
  } const file{write_file("trace.csv", text)};
  return read_trace(file.path);
}

/// The error's text without the folder it stands in.
std::string complaint(std::string const& text, ExitCode code = ExitCode::bad_data) {
  try {
    read_text(text);
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code);
    std::string const what = error.what();
    return what.substr(what.find("trace.csv"));
  }
  return "no error";
}

// ---- reading ----

TEST(ReadTrace, ReadsAzureTimesToTheLastDigit) {
  Trace const trace = read_text(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
      "2023-11-16 23:59:59.6805900,374,44\r\n"
      "2023-11-17 00:00:01,4808,10\r\n"
      "2023-11-17T00:00:01.000000123456789012345Z,1,2");

  ASSERT_EQ(trace.requests(), 3U);
  EXPECT_DOUBLE_EQ(trace.seconds[0], 0.0);
  EXPECT_DOUBLE_EQ(trace.seconds[1], 2.0 - 0.68059);
  EXPECT_NEAR(trace.seconds[2] - trace.seconds[1], 1.23456789e-7, 1e-15);
  EXPECT_EQ(trace.prompt_tokens, (std::vector<std::uint32_t>{374, 4808, 1}));
  EXPECT_EQ(trace.completion_tokens, (std::vector<std::uint32_t>{44, 10, 2}));
}

TEST(ReadTrace, TakesOffsetsFromUtcIntoAccount) {
  Trace const trace = read_text(
      "time,input_tokens,output_tokens\n2024-02-29 12:00:00+01:00,1,1\n2024-02-29T11:00:05Z,1,1\n"
      "2024-02-29 06:00:10-0500,1,1\n2024-02-29 13:00:15+02,1,1\n2024-02-29 11:00:20,1,1\n");

  EXPECT_EQ(trace.seconds, (std::vector<double>{0, 5, 10, 15, 20}));
}

TEST(ReadTrace, ReadsSecondsAndFindsColumnsAnywhereInAnyCase) {
  Trace const trace = read_text("Response_Tokens,model,Arrival_Time,REQUEST_TOKENS\n7,a,1700000000.25,5\n8,\"b,c\",1700000001.75,6.0\n");

  EXPECT_EQ(trace.seconds, (std::vector<double>{0, 1.5}));
  EXPECT_EQ(trace.prompt_tokens, (std::vector<std::uint32_t>{5, 6}));
  EXPECT_EQ(trace.completion_tokens, (std::vector<std::uint32_t>{7, 8}));
}

TEST(ReadTrace, NamesRowAndColumnOfEveryMistake) {
  std::string const header = "time,prompt_tokens,completion_tokens\n";
  std::string const day = header + "2023-11-16 18:00:00,1,1\n";

  EXPECT_EQ(complaint(header + "5,1,1\n4.5,1,1\n"),
            "trace.csv:3: column time: \"4.5\" is 0.5 s before the row above (a trace is read in order of arrival); sort the file by this column");
  EXPECT_EQ(complaint(header + "nan,1,1\n"),
            "trace.csv:2: column time: \"nan\" is not a date and time (2023-11-16 18:15:46.68) or a number of seconds (every request needs "
            "its arrival time); correct or remove the row");
  EXPECT_EQ(complaint(header + "-3,1,1\n"),
            "trace.csv:2: column time: -3 is negative (times are seconds from a common start); shift the column to start at 0");
  EXPECT_EQ(complaint(header + "1700000000123,1,1\n"),
            "trace.csv:2: column time: 1700000000123 s lies beyond the year 5138 (the column seems to count in milliseconds or finer); "
            "convert it to seconds");
  EXPECT_EQ(complaint(header + "1,1,1\n2,-4,1\n"),
            "trace.csv:3: column prompt_tokens: \"-4\" is not a whole number from 0 to 1048576 (a length in tokens); correct or remove the row");
  EXPECT_EQ(complaint(header + "1,1,1\n2,4,nan\n"),
            "trace.csv:3: column completion_tokens: \"nan\" is not a whole number from 0 to 1048576 (a length in tokens); correct or remove the row");
  EXPECT_EQ(complaint(day + "2,1,1\n"),
            "trace.csv:3: column time: \"2\" is not a date and time like those above, 2023-11-16 18:15:46.68 (every request needs its "
            "arrival time); correct or remove the row");
  EXPECT_EQ(complaint("when,prompt,completion\n1,1,1\n"),
            "trace.csv:1: no column holds arrival times (the header has when, prompt, completion); name it timestamp, time or arrival_time");
  EXPECT_EQ(complaint("time,completion\n1,1\n"),
            "trace.csv:1: no column holds prompt lengths (the header has time, completion); name it ContextTokens, prompt_tokens or input_tokens");
  EXPECT_EQ(complaint(header), "trace.csv: holds no request (a rate needs two at least); give a longer record");
  EXPECT_EQ(complaint(header + "1,1,1\n"), "trace.csv: holds one request (a rate needs two at least); give a longer record");
}

TEST(ReadTrace, RefusesTimesThatLookRightButAreNot) {
  for (std::string const wrong :
       {"2023-02-29 18:00:00", "2023-13-01 18:00:00", "2023-11-16 24:00:00", "2023-11-16 18:60:00", "2023-11-16 18:00", "2023-11-16",
        "2023-11-16 18:00:00.", "2023-11-16 18:00:00 ago", "2023-11-16 18:00:00+1", "2023-11-16 18:00:00+99:00", "1e400", "inf", "", " ", "1 2"})
    EXPECT_NE(complaint("time,prompt,completion\n" + wrong + ",1,1\n").find("trace.csv:2: column time:"), std::string::npos) << wrong;
}

TEST(ReadTrace, SaysThatAFileIsMissing) {
  try {
    read_trace("/nowhere/trace.csv");
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::no_input);
  }
}

// ---- moments ----

Trace evenly_spaced(std::size_t requests, double gap_seconds) {
  Trace trace;
  trace.name = "even.csv";
  for (std::size_t i = 0; i < requests; ++i) {
    trace.seconds.push_back(static_cast<double>(i) * gap_seconds);
    trace.prompt_tokens.push_back(2);
    trace.completion_tokens.push_back(static_cast<std::uint32_t>(i % 2));
  }
  return trace;
}

TEST(Moments, BinsHoldWholeMinutesOnly) {
  // requests every 15 s for 10 min 45 s: ten bins of four, three requests beyond them and one on the last edge left out
  BinnedTrace const binned = bin_trace(evenly_spaced(44, 15), 60);

  EXPECT_EQ(binned.requests, std::vector<double>(10, 4.0));
  EXPECT_EQ(binned.tokens, std::vector<double>(10, 10.0));
}

TEST(Moments, AreThoseOfTheTextbook) {
  std::vector<double> const values{1, 2, 4, 1};

  EXPECT_DOUBLE_EQ(sample_mean(values), 2.0);
  EXPECT_EQ(sample_autocovariance(values, 2), (std::vector<double>{6.0 / 4, -2.0 / 4, -2.0 * 1 / 4 + 0.0}));
  EXPECT_DOUBLE_EQ(sample_variance(values), 2.0);
  EXPECT_DOUBLE_EQ(sample_cv(values), std::sqrt(2.0) / 2);
}

TEST(Moments, RefusesARecordShorterThanTenBins) {
  try {
    bin_trace(evenly_spaced(40, 15), 60);
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_STREQ(error.what(),
                 "even.csv: 40 requests in 585 s fill 9 bins of 60 s (10 are needed to tell drift from noise); give a longer record or shorter bins");
  }
}

TEST(Moments, RefusesBinsThatCantBeBurstSeconds) {
  for (double const bin : {0.0, -60.0, 0.5, 60.5, 1e6, std::nan("")}) {
    try {
      bin_trace(evenly_spaced(400, 15), bin);
      FAIL() << bin;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
    }
  }
}

// ---- the rate model ----

TEST(RateModel, AutocovarianceIsTheDesigns) {
  auto const gamma = count_autocovariance({100, 0.5, 2, 0.3}, 4);

  EXPECT_DOUBLE_EQ(gamma[0], 100 + 1e4 * (1.09 * std::exp(0.25) - 1));
  EXPECT_DOUBLE_EQ(gamma[4], 1e4 * std::expm1(0.25 * 0.25));
}

TEST(RateModel, ExpectedSampleAutocovarianceIsExact) {
  // against the definition, with the whole covariance matrix
  auto const gamma = count_autocovariance({50, 0.8, 5, 0.4}, 11);
  std::size_t const n = gamma.size();
  auto const covariance = [&](std::size_t i, std::size_t j) { return gamma[i > j ? i - j : j - i]; };
  auto const expected = expected_sample_autocovariance(gamma, 6);

  for (std::size_t lag = 0; lag <= 6; ++lag) {
    double sum = 0;
    for (std::size_t t = 0; t + lag < n; ++t) {
      double value = covariance(t, t + lag);
      for (std::size_t i = 0; i < n; ++i) {
        value -= (covariance(t, i) + covariance(t + lag, i)) / static_cast<double>(n);
        for (std::size_t j = 0; j < n; ++j) value += covariance(i, j) / static_cast<double>(n * n);
      }
      sum += value;
    }
    EXPECT_NEAR(expected[lag], sum / static_cast<double>(n), 1e-9 * gamma[0]) << lag;
  }
}

TEST(RateModel, AggregatesAutocovariance) {
  std::vector<double> const gamma{5, 3, 2, 1, 0, 0};

  EXPECT_EQ(aggregated_autocovariance(gamma, 2), (std::vector<double>{16, 8, 1}));
  EXPECT_EQ(aggregated_autocovariance(gamma, 1), gamma);
}

std::vector<double> simulate(RateModel const& m, std::size_t bins, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  double const phi = std::exp2(-1 / m.drift_half_life_bins);
  double z = normal(engine);
  std::vector<double> counts(bins);
  for (double& count : counts) {
    double rate = m.requests_per_bin * std::exp(m.drift_log_sd * z - m.drift_log_sd * m.drift_log_sd / 2);
    if (m.burst_cv > 0) {
      double const shape = 1 / (m.burst_cv * m.burst_cv);
      rate *= std::gamma_distribution<double>(shape, 1 / shape)(engine);
    }
    count = static_cast<double>(std::poisson_distribution<long>(rate)(engine));
    z = phi * z + std::sqrt(1 - phi * phi) * normal(engine);
  }
  return counts;
}

struct Spread {
  double median;
  double error;  ///< standard error of the median, from the repeats' own interquartile range
};

/// For near-normal estimates, sd = IQR / 1.349 and the median's standard error is 1.2533·sd/√repeats.
Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  auto const at = [&](double share) { return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)]; };
  return {at(0.5), 1.2533 * (at(0.75) - at(0.25)) / 1.349 / std::sqrt(static_cast<double>(values.size()))};
}

struct Repeats {
  Spread log_sd, half_life, burst_cv;
};

Repeats estimate(RateModel const& truth, std::size_t bins, int repeats) {
  std::mt19937_64 engine(20261);
  std::vector<double> log_sd, half_life, burst_cv;
  for (int i = 0; i < repeats; ++i) {
    RateModel const m = fit_rate(simulate(truth, bins, engine), 1.0).model;
    log_sd.push_back(m.drift_log_sd);
    half_life.push_back(m.drift_half_life_bins);
    burst_cv.push_back(m.burst_cv);
  }
  return {spread(log_sd), spread(half_life), spread(burst_cv)};
}

/// The median of 64 fits must lie within five of its standard errors: 6e-7 a comparison if the estimator is
/// median-unbiased. Seeds are fixed, so the outcome only changes with the code or the standard library.
void expect_near(Spread const& got, double truth, char const* what) { EXPECT_NEAR(got.median, truth, 5 * got.error) << what; }

TEST(FitRate, FindsTheModelInADay) {
  RateModel const truth{300, 0.3, 10, 0.1};

  Repeats const got = estimate(truth, 1440, 64);

  expect_near(got.log_sd, truth.drift_log_sd, "drift_log_sd");
  expect_near(got.half_life, truth.drift_half_life_bins, "half-life");
  expect_near(got.burst_cv, truth.burst_cv, "burst_cv");
  // and the spread is small enough for that to mean something
  EXPECT_LT(5 * got.log_sd.error, 0.1 * truth.drift_log_sd);
  EXPECT_LT(5 * got.half_life.error, 0.25 * truth.drift_half_life_bins);
  EXPECT_LT(5 * got.burst_cv.error, 0.1 * truth.burst_cv);
}

TEST(FitRate, FindsTheModelInAnHourDespiteItsBias) {
  RateModel const truth{300, 0.3, 6, 0.15};

  Repeats const got = estimate(truth, 60, 64);

  expect_near(got.log_sd, truth.drift_log_sd, "drift_log_sd");
  expect_near(got.half_life, truth.drift_half_life_bins, "half-life");
  expect_near(got.burst_cv, truth.burst_cv, "burst_cv");
}

TEST(FitRate, GivesPlainPoissonNoBursts) {
  std::mt19937_64 engine(5);
  std::vector<double> excess;
  for (int i = 0; i < 32; ++i) {
    RateModel const m = fit_rate(simulate({400, 0, 1, 0}, 1440, engine), 1.0).model;
    excess.push_back(std::hypot(m.drift_log_sd, m.burst_cv));
  }
  std::sort(excess.begin(), excess.end());

  // the variance of n Poisson counts errs by √(2/n) of 400 and its upper 5 sigma, as a cv: √(5·√(2/1440)/400) = 0.022
  EXPECT_LT(excess.back(), 0.022);
}

TEST(FitRate, GivesIndependentBurstsNoDrift) {
  std::mt19937_64 engine(6);

  RateFit const fit = fit_rate(simulate({300, 0, 1, 0.5}, 14400, engine), 1.0);

  // the variance of drift left over is at most that of a chance autocorrelation, 5/√n
  EXPECT_LT(fit.model.drift_log_sd, 0.5 * std::sqrt(5 / std::sqrt(14400.0)));
  // a sample variance errs by √((2 + 6·cv²)/n) of itself (6·cv² the gamma's excess kurtosis): 0.016, the cv by half of
  // that, 0.004; six of them
  EXPECT_NEAR(std::hypot(fit.model.drift_log_sd, fit.model.burst_cv), 0.5, 0.025);
}

TEST(FitRate, FlagsWhatARecordCantTell) {
  RateFit const constant = fit_rate(std::vector<double>(20, 7.0), 1.0);
  EXPECT_TRUE(constant.limits.no_drift);
  EXPECT_TRUE(constant.limits.burst_at_zero);
  EXPECT_EQ(constant.model.drift_log_sd, 0);
  EXPECT_EQ(constant.model.burst_cv, 0);

  std::vector<double> alternating, rising, spike(400, 0.0);
  for (int i = 0; i < 60; ++i) alternating.push_back(i % 2 == 0 ? 50 : 150);
  for (int i = 0; i < 60; ++i) rising.push_back(100 + 10 * i);
  spike[200] = 1e6;
  EXPECT_TRUE(fit_rate(alternating, 1.0).limits.no_drift);
  EXPECT_TRUE(fit_rate(rising, 1.0).limits.half_life_long);
  EXPECT_TRUE(fit_rate(spike, 1.0).limits.burst_at_bound);
  EXPECT_EQ(fit_rate(spike, 1.0).model.burst_cv, 10);
}

// ---- lengths ----

TEST(Lengths, KsDistanceOfAKnownCase) {
  // F(1.5) = ½ at median 1.5; the tails go to 1 and 2: half of each
  LogNormalLaw const law{1.5, 1.0, 1, 2};

  EXPECT_DOUBLE_EQ(distribution(law, 0), 0.0);
  EXPECT_DOUBLE_EQ(distribution(law, 1), 0.5);
  EXPECT_DOUBLE_EQ(distribution(law, 2), 1.0);
  EXPECT_DOUBLE_EQ(ks_distance(law, std::vector<std::uint32_t>{1, 2, 2, 2}), 0.25);
  EXPECT_DOUBLE_EQ(ks_distance(law, std::vector<std::uint32_t>{2, 1}), 0.0);
  // a gap between lengths: the law rises in it
  LogNormalLaw const wide{10.5, 1.0, 1, 100};
  EXPECT_DOUBLE_EQ(ks_distance(wide, std::vector<std::uint32_t>{1, 100}), std::max(0.5 - distribution(wide, 1), distribution(wide, 99) - 0.5));
}

TEST(Lengths, KsDistanceOfTwoSamples) {
  std::vector<std::uint32_t> const a{1, 2, 3, 4}, b{3, 3, 4, 9};

  EXPECT_DOUBLE_EQ(ks_distance(a, b), 0.5);
  EXPECT_DOUBLE_EQ(ks_distance(a, a), 0.0);
}

TEST(Lengths, DescribesAndFits) {
  LengthFit const fit = fit_lengths(std::vector<std::uint32_t>{10, 1000, 100, 100});

  EXPECT_DOUBLE_EQ(fit.mean, 302.5);
  EXPECT_DOUBLE_EQ(fit.median, 100);
  EXPECT_DOUBLE_EQ(fit.p99, 100 + 0.97 * 900);
  EXPECT_DOUBLE_EQ(fit.law.median_tokens, 100);
  EXPECT_NEAR(fit.law.sigma, std::log(10.0) / std::sqrt(2.0), 1e-5);
  EXPECT_EQ(fit.law.least_tokens, 10U);
  EXPECT_TRUE(fit.law_tabled);
}

TEST(Lengths, TakesEmptyAndConstantLengths) {
  LengthFit const none = fit_lengths(std::vector<std::uint32_t>{0, 0, 0});
  EXPECT_TRUE(none.law_tabled);
  EXPECT_LT(law_moments(none.law).mean, 1e-9);
  EXPECT_LT(none.log_normal_ks, 1e-9);

  LengthFit const same = fit_lengths(std::vector<std::uint32_t>{77, 77});
  EXPECT_TRUE(same.law_tabled);
  EXPECT_DOUBLE_EQ(law_moments(same.law).mean, 77);

  EXPECT_EQ(fit_lengths(std::vector<std::uint32_t>{0, 5, 9}).law.least_tokens, 0U);
}

TEST(Lengths, LowersMaxAsLittleAsTheTableNeeds) {
  // a long tail far beyond the last of 2^14 cells
  std::vector<std::uint32_t> lengths(2000, 3);
  for (std::size_t i = 0; i < lengths.size(); i += 3) lengths[i] = 300;
  lengths[0] = 900000;

  LengthFit const fit = fit_lengths(lengths);

  ASSERT_TRUE(fit.law_tabled);
  EXPECT_LT(fit.law.most_tokens, 900000U);
  EXPECT_TRUE(is_tabled(fit.law));
  LogNormalLaw higher = fit.law;
  ++higher.most_tokens;
  EXPECT_FALSE(is_tabled(higher));
  EXPECT_GT(fit.cut_share, 0.0);
  EXPECT_LT(fit.cut_share, 1e-3);
}

TEST(Lengths, ThinsALongTraceEvenly) {
  auto const rows = pair_rows(3 * most_pairs);

  EXPECT_EQ(rows.size(), most_pairs);
  EXPECT_EQ(rows.front(), 1U);
  EXPECT_EQ(rows.back(), 3 * most_pairs - 2);
  EXPECT_EQ(pair_rows(5), (std::vector<std::size_t>{0, 1, 2, 3, 4}));

  // a ramp, every second row of it: the distribution functions differ by one row
  std::vector<std::uint32_t> lengths(2 * most_pairs);
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = static_cast<std::uint32_t>(i / 2);
  EXPECT_LE(fit_lengths(lengths).empirical_ks, 1.0 / static_cast<double>(most_pairs));
}

// ---- the whole fit ----

/// A trace whose counts follow `model` and whose lengths are two-valued.
Trace synthetic_trace(RateModel const& model, std::size_t bins, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> uniform;
  Trace trace;
  trace.name = "synthetic.csv";
  auto const counts = simulate(model, bins, engine);
  for (std::size_t bin = 0; bin < bins; ++bin)
    for (int i = 0; i < static_cast<int>(counts[bin]); ++i) {
      trace.seconds.push_back(60 * (static_cast<double>(bin) + uniform(engine)));
      bool const is_long = uniform(engine) < 0.25;
      trace.prompt_tokens.push_back(is_long ? 900 : 100);
      trace.completion_tokens.push_back(is_long ? 20 : 180);
    }
  std::sort(trace.seconds.begin(), trace.seconds.end());
  double const first = trace.seconds.front();
  for (double& second : trace.seconds) second -= first;
  return trace;
}

TEST(FitTrace, SeesPlainPoissonAsPlainPoisson) {
  FitReport const report = fit_trace(synthetic_trace({200, 0, 1, 0}, 1440, 3), {});

  // a sample variance of n values errs by √(2/n), a cv by half of that: five sigma
  double const tolerance = 5 * 0.5 * std::sqrt(2.0 / 1440);
  EXPECT_NEAR(report.tokens.trace_cv / report.tokens.poisson_cv, 1, tolerance);
  EXPECT_NEAR(report.tokens.model_cv / report.tokens.poisson_cv, 1, tolerance);
  EXPECT_NEAR(report.dispersion, 1, 2 * tolerance);
  // E[X] = 0.25·920 + 0.75·280 = 440, E[X²] = 270400: cv = √(E[X²]/200)/E[X]
  EXPECT_NEAR(report.tokens.poisson_cv, std::sqrt(270400.0 / 200) / 440, 0.01 * report.tokens.poisson_cv);
  EXPECT_NEAR(report.correlation, -1, 1e-9);
}

TEST(FitTrace, MeetsTheTokensOfItsOwnModel) {
  RateModel const model{300, 0.4, 10, 0.2};
  for (std::uint64_t seed = 11; seed < 16; ++seed) {
    FitReport const report = fit_trace(synthetic_trace(model, 60, seed), {});

    // The counts' variance is met exactly and lengths do not depend on the rate. What is left is the chance covariance
    // of counts and mean lengths: with r = √(Var[X]/(300·E[X]²))/cv[N] = 0.036/0.3 at most, the variance's relative
    // error is 2r/√60 = 0.031 and the cv's half of it; five of those.
    EXPECT_EQ(report.tokens.window_seconds, 60);
    EXPECT_NEAR(report.tokens.model_cv / report.tokens.trace_cv, 1, 0.08) << seed;
    EXPECT_GT(report.tokens.model_long_run_cv, report.tokens.model_cv);
    EXPECT_LT(report.tokens.poisson_cv, 0.4 * report.tokens.trace_cv);
  }
}

TEST(FitTrace, ComparesMinutesWhateverDividesThem) {
  Trace const trace = synthetic_trace({300, 0.4, 10, 0.2}, 60, 11);

  TokenVariation const of_minutes = fit_trace(trace, {60, FitOptions::Law::empirical}).tokens;
  TokenVariation const of_seconds = fit_trace(trace, {10, FitOptions::Law::empirical}).tokens;
  TokenVariation const of_odd_bins = fit_trace(trace, {45, FitOptions::Law::empirical}).tokens;

  EXPECT_EQ(of_seconds.window_seconds, 60);
  EXPECT_EQ(of_seconds.windows, of_minutes.windows);
  EXPECT_NEAR(of_seconds.trace_cv, of_minutes.trace_cv, 1e-12);
  EXPECT_EQ(of_odd_bins.window_seconds, 45);
}

TEST(WorkloadToml, IsReadBackAsWritten) {
  for (auto const law : {FitOptions::Law::empirical, FitOptions::Law::log_normal}) {
    FitReport const report = fit_trace(synthetic_trace({300, 0.4, 10, 0.2}, 60, 11), {60, law});

    std::string const text = workload_toml(report, "a\nb.csv", "my \"pairs\".csv");
    SweepConfig const config = parse_sweep(text, "workload.toml", {});

    auto const& w = config.workload;
    EXPECT_NEAR(w.requests_per_minute, report.requests_per_minute, 1e-5 * report.requests_per_minute);
    EXPECT_NEAR(w.single_drift.log_sd, report.drift_log_sd, 1e-5 * report.drift_log_sd);
    EXPECT_NEAR(w.single_drift.half_life_minutes, report.drift_half_life_minutes, 1e-5 * report.drift_half_life_minutes);
    EXPECT_NEAR(w.burst_cv, report.burst_cv, 1e-5);
    EXPECT_EQ(w.burst_seconds, 60);
    ASSERT_EQ(w.classes.size(), 1U);
    EXPECT_EQ(w.classes[0].share, 1);
    if (law == FitOptions::Law::empirical) {
      EXPECT_EQ(w.classes[0].pairs, "my \"pairs\".csv");
    } else {
      EXPECT_EQ(w.classes[0].pairs, "");
      EXPECT_EQ(w.classes[0].prompt.median, report.prompt.law.median_tokens);
      EXPECT_EQ(w.classes[0].prompt.sigma, report.prompt.law.sigma);
      EXPECT_EQ(w.classes[0].prompt.min, 100);
      EXPECT_EQ(w.classes[0].completion.max, report.completion.law.most_tokens);
    }
  }
}

TEST(WorkloadToml, SaysWhatTheRecordCouldNotTell) {
  FitReport const report = fit_trace(evenly_spaced(4000, 1), {});

  std::string const text = workload_toml(report, "even.csv", "pairs.csv");

  EXPECT_NE(text.find("drift_log_sd = 0 "), std::string::npos);
  EXPECT_NE(text.find("none found: neighbouring bins"), std::string::npos);
  EXPECT_NE(text.find("none found: drift and Poisson noise"), std::string::npos);
  EXPECT_NO_THROW(parse_sweep(text, "workload.toml", {}));
}

TEST(WritePairs, WritesEveryRow) {
  std::ostringstream out;

  write_pairs_csv(out, evenly_spaced(3, 1));

  EXPECT_EQ(out.str(), "prompt_tokens,completion_tokens\n2,0\n2,1\n2,0\n");
}

// ---- the real traces ----

#ifndef FLEETCAST_SHARED_DATA
#define FLEETCAST_SHARED_DATA "../shared/data"
#endif

struct AzureCase {
  char const* file;
  double requests_per_minute, dispersion, trace_cv, poisson_times_smoother;
};

class AzureTrace : public testing::TestWithParam<AzureCase> {
 protected:
  void SetUp() override {
    path_ = std::string(FLEETCAST_SHARED_DATA) + "/azure2023/" + GetParam().file;
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << path_ << " is absent: the Azure 2023 traces are no part of the project";
  }
  std::string path_;
};

TEST_P(AzureTrace, IsFittedFarBetterThanByPlainPoisson) {
  for (double const bin_seconds : {60.0, 10.0}) {
    FitReport const r = fit_trace(read_trace(path_), {bin_seconds, FitOptions::Law::empirical});
    EXPECT_NEAR(r.requests_per_minute, GetParam().requests_per_minute, 0.02 * GetParam().requests_per_minute);
    EXPECT_NEAR(r.tokens.trace_cv, GetParam().trace_cv, 0.006);
    EXPECT_NEAR(r.tokens.model_cv, r.tokens.trace_cv, 0.25 * r.tokens.trace_cv) << "bins of " << bin_seconds;
    EXPECT_GT(r.tokens.trace_cv, GetParam().poisson_times_smoother * r.tokens.poisson_cv);
    if (bin_seconds == 60) {
      EXPECT_NEAR(r.dispersion, GetParam().dispersion, 0.05 * GetParam().dispersion);
    }
  }
}

TEST_P(AzureTrace, GivesLawsTheModelAccepts) {
  FitReport const r = fit_trace(read_trace(path_), {60, FitOptions::Law::log_normal});

  for (LengthFit const& fit : {r.prompt, r.completion}) {
    EXPECT_TRUE(is_tabled(fit.law));
    EXPECT_GT(fit.log_normal_ks, 0.10);
    EXPECT_LT(fit.log_normal_ks, 0.19);
    EXPECT_EQ(fit.empirical_ks, 0);
  }
  EXPECT_NO_THROW(parse_sweep(workload_toml(r, path_, "pairs.csv"), "workload.toml", {}));
}

INSTANTIATE_TEST_SUITE_P(Year2023, AzureTrace,
                         testing::Values(AzureCase{"AzureLLMInferenceTrace_conv.csv", 333, 16, 0.30, 4},
                                         AzureCase{"AzureLLMInferenceTrace_code.csv", 151, 167, 1.04, 9}),
                         [](auto const& tested) { return tested.index == 0 ? "Conversation" : "Code"; });

}  // namespace
}  // namespace fleetcast
