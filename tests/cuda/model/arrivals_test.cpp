#include "cuda/model/arrivals.cuh"

#include <Random123/philox.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cuda/model/chi_square.hpp"
#include "tests/cuda/model/counting_lane.hpp"
#include "tests/cuda/model/planned_traffic.hpp"
#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/sample_mean.hpp"

namespace fleetcast {
namespace {

using test::deviations;
using test::largest_mean_deviation;
using test::law_realizations;
using test::Paths;
using test::PlannedTraffic;
using test::product_deviations;

// ---- Drift ----

// At a million requests a tick Poisson adds a millionth to the variance of ln N, 0.4125 here: the logarithm is as normal as the drift.
TEST(DrawArrivals, MultipliesTheScalesOfTheDrift) {
  PlannedTraffic const traffic(R"(
[sweep]
minutes = 21
warmup_minutes = 5
seed = 32
[workload]
requests_per_minute = 1000000
[[workload.drift]]
log_sd = 0.35
half_life_minutes = 3
[[workload.drift]]
log_sd = 0.2
half_life_minutes = 40
[[workload.drift]]
log_sd = 0.5
half_life_minutes = inf
)");
  auto const covariance = [](double lag) { return 0.35 * 0.35 * std::exp2(-lag / 3.0) + 0.2 * 0.2 * std::exp2(-lag / 40.0) + 0.5 * 0.5; };
  double const variance = covariance(0.0);

  Paths standardised = test::drawn_requests(traffic.view(), law_realizations);
  for (auto& tick : standardised)
    for (double& requests : tick) requests = (std::log(requests / 1e6) + 0.5 * variance) / std::sqrt(variance);

  for (std::size_t const from : {0U, 5U}) {
    EXPECT_LE(deviations(standardised[from], 0.0, 1.0), largest_mean_deviation);
    for (std::size_t const lag : {0U, 1U, 3U, 20U})
      EXPECT_LE(product_deviations(standardised[from], standardised[from + lag], covariance(static_cast<double>(lag)) / variance),
                largest_mean_deviation)
          << "from tick " << from << ", lag " << lag;
  }
  // without the second scale, a tenth of the variance, the correlation at lag 20 would be off by 20 standard deviations
  EXPECT_GT(product_deviations(standardised[0], standardised[0], 0.9), largest_mean_deviation);
}

// ---- Silence ----

/// A gate of probabilities `leave` and `enter` per interval, closed for `share` of the time.
struct Gate {
  char const* toml;
  double share, leave;
  double enter() const { return leave * share / (1.0 - share); }
  /// That both of two intervals `lag` apart are silent.
  double both(double lag) const { return share * (share + (1.0 - share) * std::pow(1.0 - leave - enter(), lag)); }
};
constexpr Gate gates[] = {
    {"[sweep]\nseed = 33\n[workload]\nsilence_share = 0.3\nsilence_seconds = 300\n", 0.3, 0.2},
    {"[sweep]\nseed = 34\n[workload]\nsilence_share = 0.02\nsilence_seconds = 90\nburst_seconds = 60\n", 0.02, 60.0 / 90.0},
    {"[sweep]\nseed = 35\ntick_seconds = 10\n[workload]\nsilence_share = 0.9\nsilence_seconds = 3600\nburst_seconds = 180\n", 0.9, 0.05},
    // shorter than an interval: every silence lasts one
    {"[sweep]\nseed = 36\n[workload]\nsilence_share = 0.25\nsilence_seconds = 7\n", 0.25, 1.0},
};
constexpr std::uint32_t intervals = 61;

/// 1 in silent intervals, else 0, [interval][realization].
Paths draw_silences(TrafficView const& traffic) {
  return test::follow_realizations<1>(intervals, law_realizations, [&]<class Lane>(std::uint32_t first) {
    return [&traffic, first, silent = Lane::negate(Lane::everywhere())](std::uint32_t interval) mutable {
      silent = is_silent<Lane>(traffic, interval, silent, Lane::count_from(first), first);
      return std::array{Lane::select(silent, Lane::real(1.0), Lane::real(0.0))};
    };
  })[0];
}

/// Those of gates[number].
Paths const& silences(std::size_t number) {
  static std::vector<Paths> const all = [] {
    std::vector<Paths> drawn;
    for (auto const& gate : gates) drawn.push_back(draw_silences(PlannedTraffic(gate.toml).view()));
    return drawn;
  }();
  return all[number];
}

double spread_of(double probability) { return std::sqrt(probability * (1.0 - probability)); }

TEST(IsSilent, TakesItsShareOfTheTimeFromTheFirstIntervalOn) {
  for (auto const& gate : gates) {
    auto const& silent = silences(static_cast<std::size_t>(&gate - gates));

    for (std::size_t const interval : {0U, 1U, 2U, 9U, 60U})
      EXPECT_LE(deviations(silent[interval], gate.share, spread_of(gate.share)), largest_mean_deviation)
          << "share " << gate.share << ", interval " << interval;
  }
}

TEST(IsSilent, ForgetsLikeAMarkovChain) {
  for (auto const& gate : gates) {
    auto const& silent = silences(static_cast<std::size_t>(&gate - gates));

    for (std::size_t const from : {0U, 20U})
      for (std::size_t const lag : {1U, 2U, 5U, 40U}) {
        std::vector<double> both;
        for (std::size_t r = 0; r < law_realizations; ++r) both.push_back(silent[from][r] * silent[from + lag][r]);
        double const expected = gate.both(static_cast<double>(lag));
        if (expected < 1e-9) {
          EXPECT_EQ(deviations(both, 0.0, 1.0), 0.0) << "a silence of one interval lasts longer";
          continue;
        }

        EXPECT_LE(deviations(both, expected, spread_of(expected)), largest_mean_deviation)
            << "share " << gate.share << ", from interval " << from << ", lag " << lag;
      }
  }
}

/// Lengths of the first silence of each realization that begins in intervals 1 to 20, cut off at `longest`, one value a realization that
/// has one.
std::vector<double> first_lengths(Paths const& silent, std::size_t longest) {
  std::vector<double> lengths;
  for (std::size_t r = 0; r < law_realizations; ++r) {
    std::size_t start = 1;
    while (start <= 20 && !(silent[start - 1][r] == 0.0 && silent[start][r] == 1.0)) ++start;
    if (start > 20) continue;
    std::size_t length = 1;
    while (length < longest && silent[start + length][r] == 1.0) ++length;
    lengths.push_back(static_cast<double>(length));
  }
  return lengths;
}

constexpr std::size_t longest_seen = 40;

/// Mean and standard deviation of a geometric length with that chance to end, cut off at longest_seen:
/// E min(L, m) = Σ q^k, E min(L, m)² = Σ (2k + 1)·q^k, k from 0 to m - 1.
std::pair<double, double> cut_geometric(double leave) {
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t k = 0; k < longest_seen; ++k) {
    double const lasts = std::pow(1.0 - leave, static_cast<double>(k));
    mean += lasts;
    square += (2.0 * static_cast<double>(k) + 1.0) * lasts;
  }
  return {mean, std::sqrt(square - mean * mean)};
}

TEST(IsSilent, LastsItsMeanLength) {
  for (auto const& gate : gates) {
    if (gate.leave == 1.0) continue;  // tested as a Markov chain: never two silent intervals in a row
    auto const lengths = first_lengths(silences(static_cast<std::size_t>(&gate - gates)), longest_seen);
    auto const [mean, spread] = cut_geometric(gate.leave);

    EXPECT_LE(deviations(lengths, mean, spread), largest_mean_deviation) << "share " << gate.share;
  }
}

// A tenth longer than 5 intervals is 0.5 more, 22 standard deviations of 4.5/√(4e4) for the mean of 4e4 lengths.
TEST(IsSilent, IsCaughtWhenSilencesAreATenthTooLong) {
  auto const [mean, spread] = cut_geometric(gates[0].leave / 1.1);

  EXPECT_GT(deviations(first_lengths(silences(0), longest_seen), mean, spread), largest_mean_deviation);
}

/// Chi-square of lengths against a geometric law, bins 1 … 12 and longer.
test::ChiSquare geometric_lengths(std::vector<double> const& lengths, double leave) {
  constexpr std::size_t bins = 13;
  std::vector<double> probabilities;
  for (std::size_t n = 1; n < bins; ++n) probabilities.push_back(leave * std::pow(1.0 - leave, static_cast<double>(n) - 1.0));
  probabilities.push_back(std::pow(1.0 - leave, static_cast<double>(bins) - 1.0));
  test::ChiSquare chi_square(probabilities);
  for (double const length : lengths) chi_square.count(std::min(static_cast<std::size_t>(length), bins) - 1);
  return chi_square;
}

TEST(IsSilent, HasGeometricLengths) {
  auto const lengths = first_lengths(silences(0), longest_seen);

  auto const chi_square = geometric_lengths(lengths, gates[0].leave);
  EXPECT_LE(chi_square.statistic(), chi_square.threshold());
  // ended with 0.22 instead of 0.2, the statistic grows by about 4e4·0.1²
  EXPECT_GT(geometric_lengths(lengths, 1.1 * gates[0].leave).statistic(), chi_square.threshold());
}

TEST(IsSilent, TakesTurnsWhereEveryIntervalIsCertainToChange) {
  PlannedTraffic const traffic("[workload]\nsilence_share = 0.5\nsilence_seconds = 60\n");
  auto const silent = draw_silences(traffic.view());

  EXPECT_LE(deviations(silent[0], 0.5, 0.5), largest_mean_deviation);
  for (std::size_t interval = 1; interval < intervals; ++interval)
    for (std::size_t r = 0; r < law_realizations; ++r) ASSERT_EQ(silent[interval][r], 1.0 - silent[interval - 1][r]);
}

TEST(IsSilent, DecidesByTheFirstWordOfItsBlock) {
  PlannedTraffic const traffic(gates[0].toml);
  SilenceView const gate = traffic.view().silence;
  EXPECT_EQ(gate.first, static_cast<std::uint64_t>(0.3 * 0x1p32));
  EXPECT_EQ(gate.ends, static_cast<std::uint64_t>(0.2 * 0x1p32));
  EXPECT_EQ(gate.starts, static_cast<std::uint64_t>(0.2 * 0.3 / (1.0 - 0.3) * 0x1p32));
  r123::Philox4x32 generator;
  for (std::uint64_t const first : {0ULL, 0x500000000ULL})
    for (std::uint64_t realization = first; realization < first + 500; ++realization) {
      bool silent = false;
      for (std::uint32_t interval = 0; interval < 20; ++interval) {
        std::uint32_t const where = 7U | static_cast<std::uint32_t>(realization >> 32) << 16;
        std::uint64_t const word = generator({{0, interval, static_cast<std::uint32_t>(realization), where}}, {{33, 0}})[0];
        bool const wanted = interval == 0 ? word < gate.first : silent ? word >= gate.ends : word < gate.starts;

        silent = is_silent<ScalarDrawLane>(traffic.view(), interval, silent, realization & 0xffffffff, realization);

        ASSERT_EQ(silent, wanted) << "realization " << realization << ", interval " << interval;
      }
    }
}

TEST(IsSilent, TakesOneBlock) {
  PlannedTraffic const traffic(gates[0].toml);
  test::CountingLane::take_blocks();
  for (std::uint32_t const interval : {0U, 1U, 77U}) {
    is_silent<test::CountingLane>(traffic.view(), interval, false, 0, 0);

    EXPECT_EQ(test::CountingLane::take_blocks(), 1U);
  }
}

// While the gate is open N is Poisson with mean λ·G/(1 - p), G a burst of mean 1: the variance is λ + λ²·((1 + cv²)/(1 - p) - 1) in all.
TEST(DrawArrivals, KeepsItsMeanDespiteSilencesAndBursts) {
  for (auto const& [share, burst] : {std::pair{0.3, 0.0}, std::pair{0.75, 0.5}}) {
    PlannedTraffic const traffic(fmt::format(
        "[sweep]\nminutes = 20\nwarmup_minutes = 0\nseed = 37\n[workload]\nrequests_per_minute = 100\nsilence_seconds = 240\nsilence_share = {}\n"
        "burst_cv = {}\n",
        share, burst));
    auto const requests = test::drawn_requests(traffic.view(), law_realizations);

    double const spread = std::sqrt(100.0 + 100.0 * 100.0 * ((1.0 + burst * burst) / (1.0 - share) - 1.0));
    for (std::size_t const tick : {0U, 1U, 19U})
      EXPECT_LE(deviations(requests[tick], 100.0, spread), largest_mean_deviation) << "share " << share << ", tick " << tick;
    EXPECT_GT(deviations(requests[19], 100.0 * (1.0 - share), spread), largest_mean_deviation) << "the open rate makes up for silences";
  }
}

// Thousands of requests are expected in every tick between silences: none come in a silent one alone.
TEST(DrawArrivals, HoldsTheGateOverEachBurstInterval) {
  PlannedTraffic const traffic(
      "[sweep]\nminutes = 8\nwarmup_minutes = 1\ntick_seconds = 30\nseed = 38\n[workload]\nrequests_per_minute = 20000\nsilence_share = 0.4\n"
      "silence_seconds = 150\nburst_seconds = 90\nburst_cv = 0.2\n");
  auto const requests = test::drawn_requests(traffic.view(), 4096);
  auto const silent = draw_silences(traffic.view());

  for (std::size_t tick = 0; tick < requests.size(); ++tick)
    for (std::size_t r = 0; r < 4096; ++r)
      ASSERT_EQ(requests[tick][r] == 0.0, silent[tick / 3][r] == 1.0) << "tick " << tick << ", realization " << r;
}

// ---- Lanes ----

/// Everything at once: two classes, three scales, bursts, silences, rates that are clamped at times.
constexpr char const* full_traffic = R"(
[sweep]
minutes = 40
warmup_minutes = 5
tick_seconds = 20
seed = 39
[workload]
requests_per_minute = 700000000
burst_cv = 1.2
burst_seconds = 60
silence_share = 0.2
silence_seconds = 200
[[workload.drift]]
log_sd = 1.5
half_life_minutes = 5
[[workload.drift]]
log_sd = 0
[[workload.drift]]
log_sd = 0.7
half_life_minutes = inf
[[workload.class]]
share = 0.999999
[[workload.class]]
share = 0.000001
)";

