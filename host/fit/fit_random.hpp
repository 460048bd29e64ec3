/// Random numbers of a fit: one seed gives one sequence, wherever it runs.
#pragma once

#include <cstdint>

#include "cuda/model/gamma.cuh"
#include "cuda/model/poisson.cuh"
#include "cuda/model/streams.cuh"

namespace fleetcast {

/// Draws one after another from Philox; draw k is block k of Stream::fit under the seed, `sequence` parts independent users.
class FitRandom {
 public:
  explicit FitRandom(std::uint64_t seed, std::uint32_t sequence = 0) : seed_(seed), sequence_(sequence) {}

  /// In (0, 1).
  double uniform() {
    auto const words = next_block(Stream::fit);
    return uniform_from<ScalarDrawLane>(words.x, words.y);
  }
  /// A whole number below `bound`.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(uniform() * bound); }
  double normal() { return inverse_normal<ScalarDrawLane>(uniform()); }
  /// @param mean  clamped to PoissonSampler::largest_mean
  double poisson(double mean) {
    double const clamped = mean < PoissonSampler::largest_mean ? mean : PoissonSampler::largest_mean;
    advance();
    return PoissonSampler{seed_}.operator()<ScalarDrawLane>(clamped, index_, sequence_, word(Stream::arrivals));
  }
  /// Gamma of mean 1.
  /// @param variation  coefficient of variation, in (0, 10]
  double gamma(double variation) {
    advance();
    return GammaSampler::with_variation(seed_, variation).operator()<ScalarDrawLane>(index_, sequence_, high_);
  }

 private:
  PhiloxBlock<std::uint64_t> next_block(Stream stream) {
    advance();
    return philox<ScalarDrawLane>({0, index_, sequence_, word(stream)}, seed_);
  }
  void advance() {
    if (++index_ == 0) high_ += std::uint64_t{1} << 32;
  }
  std::uint32_t word(Stream stream) const { return stream_word(stream, 0, high_); }

  std::uint64_t seed_;
  std::uint32_t sequence_;
  std::uint32_t index_ = 0;
  std::uint64_t high_ = 0;
};

}  // namespace fleetcast
