/// A whole fit: against known truths, on the real traces, and the file it writes.
#include "host/fit/fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/fit/fit_random.hpp"
#include "host/fit/workload_file.hpp"
#include "synthetic_trace.hpp"
#include "tests/places.hpp"

namespace fleetcast {
namespace {

Parameter const& parameter(FitReport const& report, std::string const& key) {
  auto const at = std::find_if(report.parameters.begin(), report.parameters.end(), [&](Parameter const& p) { return p.key == key; });
  if (at == report.parameters.end()) throw std::runtime_error("no parameter " + key);
  return *at;
}

// ---- known truths: the studies of scripts/fit-study, reduced ----

TEST(FitModel, BandsOfHalfAnHourHoldTheOtherHalf) {
  int inside = 0;
  std::vector<double> ratios;
  constexpr int hours = 30;
  for (int i = 0; i < hours; ++i) {
    auto const index = static_cast<std::uint64_t>(i);
    TraceSummary const trace = synthetic_trace(study_hour(static_cast<Family>(i % 3), index), 60, index);
    BinSeries const all{1,
                        {},
                        trace.requests,
                        {trace.prompt_tokens.begin(), trace.prompt_tokens.end()},
                        {trace.completion_tokens.begin(), trace.completion_tokens.end()}};
    std::vector<LengthPair> pairs;
    for (auto const& request : trace.sample)
      if (request.bin < 30) pairs.push_back({static_cast<double>(request.prompt_tokens), static_cast<double>(request.completion_tokens)});
    RequestLengths const lengths(std::move(pairs));
    BinSeries const first = all.part(0, 30), rest = all.part(30, 30);
    ModelFit const model = fit_model(first, lengths.noise(), index);
    Verdict const verdict = judge(rest, first, model.draws, lengths, RecordStart::continued, {}, index);
    auto const& row = *verdict.find("tokens_per_minute_cv");
    inside += row.inside ? 1 : 0;
    ratios.push_back(row.high / row.low);
  }
  std::sort(ratios.begin(), ratios.end());
  // 27 expected; 21 or fewer come by chance once in 600
  EXPECT_GE(inside, 22);
  EXPECT_LE(ratios[hours / 2], 3.5);
}

TEST(FitTrace, FindsEveryParameterOfADay) {
  SyntheticTruth const truth = study_day();
  FitOptions options;
  options.law = LawChoice::parametric;
  options.first_part = 1;
  FitReport const report = fit_trace(synthetic_trace(truth, 1440, 3), options);

  EXPECT_FALSE(report.verdict);
  for (auto const& [key, value] : truth.parameters()) {
    auto const& found = parameter(report, key).estimate;
    // intervals of 95%, each made one and a half times as wide: 99.7% each; the seed is fixed
    double const slack = 0.25 * (found.high - found.low);
    EXPECT_LE(found.low - slack, value) << key;
    EXPECT_GE(found.high + slack, value) << key;
    EXPECT_GT(found.std_error, 0) << key;
  }
}

/// Hours of 40 requests a minute in the mean over days and weeks, the most of them at two in the afternoon of working days.
/// @param from  hours since a Monday's midnight, by the trace's own clock
TraceSummary busy_weeks(std::size_t from, std::size_t hours) {
  TraceSummary trace;
  trace.kind = TraceSummary::Kind::rates;
  trace.bin_seconds = 3600;
  trace.first_bin = static_cast<std::int64_t>(from);
  trace.whole_end = hours;
  FitRandom random(8);
  for (std::size_t hour = from; hour < from + hours; ++hour) {
    double const daily = 1 + 0.6 * std::cos(2 * M_PI * (static_cast<double>(hour) + 0.5 - 14) / 24);
    double const weekly = hour / 24 % 7 >= 5 ? 0.5 : 1.2;
    trace.requests.push_back(random.poisson(2400 * daily * weekly * std::exp(0.1 * random.normal())));
  }
  return trace;
}

TEST(FitTrace, FindsTheMeanRateOfWeeksThatAreNotWhole) {
  // nine days from a Saturday on: four of them are a weekend's, and their own mean is 36; then two and a half from a Monday's midnight on: 48
  for (auto const& trace : {busy_weeks(5 * 24, 9 * 24), busy_weeks(0, 60)}) {
    FitReport const report = fit_trace(trace, {});

    for (auto const& p : report.parameters) {
      EXPECT_LE(p.estimate.low, p.estimate.value) << p.key;
      EXPECT_GE(p.estimate.high, p.estimate.value) << p.key;
    }
    double const weekly = report.model.structure.week == RateStructure::Week::none ? 1.2 : 1.0;  // what it can't tell of 60 hours
    EXPECT_NEAR(report.model.middle.rate.requests_per_minute, 40 * weekly, 1.5);
    auto const& peak = parameter(report, "workload.daily_peak_hour").estimate;
    EXPECT_EQ(peak.value, report.model.middle.rate.daily_peak_hour);
    EXPECT_NEAR(peak.value, 14, 0.5);
  }
}

TEST(FitTrace, RefusesRowsLongerThanADay) {
  TraceSummary trace = busy_weeks(0, 100);
  trace.bin_seconds = 7 * 86400;
  EXPECT_THROW(fit_trace(trace, {}), Error);
}

TEST(FitTrace, FindsADailyAndAWeeklyProfile) {
  FitReport const report = fit_trace(busy_weeks(0, 24 * 14), {});

  auto const& rate = report.model.middle.rate;
  EXPECT_NEAR(rate.daily_amplitude, 0.6, 0.05);
  EXPECT_NEAR(rate.daily_peak_hour, 14, 0.3);
  ASSERT_EQ(rate.weekday_factors.size(), 7U);
  EXPECT_NEAR(rate.weekday_factors[0], 1.2, 0.06);
  EXPECT_NEAR(rate.weekday_factors[6], 0.5, 0.03);
  EXPECT_NO_THROW(parse_sweep(workload_toml(report, "weeks.csv", ""), "workload.toml", {}));
}

TEST(FitTrace, TellsBurstsFromDrift) {
  SyntheticTruth truth;
  truth.rate.requests_per_minute = 300;
  truth.rate.burst_cv = 0.5;
  FitReport const report = fit_trace(synthetic_trace(truth, 240, 5), {});

  EXPECT_EQ(parameter(report, "workload.drift_log_sd").estimate.low, 0);
  EXPECT_GT(parameter(report, "workload.burst_cv").estimate.low, 0.3);
  EXPECT_FALSE(report.model.structure.silence);
}

// ---- what a fit refuses ----

TraceSummary even_trace(std::size_t bins) {
  TraceSummary trace;
  trace.name = "even.csv";
  trace.whole_end = bins;
  trace.requests.assign(bins, 5);
  trace.prompt_tokens.assign(bins, 500);
  trace.completion_tokens.assign(bins, 50);
  for (std::uint32_t bin = 0; bin < bins; ++bin)
    for (int k = 0; k < 5; ++k) trace.sample.push_back({bin, 100, 10});
  return trace;
}

std::string complaint(TraceSummary const& trace) {
  try {
    fit_trace(trace, {});
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    return error.what();
  }
  return "no error";
}

TEST(FitTrace, SaysWhatARecordLacks) {
  EXPECT_EQ(complaint(even_trace(9)),
            "even.csv: 9 whole bins of 60 s (drift can't be told from noise in fewer than 10); give a longer record or a smaller --bin-seconds");
  TraceSummary empty = even_trace(20);
  std::fill(empty.requests.begin(), empty.requests.end(), 0);
  EXPECT_EQ(complaint(empty), "even.csv: no requests in its whole bins (there is no rate to fit); give another record");
}

/// The same in bins ten times as long.
TraceSummary coarsened(TraceSummary trace) {
  auto const sum_tens = [](auto& values) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i / 10] = i % 10 == 0 ? values[i] : values[i / 10] + values[i];
    values.resize(values.size() / 10);
  };
  sum_tens(trace.requests);
  sum_tens(trace.prompt_tokens);
  sum_tens(trace.completion_tokens);
  for (auto& request : trace.sample) request.bin /= 10;
  trace.bin_seconds *= 10;
  trace.whole_end /= 10;
  return trace;
}