struct Drawn {
  std::vector<std::uint32_t> requests, clamped;
};

template <class Lane>
Drawn draw(TrafficView const& traffic, std::uint64_t first, std::uint32_t rows) {
  Drawn drawn{std::vector<std::uint32_t>(static_cast<std::size_t>(traffic.class_count) * rows * traffic.total_ticks),
              std::vector<std::uint32_t>(rows)};
  DemandView const demand{traffic.total_ticks, drawn.requests.data(), nullptr, nullptr, nullptr, drawn.clamped.data()};
  for (std::uint32_t row = 0; row < rows; row += Lane::width)
    draw_arrivals<Lane>(traffic, first, rows, row, std::min<std::uint32_t>(Lane::width, rows - row), demand);
  return drawn;
}

TEST(DrawArrivals, IsTheSameInEveryLane) {
  PlannedTraffic const traffic(full_traffic);
  for (std::uint64_t const first : {0ULL, 0x700000003ULL}) {
    Drawn const alone = draw<ScalarDrawLane>(traffic.view(), first, 21);
    EXPECT_GT(*std::max_element(alone.clamped.begin(), alone.clamped.end()), 0U) << "nothing was clamped";
    EXPECT_GT(std::count(alone.requests.begin(), alone.requests.end(), 0U), 0) << "nothing was silent";

    test::for_each_vector_lane([&]<class Lane>() {
      Drawn const together = draw<Lane>(traffic.view(), first, 21);

      EXPECT_EQ(together.requests, alone.requests) << "width " << Lane::width;
      EXPECT_EQ(together.clamped, alone.clamped) << "width " << Lane::width;
    });
  }
}

}  // namespace
}  // namespace fleetcast
