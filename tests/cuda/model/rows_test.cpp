#include "cuda/model/rows.cuh"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#ifdef __FMA__
#error "build without -mfma: fused_multiply_add's own arithmetic is tested here, not the processor's"
#endif

namespace fleetcast {
namespace {

float any_finite_float(std::mt19937_64& engine) {
  for (;;) {
    float const x = std::bit_cast<float>(static_cast<std::uint32_t>(engine()));
    if (std::isfinite(x)) return x;
  }
}

void expect_one_rounding(float a, float b, float c) {
  float const got = fused_multiply_add(a, b, c);

  float const wanted = std::fma(a, b, c);
  ASSERT_EQ(std::bit_cast<std::uint32_t>(got), std::bit_cast<std::uint32_t>(wanted))
      << std::hexfloat << a << "·" << b << " + " << c << ": " << got << ", not " << wanted;
}

TEST(FusedMultiplyAdd, RoundsOnceForAnyFiniteFloats) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 3000000; ++i) expect_one_rounding(any_finite_float(engine), any_finite_float(engine), any_finite_float(engine));
}

// Random patterns seldom have exponents that meet: here the addend is within 2^±60 of the product.
TEST(FusedMultiplyAdd, RoundsOnceWhereProductAndAddendMeet) {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 3000000; ++i) {
    auto const mantissa = [&] { return std::bit_cast<float>(static_cast<std::uint32_t>(0x3f800000 | engine() >> 41)); };
    int const shift = static_cast<int>(engine() % 121) - 60;
    expect_one_rounding(mantissa(), mantissa(), std::ldexp(engine() % 2 == 0 ? mantissa() : -mantissa(), shift));
  }
}

// The addend is minus the product, rounded, give or take an ulp: nearly all bits cancel.
TEST(FusedMultiplyAdd, RoundsOnceWhereTheAddendCancelsTheProduct) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 1000000; ++i) {
    float const a = any_finite_float(engine);
    float const b = any_finite_float(engine);
    float const c = -(a * b);
    if (!std::isfinite(c)) continue;
    expect_one_rounding(a, b, c);
    expect_one_rounding(a, b, std::nextafter(c, 0.0F));
  }
}

// Half an ulp of the addend, give or take a part that a double can't hold beside it: the double's sum is a tie, the
// exact one is not.
TEST(FusedMultiplyAdd, RoundsOnceNearTies) {
  std::mt19937_64 engine(4);
  for (int i = 0; i < 500000; ++i) {
    float const addend = std::bit_cast<float>(static_cast<std::uint32_t>(0x3f800000 | engine() >> 41));  // in [1, 2)
    float const part = static_cast<float>(engine() % 1024) * 0x1p-23F;
    for (float const half_ulp : {0x1p-24F, -0x1p-24F}) {
      expect_one_rounding(half_ulp * 137283.0F, 0x1p-33F * 62571.0F, addend);  // half an ulp times 1 + 2^-33
      expect_one_rounding(half_ulp * (1.0F + part), 1.0F - part, addend);      // times 1 - part²; a tie for part 0
    }
  }
}

TEST(FusedMultiplyAdd, RoundsOnceAmongSubnormalsAndAtOverflow) {
  float const tiny = std::numeric_limits<float>::denorm_min();
  float const huge = std::numeric_limits<float>::max();
  for (float const a : {0.0F, -0.0F, tiny, -tiny, 0.5F, 1.5F, 1.0F, huge, -huge, 0x1p-75F, -0x1.000002p-74F})
    for (float const b : {0.0F, -0.0F, tiny, 0.5F, 1.0F, huge, 0x1p-75F, 0x1.fffffep-75F})
      for (float const c : {0.0F, -0.0F, tiny, -tiny, 3 * tiny, 1.0F, huge, -huge, 0x1p-126F, 0x1.8p103F}) expect_one_rounding(a, b, c);
}

TEST(TickWork, FusesTheCompletionsOntoTheRoundedPrompts) {
  ServiceRates const rates{1.0F / 8000.0F, 1.0F / 1200.0F};
  std::mt19937_64 engine(5);
  for (int i = 0; i < 10000; ++i) {
    std::uint64_t const prompt = engine() >> 20;
    std::uint64_t const completion = engine() >> (20 + engine() % 20);

    float const work = tick_work(rates, prompt, completion);

    float const prompt_work = static_cast<float>(prompt) * rates.seconds_per_prompt_token;
    ASSERT_EQ(work, std::fma(static_cast<float>(completion), rates.seconds_per_completion_token, prompt_work));
  }
}

TEST(WholeMilliseconds, AreRoundedTowardZeroOfTheExactProduct) {
  EXPECT_EQ(whole_milliseconds(0.0F), 0);
  EXPECT_EQ(whole_milliseconds(0x1.fffffep-1F), 999);
  EXPECT_EQ(whole_milliseconds(0.001F), 1);  // the float is above 1/1000
  EXPECT_EQ(whole_milliseconds(0.009F), 8);  // this one is below 9/1000
  EXPECT_EQ(whole_milliseconds(16777216.0F), 16777216000LL);
}

/// The least fleet, counted up from the minimum, that takes the load of one tick.
std::int32_t least_fleet(ReferencePolicy policy, std::uint32_t requests, float work) {
  if (requests == 0) return policy.min_replicas;
  for (std::int32_t n = policy.min_replicas; n < policy.max_replicas; ++n)
    // 24 bits times 24 bits are exact in long double, whatever the compiler contracts
    if (static_cast<long double>(work) <= static_cast<long double>(n) * policy.load_limit) return n;
  return policy.max_replicas;
}

