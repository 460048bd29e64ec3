#include "count_update.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fleetcast {

namespace {

constexpr double least_cv = 1e-4;         // below it bursts can't be told from none at any count a bin can hold
constexpr double largest_log_rate = 30;   // e^30 requests a bin: far beyond any clamp
constexpr double negligible_variance = 1e-14;

/// ln P(count | log rate) without the terms that hold no rate, with its slope and curvature.
class CountLikelihood {
 public:
  CountLikelihood(CountLaw const& law, double requests) : requests_(requests), poisson_(law.burst_cv < least_cv) {
    if (poisson_) {
      constant_ = -std::lgamma(requests + 1);
    } else {
      shape_ = 1 / (law.burst_cv * law.burst_cv);
      constant_ = std::lgamma(requests + shape_) - std::lgamma(shape_) - std::lgamma(requests + 1) + shape_ * std::log(shape_);
    }
  }

  double constant() const { return constant_; }

  double operator()(double log_rate) const {
    double const rate = std::exp(log_rate);
    return poisson_ ? requests_ * log_rate - rate : requests_ * log_rate - (requests_ + shape_) * std::log(shape_ + rate);
  }

  /// Slope and minus the curvature, which is at least 0: the likelihood is log-concave.
  void derive(double log_rate, double& slope, double& information) const {
    double const rate = std::exp(log_rate);
    if (poisson_) {
      slope = requests_ - rate;
      information = rate;
    } else {
      double const share = rate / (shape_ + rate);
      slope = requests_ - (requests_ + shape_) * share;
      information = (requests_ + shape_) * share * (1 - share);
    }
  }

  /// Where the likelihood alone would put the log rate, and how firmly: a start for Newton's method.
  double peak() const { return std::log(std::max(requests_, 0.5)); }
  double information_at_peak() const {
    double const n = std::max(requests_, 0.5);
    return poisson_ ? n : n * shape_ / (n + shape_);
  }

 private:
  double requests_;
  bool poisson_;
  double shape_ = 0;
  double constant_ = 0;
};

}  // namespace

CountUpdate update_by_count(CountLaw const& law, double requests, double mean, double variance) {
  CountLikelihood const likelihood(law, requests);
  if (variance < negligible_variance) return {likelihood.constant() + likelihood(std::min(mean, largest_log_rate)), mean, variance};

  double const precision = 1 / variance;
  double const pull = likelihood.information_at_peak();
  double mode = std::min((precision * mean + pull * likelihood.peak()) / (precision + pull), largest_log_rate);
  double spread = 0;
  for (int step = 0; step < 4; ++step) {
    double slope = 0, information = 0;
    likelihood.derive(mode, slope, information);
    spread = 1 / (precision + information);
    double const move = std::clamp((slope - precision * (mode - mean)) * spread, -1.5, 1.5);
    mode = std::min(mode + move, largest_log_rate);
    if (std::fabs(move) < 1e-3 * std::sqrt(spread)) break;
  }

  // nodes and weights of the five-point rule for exp(-t²), weights times exp(t²)
  constexpr std::array<double, 3> nodes{0.0, 0.95857246461381851, 2.0201828704560856};
  constexpr std::array<double, 3> weights{0.94530872048294190, 0.98658099675142834, 1.1814886255359869};
  double const scale = std::sqrt(2 * spread);
  std::array<double, 5> offsets{}, logs{};
  double highest = -1e300;
  for (std::size_t i = 0; i < 5; ++i) {
    double const t = i < 3 ? nodes[i] : -nodes[i - 2];
    offsets[i] = scale * t;
    double const x = mode + offsets[i];
    logs[i] = likelihood(x) - 0.5 * precision * (x - mean) * (x - mean);
    highest = std::max(highest, logs[i]);
  }
  double sum = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    double const mass = weights[i < 3 ? i : i - 2] * std::exp(logs[i] - highest);
    sum += mass;
    first += mass * offsets[i];
    second += mass * offsets[i] * offsets[i];
  }
  double const shift = first / sum;
  constexpr double log_two_pi = 1.8378770664093454;
  return {likelihood.constant() + highest + std::log(scale * sum) - 0.5 * (log_two_pi + std::log(variance)), mode + shift,
          std::max(second / sum - shift * shift, 1e-3 * spread)};
}

}  // namespace fleetcast
