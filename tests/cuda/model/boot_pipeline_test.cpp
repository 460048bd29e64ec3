#include "cuda/model/boot_pipeline.cuh"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <utility>
#include <vector>

namespace fleetcast {
namespace {

/// Replicas one by one: each boots for its time; the newest booting ones are taken away first, then ready ones.
class NaivePipeline {
 public:
  NaivePipeline(int initial, int boot_ticks) : ready_(initial), boot_ticks_(boot_ticks) {}

  /// Replicas ready in the tick that begins with `wanted` standing.
  int advance(int wanted) {
    for (int& left : booting_) --left;
    while (!booting_.empty() && booting_.front() == 0) {
      booting_.pop_front();
      ++ready_;
    }
    while (standing() < wanted) {
      if (boot_ticks_ == 0)
        ++ready_;
      else
        booting_.push_back(boot_ticks_);
    }
    while (standing() > wanted) {
      if (booting_.empty())
        --ready_;
      else
        booting_.pop_back();
    }
    return ready_;
  }

 private:
  int standing() const { return ready_ + static_cast<int>(booting_.size()); }

  int ready_;
  int boot_ticks_;
  std::deque<int> booting_;  // ticks left, oldest first
};

constexpr int initial = 6;

/// wanted[tick][lane]: lanes walk at random between 0 and 40, some restlessly, some seldom.
std::vector<std::vector<int>> random_walks(int ticks, int lanes) {
  std::mt19937 engine(5);
  std::vector<int> const tick(static_cast<std::size_t>(lanes));
  std::vector<std::vector<int>> wanted(static_cast<std::size_t>(ticks), tick);
  for (int lane = 0; lane < lanes; ++lane) {
    int now = initial;
    for (auto& row : wanted) {
      if (engine() % static_cast<unsigned>(1 + 3 * (lane % 4)) == 0) now += static_cast<int>(engine() % 7) - 3;
      now = std::min(std::max(now, 0), 40);
      row[static_cast<std::size_t>(lane)] = now;
    }
  }
  return wanted;
}

template <class Lane, class Pipeline>
void expect_like_naive(int boot_ticks) {
  constexpr auto width = static_cast<std::size_t>(Lane::width);
  std::vector<float> memory((static_cast<std::size_t>(boot_ticks) + 1) * width, -1.0F);
  Pipeline pipeline(Lane::real(initial), History{memory.data(), width}, static_cast<std::uint32_t>(boot_ticks));
  std::vector<NaivePipeline> naive(width, NaivePipeline(initial, boot_ticks));

  for (auto const& wanted : random_walks(400, Lane::width)) {
    auto const ready = pipeline.advance(Lane::to_real(Lane::load(wanted.data())));

    float got[width];
    Lane::store(got, ready);
    for (std::size_t lane = 0; lane < width; ++lane)
      ASSERT_EQ(got[lane], naive[lane].advance(wanted[lane])) << boot_ticks << " boot ticks, width " << width;
  }
}

template <class Check>
void for_each_step_lane(Check check) {
  check.template operator()<ThreadStepLane<1>>();
  check.template operator()<ThreadStepLane<4>>();
  check.template operator()<VectorStepLane<4>>();
  check.template operator()<VectorStepLane<8>>();
  check.template operator()<VectorStepLane<16>>();
}

TEST(RegisterBootPipeline, BootsLikeReplicasOneByOne) {
  for_each_step_lane([]<class Lane>() {
    [&]<int... boot_ticks>(std::integer_sequence<int, boot_ticks...>) {
      (expect_like_naive<Lane, RegisterBootPipeline<Lane, boot_ticks>>(boot_ticks), ...);
    }
    (std::make_integer_sequence<int, longest_register_boot + 1>());
  });
}

TEST(MemoryBootPipeline, BootsLikeReplicasOneByOneForAnyWindow) {
  for_each_step_lane([]<class Lane>() {
    for (int window = 1; window <= 40; ++window) expect_like_naive<Lane, MemoryBootPipeline<Lane>>(window - 1);
  });
}

TEST(RegisterBootPipeline, ServesAfterItsBootTicks) {
  using Lane = ThreadStepLane<1>;
  RegisterBootPipeline<Lane, 2> pipeline(Lane::real(1), History{nullptr, 0}, 2);

  std::vector<float> ready;
  for (float const wanted : {1, 4, 4, 4, 4, 2, 3, 3, 3}) ready.push_back(Lane::get(pipeline.advance(Lane::real(wanted)), 0));

  EXPECT_EQ(ready, (std::vector<float>{1, 1, 1, 4, 4, 2, 2, 2, 3}));
}

}  // namespace
}  // namespace fleetcast
