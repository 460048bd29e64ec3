#include "simulated_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fleetcast {

namespace {

constexpr double most_single_draws = 24;
constexpr std::size_t prompt = most_processes - 2, completion = most_processes - 1;

/// The latent AR(1) processes as they go.
class LatentProcesses {
 public:
  LatentProcesses(TrafficDraw const& truth, double bin_minutes)
      : dynamics_(joint_dynamics<most_processes>(truth.rate, truth.lengths, bin_minutes)), innovation_root_(root_of(dynamics_.innovations)) {}

  void start(FitRandom& random) { state_ = product(root_of(dynamics_.stationary), random); }
  void start_from(LatentEnd const& end, FitRandom& random) {
    state_ = product(end.root, random);
    for (std::size_t i = 0; i < most_processes; ++i) state_[i] += end.mean[i];
  }
  void move(FitRandom& random) {
    auto const innovation = product(innovation_root_, random);
    for (std::size_t i = 0; i < most_processes; ++i) state_[i] = dynamics_.persistence[i] * state_[i] + innovation[i];
  }
  double operator[](std::size_t i) const { return state_[i]; }

 private:
  using Vector = std::array<double, most_processes>;
  using Matrix = std::array<Vector, most_processes>;
  static Vector product(Matrix const& root, FitRandom& random) {
    Vector normals{}, out{};
    for (double& normal : normals) normal = random.normal();
    for (std::size_t i = 0; i < most_processes; ++i)
      for (std::size_t j = 0; j <= i; ++j) out[i] += root[i][j] * normals[j];
    return out;
  }

  LatentDynamics<most_processes> dynamics_;
  Matrix innovation_root_;
  Vector state_{};
};

double factor(double log_sd, double z) { return std::exp(log_sd * z - 0.5 * log_sd * log_sd); }

}  // namespace

RequestLengths::RequestLengths(std::vector<LengthPair> pairs) : pairs_(std::move(pairs)) {
  auto const n = static_cast<double>(std::max<std::size_t>(pairs_.size(), 1));
  for (auto const& pair : pairs_) {
    mean_.prompt_tokens += pair.prompt_tokens / n;
    mean_.completion_tokens += pair.completion_tokens / n;
  }
  for (auto const& pair : pairs_) {
    double const p = pair.prompt_tokens - mean_.prompt_tokens, d = pair.completion_tokens - mean_.completion_tokens;
    prompt_variance_ += p * p / n;
    completion_variance_ += d * d / n;
    covariance_ += p * d / n;
  }
}

LengthPair RequestLengths::sum(double requests, FitRandom& random) const {
  LengthPair sum;
  if (pairs_.empty() || requests <= 0) return sum;
  if (requests <= most_single_draws) {
    auto const count = static_cast<std::uint32_t>(std::ceil(requests));
    for (std::uint32_t k = 0; k < count; ++k) {
      auto const& pair = pairs_[random.below(static_cast<std::uint32_t>(pairs_.size()))];
      sum.prompt_tokens += pair.prompt_tokens;
      sum.completion_tokens += pair.completion_tokens;
    }
    return sum;
  }
  double const prompt_sd = std::sqrt(prompt_variance_);
  double const slope = prompt_sd > 0 ? covariance_ / prompt_sd : 0.0;
  double const rest = std::sqrt(std::max(completion_variance_ - slope * slope, 0.0));
  double const u = random.normal(), v = random.normal(), root = std::sqrt(requests);
  sum.prompt_tokens = std::max(requests * mean_.prompt_tokens + root * prompt_sd * u, 0.0);
  sum.completion_tokens = std::max(requests * mean_.completion_tokens + root * (slope * u + rest * v), 0.0);
  return sum;
}

LengthNoise RequestLengths::noise() const {
  auto const relative = [](double covariance, double a, double b) { return a > 0 && b > 0 ? covariance / (a * b) : 0.0; };
  double const p = mean_.prompt_tokens, d = mean_.completion_tokens;
  return {std::max(relative(prompt_variance_, p, p), 1e-6), std::max(relative(completion_variance_, d, d), 1e-6), relative(covariance_, p, d)};
}

double RequestLengths::total_variation() const {
  double const mean = mean_.prompt_tokens + mean_.completion_tokens;
  return mean > 0 ? (prompt_variance_ + completion_variance_ + 2 * covariance_) / (mean * mean) : 0.0;
}

BinSeries simulate_record(TrafficDraw const& truth, RequestLengths const& lengths, LatentEnd const* start, BinClock const& clock, double bin_minutes,
                          std::size_t bins, FitRandom& random) {
  auto const& rate = truth.rate;
  LatentProcesses z(truth, bin_minutes);
  double const leave = std::min(1.0, bin_minutes / rate.silence_minutes);
  double const enter = leave * rate.silence_share / (1 - rate.silence_share);
  bool closed = random.uniform() < (start != nullptr ? start->closed : rate.silence_share);
  start != nullptr ? z.start_from(*start, random) : z.start(random);
  bool const profiled = rate.daily_amplitude > 0 || !rate.weekday_factors.empty();
  double const open_rate = rate.requests_per_minute * bin_minutes / (1 - rate.silence_share);
  LengthPair const mean = lengths.mean();
  auto const scale = [](double log_mean, double of_pairs) { return of_pairs > 0 ? std::exp(log_mean) / of_pairs : 0.0; };
  double const prompt_scale = scale(truth.lengths.prompt.log_mean_tokens, mean.prompt_tokens);
  double const completion_scale = scale(truth.lengths.completion.log_mean_tokens, mean.completion_tokens);

  BinSeries record{bin_minutes, clock, std::vector<double>(bins), std::vector<double>(bins), std::vector<double>(bins)};
  for (std::size_t bin = 0; bin < bins; ++bin) {
    if (bin > 0 || start != nullptr) {
      z.move(random);
      double const u = random.uniform();
      closed = closed ? u >= leave : u < enter;
    }
    double mean_requests = closed ? 0.0 : open_rate;
    for (std::size_t j = 0; j < rate.drift.size(); ++j) mean_requests *= factor(rate.drift[j].log_sd, z[j]);
    if (profiled) mean_requests *= std::exp(log_profile(rate, clock, bin));
    if (rate.burst_cv > 1e-4) mean_requests *= random.gamma(std::min(rate.burst_cv, 10.0));
    double const requests = random.poisson(mean_requests);
    LengthPair const sum = lengths.sum(requests, random);
    record.requests[bin] = requests;
    record.prompt_tokens[bin] = sum.prompt_tokens * prompt_scale * factor(truth.lengths.prompt.log_sd, z[prompt]);
    record.completion_tokens[bin] = sum.completion_tokens * completion_scale * factor(truth.lengths.completion.log_sd, z[completion]);
  }
  return record;
}

}  // namespace fleetcast