TEST(FitTrace, HoldsOutBinsThatAreLongerThanBlocks) {
  SyntheticTruth truth;
  truth.rate.requests_per_minute = 20;

  FitReport const report = fit_trace(coarsened(synthetic_trace(truth, 600, 4)), {});

  ASSERT_TRUE(report.laws && report.laws->prompt.blocks && report.laws->completion.blocks);
  EXPECT_EQ(report.laws->choice, LawChoice::parametric);
}

TEST(FitTrace, TakesTrafficWithoutAnyVariation) {
  FitReport const report = fit_trace(even_trace(40), {});

  EXPECT_EQ(parameter(report, "workload.drift_log_sd").estimate.low, 0);
  EXPECT_EQ(parameter(report, "workload.burst_cv").estimate.low, 0);
  EXPECT_NO_THROW(parse_sweep(workload_toml(report, "even.csv", "pairs.csv"), "workload.toml", {}));
}

TEST(FitTrace, GivesNoVerdictOnARecordTooShortForTwoParts) {
  EXPECT_FALSE(fit_trace(even_trace(19), {}).verdict);
  EXPECT_TRUE(fit_trace(even_trace(20), {}).verdict);
}

// ---- the written file ----

TEST(WorkloadToml, IsReadBackAsWritten) {
  SyntheticTruth truth = study_day();
  for (auto const law : {LawChoice::empirical, LawChoice::parametric}) {
    FitOptions options;
    options.law = law;
    options.first_part = 1;
    FitReport const report = fit_trace(synthetic_trace(truth, 400, 3), options);

    SweepConfig const config = parse_sweep(workload_toml(report, "a\nb.csv", "my \"pairs\".csv"), "workload.toml", {});

    auto const& w = config.workload;
    auto const& rate = report.model.middle.rate;
    EXPECT_NEAR(w.requests_per_minute, rate.requests_per_minute, 1e-5 * rate.requests_per_minute);
    ASSERT_EQ(rate.drift.size(), 1U);
    EXPECT_NEAR(w.single_drift.log_sd, rate.drift[0].log_sd, 1e-5);
    EXPECT_NEAR(w.burst_cv, rate.burst_cv, 1e-5);
    EXPECT_EQ(w.burst_seconds, 60);
    EXPECT_NEAR(w.silence_share, rate.silence_share, 1e-5);
    EXPECT_NEAR(w.silence_seconds, 60 * rate.silence_minutes, 1e-3);
    EXPECT_NEAR(w.prompt_drift.log_sd, report.model.middle.lengths.prompt.log_sd, 1e-5);
    EXPECT_NEAR(w.drift_correlation.rate_prompt, report.model.middle.lengths.correlation.rate_prompt, 1e-5);
    ASSERT_EQ(w.classes.size(), 1U);
    if (law == LawChoice::empirical) {
      EXPECT_EQ(w.classes[0].pairs, "my \"pairs\".csv");
    } else {
      EXPECT_EQ(w.classes[0].pairs, "");
      EXPECT_EQ(w.classes[0].prompt.median, report.laws->prompt.fit.law.parts[0].median);
      EXPECT_NEAR(w.classes[0].rank_correlation, report.laws->rank_correlation.value, 1e-5);
    }
  }
}

