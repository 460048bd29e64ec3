#include "cuda/model/latency_curve.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fleetcast {
namespace {

using Kind = LatencyCurve::Kind;
constexpr double tick_seconds = 60.0;
constexpr double max_backlog_seconds = 30.0;

LatencyCurve linear(double base_ms, double slope_ms) {
  LatencyCurve curve;
  curve.kind = Kind::linear;
  curve.base_ms = base_ms;
  curve.slope_ms = slope_ms;
  return curve;
}

LatencyCurve erlang_c(int slots, double longest_wait_ms = 500.0 * tick_seconds) {
  LatencyCurve curve;
  curve.kind = Kind::erlang_c;
  curve.base_ms = 220.0;
  curve.slots = slots;
  curve.service_ms = 4000.0;
  curve.longest_wait_ms = longest_wait_ms;
  return curve;
}

LatencyCurve measured() {
  LatencyCurve curve;
  curve.kind = Kind::measured;
  curve.knots = {{0.1, 200.0}, {0.5, 240.0}, {0.8, 700.0}, {0.95, 700.0}, {1.0, 5000.0}};
  return curve;
}

std::vector<LatencyCurve> curves() { return {linear(200, 600), erlang_c(1), erlang_c(32), erlang_c(256), measured()}; }

std::vector<double> limits_of_many_sizes() {
  std::vector<double> limits;
  for (double limit = 150.0; limit < 100000.0; limit *= 1.037) limits.push_back(limit);
  return limits;
}

/// service·C/(c·(1 - ρ)), C the probability of waiting as the textbook's sum over states.
long double textbook_wait(int slots, double service_ms, long double rho) {
  long double const offered = slots * rho;
  long double term = 1.0L;  // offered^k/k!
  long double sum = 0.0L;
  for (int k = 0; k < slots; ++k) {
    sum += term;
    term *= offered / (k + 1);
  }
  long double const all_busy = term / (1.0L - rho);
  return service_ms * (all_busy / (sum + all_busy)) / (slots * (1.0L - rho));
}

/// Latency of the last arrival of a tick with `load` seconds of work a replica, as section 4 of the design has it.
double last_arrival_ms(LatencyCurve const& curve, double load, Backlog backlog) {
  double const rho = load / tick_seconds;
  if (backlog == Backlog::memoryless) return curve.at(curve.kind == Kind::linear ? rho : std::min(1.0, rho));
  double const waiting = std::min(std::max(0.0, load - tick_seconds), max_backlog_seconds);
  return curve.at(std::min(1.0, rho)) + 1000.0 * waiting;
}

// Up to 512 slots offered^k/k! stays below e^512, within long double's range.
TEST(ErlangC, IsTheTextbookSum) {
  for (int const slots : {1, 2, 3, 8, 32, 100, 256, 512})
    for (double rho = 0.001; rho < 0.9999; rho += 0.0101) {
      double const wait = erlang_c(slots, 1e300).at(rho) - 220.0;

      auto const exact = static_cast<double>(textbook_wait(slots, 4000.0, rho));
      // one rounding per slot and a few more; adding and taking 220 costs 220·2^-52
      EXPECT_NEAR(wait, exact, (slots + 10) * 0x1p-52 * exact + 220.0 * 0x1p-51) << slots << " slots at " << rho;
    }
}

TEST(ErlangC, IsTheQueueOfOneServerForOneSlot) { EXPECT_NEAR(erlang_c(1).at(0.75), 220.0 + 4000.0 * 0.75 / 0.25, 1e-9); }

TEST(ErlangC, IsCappedAtTheLongestWait) {
  EXPECT_EQ(erlang_c(32).at(1.0), 220.0 + 30000.0);
  EXPECT_EQ(erlang_c(32).at(5.0), 220.0 + 30000.0);
  EXPECT_EQ(erlang_c(32).at(1.0 - 1e-9), 220.0 + 30000.0);
}

TEST(LatencyCurve, NeverFalls) {
  for (auto const& curve : curves())
    for (int i = 0; i < 1500; ++i) ASSERT_LE(curve.at(i / 1000.0), curve.at((i + 1) / 1000.0)) << "at " << i;
}

TEST(LatencyCurve, JoinsMeasuredKnotsByLines) {
  auto const curve = measured();
  EXPECT_EQ(curve.at(0.0), 200.0);
  EXPECT_DOUBLE_EQ(curve.at(0.3), 220.0);
  EXPECT_DOUBLE_EQ(curve.at(0.8), 700.0);
  EXPECT_DOUBLE_EQ(curve.at(0.975), 2850.0);
  EXPECT_EQ(curve.at(2.0), 5000.0);
}

TEST(LatencyCurve, StaysAtTheLastKnot) {
  auto curve = measured();
  curve.knots.pop_back();
  EXPECT_EQ(curve.at(0.99), 700.0);
}

// θ is rounded to a float, so the curve is compared one float below it and one above.
TEST(TtftLimits, SeparateLoadsWithinTheLimitFromLoadsAboveIt) {
  int crossings = 0;
  for (Backlog const backlog : {Backlog::carried, Backlog::memoryless})
    for (auto const& curve : curves())
      for (double const limit : limits_of_many_sizes()) {
        float const theta = ttft_limits(curve, limit, tick_seconds, max_backlog_seconds, backlog).load_limit;

        std::string const what = "curve " + std::to_string(static_cast<int>(curve.kind)) + ", limit " + std::to_string(limit) +
                                 (backlog == Backlog::carried ? ", carried" : ", memoryless");
        if (theta < 0.0F) {
          EXPECT_EQ(theta, -1.0F);
          ASSERT_GT(last_arrival_ms(curve, 0.0, backlog), limit) << what;
        } else if (theta == FLT_MAX) {
          ASSERT_LE(last_arrival_ms(curve, 1e6, backlog), limit) << what;
        } else {
          ASSERT_LE(last_arrival_ms(curve, std::nextafter(theta, 0.0F), backlog), limit) << what;
          ASSERT_GT(last_arrival_ms(curve, std::nextafter(theta, FLT_MAX), backlog), limit) << what;
          ++crossings;
        }
      }
  EXPECT_GT(crossings, 500) << "most limits must be crossed, or this test sees nothing";
}

TEST(TtftLimits, LetTheBacklogTakeWhatFullLoadLeavesOfTheLimit) {
  for (auto const& curve : curves())
    for (double const limit : limits_of_many_sizes()) {
      float const phi = ttft_limits(curve, limit, tick_seconds, max_backlog_seconds, Backlog::carried).backlog_limit;

      if (curve.at(1.0) >= limit) {
        ASSERT_EQ(phi, 0.0F) << limit;
      } else {
        ASSERT_LE(curve.at(1.0) + 1000.0 * std::nextafter(phi, 0.0F), limit);
        ASSERT_GT(curve.at(1.0) + 1000.0 * std::nextafter(phi, FLT_MAX), limit);
      }
    }
}

TEST(TtftLimits, GrowPastATickByTheBacklogALimitAllows) {
  auto const limits = ttft_limits(linear(200, 600), 10800.0, tick_seconds, max_backlog_seconds, Backlog::carried);

  EXPECT_EQ(limits.load_limit, 70.0F);
  EXPECT_EQ(limits.backlog_limit, 10.0F);
}

TEST(TtftLimits, AreNeverExceededWhereTheFullBacklogDrainsInTime) {
  auto const limits = ttft_limits(linear(200, 600), 30800.0, tick_seconds, max_backlog_seconds, Backlog::carried);

  EXPECT_EQ(limits.load_limit, FLT_MAX);
  EXPECT_EQ(limits.backlog_limit, 30.0F);
}

TEST(TtftLimits, ReachToTheEndOfAPlateauAtTheLimit) {
  auto const limits = ttft_limits(measured(), 700.0, tick_seconds, max_backlog_seconds, Backlog::carried);

  EXPECT_FLOAT_EQ(limits.load_limit, 0.95F * 60.0F);
}

TEST(TtftLimits, FollowAMemorylessLinearCurvePastFullLoad) {
  EXPECT_EQ(ttft_limits(linear(200, 600), 2000.0, tick_seconds, 30.0, Backlog::memoryless).load_limit, 180.0F);
  EXPECT_EQ(ttft_limits(linear(200, 0), 2000.0, tick_seconds, 30.0, Backlog::memoryless).load_limit, FLT_MAX);
  EXPECT_EQ(ttft_limits(erlang_c(32), 40000.0, tick_seconds, 30.0, Backlog::memoryless).load_limit, FLT_MAX);
}

// Waiting adds nothing to the time per token: the backlog matters only in that it means a full load.
TEST(TpotLimits, SeparateLoadsWithinTheLimitFromLoadsAboveIt) {
  for (Backlog const backlog : {Backlog::carried, Backlog::memoryless})
    for (auto const& curve : curves())
      for (double const limit : limits_of_many_sizes()) {
        auto const limits = tpot_limits(curve, limit, tick_seconds, backlog);

        bool const capped = backlog == Backlog::carried || curve.kind != Kind::linear;
        auto const latency = [&](double load) {
          double const rho = load / tick_seconds;
          return curve.at(capped ? std::min(1.0, rho) : rho);
        };
        if (limits.load_limit < 0.0F) {
          ASSERT_GT(latency(0.0), limit);
        } else if (limits.load_limit == FLT_MAX) {
          ASSERT_LE(latency(1e6), limit);
        } else {
          ASSERT_LE(latency(std::nextafter(limits.load_limit, 0.0F)), limit);
          ASSERT_GT(latency(std::nextafter(limits.load_limit, FLT_MAX)), limit);
        }
        if (backlog == Backlog::carried) {
          ASSERT_EQ(limits.backlog_limit, curve.at(1.0) > limit ? 0.0F : FLT_MAX) << limit;
        }
      }
}

TEST(Stricter, TakesTheSmallerOfEitherLimit) {
  auto const both = stricter({10.0F, 5.0F}, {20.0F, 1.0F});

  EXPECT_EQ(both.load_limit, 10.0F);
  EXPECT_EQ(both.backlog_limit, 1.0F);
}

}  // namespace
}  // namespace fleetcast