TEST(ReferenceReplicaTicks, AddUpTheLeastFleetOfEachTick) {
  std::mt19937_64 engine(6);
  auto const uniform = [&] { return static_cast<float>(engine() >> 40) * 0x1p-24F; };
  for (float const limit : {-1.0F, 0.0F, 0.37F, 41.7F, 60.0F, 1e30F, std::numeric_limits<float>::max()})
    for (auto const& [least, most] : {std::pair{0, 5}, std::pair{1, 64}, std::pair{3, 3}, std::pair{2, 4000}}) {
      ReferencePolicy const policy{0, limit, least, most};
      std::vector<std::uint32_t> requests;
      std::vector<float> work;
      std::uint64_t wanted = 0;
      for (int tick = 0; tick < 500; ++tick) {
        requests.push_back(engine() % 8 == 0 ? 0 : 1);
        float load = 1.5F * static_cast<float>(most) * std::fabs(std::fmin(limit, 100.0F)) * uniform() * uniform();
        // a whole number of replicas' limit, where the comparison must be exact, and its neighbours
        if (limit > 0.0F && limit < 1e6F && tick % 2 == 0) {
          load = static_cast<float>(engine() % static_cast<unsigned>(most + 2)) * limit;
          if (tick % 4 == 0) load = std::nextafter(load, tick % 8 == 0 ? 0.0F : 1e30F);
        }
        work.push_back(load);
        if (tick >= 20) wanted += static_cast<std::uint64_t>(least_fleet(policy, requests.back(), load));
      }

      auto const ticks = static_cast<std::uint32_t>(work.size());
      EXPECT_EQ(reference_replica_ticks(policy, requests.data(), work.data(), 20, ticks, 1), wanted)
          << "limit " << limit << ", fleet of " << least << " to " << most;
    }
}

/// A demand of two rows of `ticks` ticks, the second one filled.
struct Demand {
  std::vector<std::uint32_t> requests, clamped{3, 4};
  std::vector<std::uint64_t> prompt, completion;
  explicit Demand(std::uint32_t ticks) : requests(2 * ticks), prompt(2 * ticks), completion(2 * ticks) {}
  DemandView view() {
    return {static_cast<std::uint32_t>(requests.size() / 2), nullptr, requests.data(), prompt.data(), completion.data(), clamped.data()};
  }
};

TEST(AddTicks, AddsUpLedgerTicksOnlyWhateverTheStride) {
  Demand demand(5);
  demand.requests = {9, 9, 9, 9, 9, 7, 100, 0, 30, 5};
  demand.prompt = {9, 9, 9, 9, 9, 70, 1000, 0, 300, 50};
  demand.completion = {9, 9, 9, 9, 9, 7000, 100000, 0, 30000, 5000};

  for (std::uint32_t const stride : {1U, 2U, 3U, 32U}) {
    RealizationTotals totals{};
    for (std::uint32_t first = 0; first < stride; ++first) add_ticks(totals, demand.view(), 2, 1, first, stride);

    EXPECT_EQ(totals.requests, 35U);
    EXPECT_EQ(totals.prompt_tokens, 350U);
    EXPECT_EQ(totals.completion_tokens, 35000U);
    EXPECT_EQ(totals.ticks_with_requests, 2U);
    EXPECT_EQ(totals.busiest_tick, 100U) << "the warm-up counts";
  }
}

TEST(SegmentTicks, CannotOverflow31Bits) {
  for (std::uint32_t const busiest : {0U, 1U, 3U, 65536U, 999999999U, 2147483647U}) {
    RealizationTotals const totals{0, 0, 0, 0, 0, busiest};
    RowsView rows{};
    rows.longest_segment = 5000;
    rows.totals = &totals;

    std::uint32_t const segment = segment_ticks(rows, 0);

    EXPECT_GE(segment, 1U);
    EXPECT_LE(static_cast<std::uint64_t>(segment) * busiest, 0x7fffffffULL);
    EXPECT_TRUE(segment == 5000 || (segment + 1ULL) * busiest > 0x7fffffffULL) << "segments as long as can be";
    EXPECT_LE(segment, 5000U);
  }
}

TEST(FillSignalRow, HoldsTheTokensOfTheWindow) {
  Demand demand(6);
  for (std::uint32_t tick = 0; tick < 6; ++tick) {
    demand.prompt[6 + tick] = 1ULL << (4 * tick);
    demand.completion[6 + tick] = 2ULL << (4 * tick);
  }
  float const wanted[] = {0x3, 0x33, 0x333, 0x3330, 0x33300, 0x333000};

  for (std::uint32_t cut = 0; cut <= 6; ++cut) {
    float signal[6];
    fill_signal_row(3, demand.view(), 1, signal, 0, cut);
    fill_signal_row(3, demand.view(), 1, signal, cut, 6);

    for (int tick = 0; tick < 6; ++tick) EXPECT_EQ(signal[tick], wanted[tick]) << tick << ", cut at " << cut;
  }
}

TEST(FillWorkRow, GivesEachTicksWorkAndTheLedgersMilliseconds) {
  Demand demand(3);
  demand.prompt = {0, 0, 0, 8000, 12, 20};
  demand.completion = {0, 0, 0, 0, 6, 0};
  float work[3];

  auto const milliseconds = fill_work_row({0.125F, 0.25F}, demand.view(), 1, 1, work);

  EXPECT_EQ(work[0], 1000.0F);
  EXPECT_EQ(work[1], 3.0F);
  EXPECT_EQ(work[2], 2.5F);
  EXPECT_EQ(milliseconds, 5500);
}

}  // namespace
}  // namespace fleetcast