TEST(WorkloadToml, WritesScalesAndMixtures) {
  FitReport report;
  report.model.structure.drift_scales = 2;
  report.model.middle.rate.requests_per_minute = 100;
  report.model.middle.rate.drift = {{0.2, 5}, {0.4, 120}};
  TokenLaws laws;
  laws.choice = LawChoice::parametric;
  laws.prompt.fit.law = {{{0.25, 100, 0.5}, {0.75, 1000, 0.4}}, 1, 8000};
  laws.completion.fit.law = {{{1, 100, 0.5}}, 1, 2000};
  report.laws = laws;

  SweepConfig const config = parse_sweep(workload_toml(report, "t.csv", ""), "workload.toml", {});

  ASSERT_EQ(config.workload.drift.size(), 2U);
  EXPECT_EQ(config.workload.drift[1].half_life_minutes, 120);
  ASSERT_EQ(config.workload.classes[0].prompt.mixture.size(), 2U);
  EXPECT_EQ(config.workload.classes[0].prompt.mixture[1].median, 1000);
}

TEST(WritePairs, WritesEveryRow) {
  TokenLaws laws;
  laws.pairs = {{2, 0}, {2, 1}};
  std::ostringstream out;

  write_pairs_csv(out, laws);

  EXPECT_EQ(out.str(), "prompt_tokens,completion_tokens\n2,0\n2,1\n");
}

