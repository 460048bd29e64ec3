#include "count_update.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fleetcast {

namespace {

constexpr double least_cv = 1e-4;  // below it bursts can't be told from none at any count a bin can hold
constexpr double largest_log_rate = 30;
constexpr double negligible_variance = 1e-14;

/// ln Γ(x): Stirling's series where it is exact to 1e-12.
double log_gamma(double x) {
  if (x < 30) return std::lgamma(x);
  constexpr double half_log_two_pi = 0.91893853320467274;
  double const inverse = 1 / x;
  return (x - 0.5) * std::log(x) - x + half_log_two_pi + inverse * (1.0 / 12 - inverse * inverse * (1.0 / 360 - inverse * inverse / 1260));
}

/// Nodes and weights of a Gauss-Hermite rule, weights times exp(t²).
struct Rule {
  std::array<double, 5> nodes, weights;
  std::size_t size;
};
constexpr Rule five{{0.0, 0.95857246461381851, -0.95857246461381851, 2.0201828704560856, -2.0201828704560856},
                    {0.94530872048294190, 0.98658099675142834, 0.98658099675142834, 1.1814886255359869, 1.1814886255359869},
                    5};
constexpr Rule three{{0.0, 1.2247448713915890, -1.2247448713915890, 0, 0}, {1.1816359006036774, 1.3239311752136438, 1.3239311752136438, 0, 0}, 3};
constexpr double three_nodes_from = 20;  // information: a posterior that firm is all but normal

}  // namespace

CountLaw::CountLaw(double burst_cv) : poisson_(burst_cv < least_cv) {
  if (poisson_) return;
  shape_ = 1 / (burst_cv * burst_cv);
  of_shape_ = shape_ * std::log(shape_) - log_gamma(shape_);
}

double CountLaw::constant(double requests) const { return poisson_ ? 0.0 : log_gamma(requests + shape_) + of_shape_; }

double CountLaw::variable(double requests, double log_rate) const {
  double const rate = std::exp(log_rate);
  return poisson_ ? requests * log_rate - rate : requests * log_rate - (requests + shape_) * std::log(shape_ + rate);
}

CountLaw::Shape CountLaw::shape(double requests, double log_rate) const {
  double const rate = std::exp(log_rate);
  if (poisson_) return {requests - rate, rate};
  double const share = rate / (shape_ + rate);
  return {requests - (requests + shape_) * share, (requests + shape_) * share * (1 - share)};
}

double CountLaw::information_at_peak(double requests) const {
  double const n = std::max(requests, 0.5);
  return poisson_ ? n : n * shape_ / (n + shape_);
}

CountUpdate update_by_count(CountLaw const& law, double requests, double mean, double variance) {
  if (variance < negligible_variance) return {law.constant(requests) + law.variable(requests, std::min(mean, largest_log_rate)), mean, variance};

  double const precision = 1 / variance;
  double const pull = law.information_at_peak(requests);
  double mode = std::min((precision * mean + pull * std::log(std::max(requests, 0.5))) / (precision + pull), largest_log_rate);
  double spread = 0;
  for (int step = 0; step < 4; ++step) {
    auto const [slope, information] = law.shape(requests, mode);
    spread = 1 / (precision + information);
    double const move = std::clamp((slope - precision * (mode - mean)) * spread, -1.5, 1.5);
    mode = std::min(mode + move, largest_log_rate);
    if (move * move < 1e-4 * spread) break;
  }

  Rule const& rule = pull < three_nodes_from ? five : three;
  double const scale = std::sqrt(2 * spread);
  double const highest = law.variable(requests, mode) - 0.5 * precision * (mode - mean) * (mode - mean);
  double sum = rule.weights[0], first = 0, second = 0;
  for (std::size_t i = 1; i < rule.size; ++i) {
    double const offset = scale * rule.nodes[i];
    double const x = mode + offset;
    double const mass = rule.weights[i] * std::exp(law.variable(requests, x) - 0.5 * precision * (x - mean) * (x - mean) - highest);
    sum += mass;
    first += mass * offset;
    second += mass * offset * offset;
  }
  double const shift = first / sum;
  constexpr double log_two_pi = 1.8378770664093454;
  return {law.constant(requests) + highest + std::log(scale * sum) - 0.5 * (log_two_pi + std::log(variance)), mode + shift,
          std::max(second / sum - shift * shift, 1e-3 * spread)};
}

}  // namespace fleetcast