// ---- the real traces ----

struct AzureCase {
  char const* file;
  double requests_per_minute, trace_cv, poisson_times_smoother;
};

class AzureTrace : public ::testing::TestWithParam<AzureCase> {
 protected:
  void SetUp() override {
    path_ = testing::shared_data_path("azure2023/") + GetParam().file;
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << path_ << " is absent: the Azure 2023 traces are no part of the project";
  }
  std::string path_;
};

TEST_P(AzureTrace, LooksLikeItsModel) {
  FitReport const r = fit_trace(read_trace_summary(path_, {}, 60), {});

  auto const& whole = *r.in_sample.find("tokens_per_minute_cv");
  EXPECT_NEAR(r.model.middle.rate.requests_per_minute, GetParam().requests_per_minute, 0.02 * GetParam().requests_per_minute);
  EXPECT_NEAR(*whole.trace, GetParam().trace_cv, 0.006);
  EXPECT_NEAR(*whole.model_mean, *whole.trace, 0.25 * *whole.trace);
  EXPECT_GT(*whole.trace, GetParam().poisson_times_smoother * r.poisson_tokens_cv);
  ASSERT_TRUE(r.verdict);
  EXPECT_TRUE(r.verdict->find("tokens_per_minute_cv")->inside);
  EXPECT_EQ(r.verdict->find("tokens_per_minute_dispersion_15min")->trace, std::nullopt);
  for (LengthMargin const* margin : {&r.laws->prompt, &r.laws->completion}) {
    ASSERT_TRUE(margin->blocks);
    EXPECT_LE(r.laws->choice == LawChoice::empirical ? margin->blocks->empirical : margin->blocks->parametric, 0.05);
  }
  EXPECT_NO_THROW(parse_sweep(workload_toml(r, path_, "pairs.csv"), "workload.toml", {}));
}

INSTANTIATE_TEST_SUITE_P(Year2023, AzureTrace,
                         ::testing::Values(AzureCase{"AzureLLMInferenceTrace_conv.csv", 333, 0.30, 4},
                                           AzureCase{"AzureLLMInferenceTrace_code.csv", 151, 1.04, 9}),
                         [](auto const& tested) { return tested.index == 0 ? "Conversation" : "Code"; });

TEST(ServeGenWeek, IsFittedAsARateAlone) {
  std::string const path = testing::shared_data_path("servegen/m-large-week1-rate-10min.csv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent: the ServeGen week is no part of the project";
  FitReport const r = fit_trace(read_trace_summary(path, {}, 60), {});

  auto const& cv = *r.in_sample.find("requests_per_minute_cv");
  EXPECT_NEAR(*cv.model_mean, *cv.trace, 0.25 * *cv.trace);
  EXPECT_EQ(r.in_sample.find("tokens_per_minute_cv"), nullptr);
  EXPECT_FALSE(r.laws);
  EXPECT_NO_THROW(parse_sweep(workload_toml(r, path, ""), "workload.toml", {}));
}

}  // namespace
}  // namespace fleetcast
