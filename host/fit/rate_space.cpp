#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "likelihood.hpp"
#include "rate_fit.hpp"

namespace fleetcast {

namespace {

constexpr double prior_mean_log_sd = 0.35, prior_mean_burst_cv = 0.5;
constexpr double distrusted_bins = 10;
constexpr double largest_log_sd = 3, largest_burst_cv = 10, largest_silence_share = 0.99;

double log_exponential(double x, double mean) { return -x / mean; }

std::size_t week_dimensions(RateStructure::Week week) { return week == RateStructure::Week::none ? 0 : week == RateStructure::Week::weekend ? 1 : 6; }

/// Seven factors with mean 1 from logs against Monday, or one against all working days.
std::vector<double> factors_of(RateStructure::Week week, std::span<double const> logs) {
  std::vector<double> factors(7, 1.0);
  if (week == RateStructure::Week::weekend)
    factors[5] = factors[6] = std::exp(logs[0]);
  else
    for (std::size_t day = 1; day < 7; ++day) factors[day] = std::exp(logs[day - 1]);
  double sum = 0;
  for (double const factor : factors) sum += factor;
  for (double& factor : factors) factor *= 7 / sum;
  return factors;
}

}  // namespace

RateSpace::RateSpace(BinSeries const& series, RateStructure const& structure) : series_(series), structure_(structure) {
  double sum = 0, squares = 0, empty = 0;
  for (double const count : series.requests) {
    sum += count;
    squares += count * count;
    empty += count <= 0 ? 1 : 0;
  }
  auto const n = static_cast<double>(series.bins());
  double const mean = std::max(sum / n, 1e-9);
  mean_per_minute_ = mean / series.bin_minutes;
  residual_variation_ = std::sqrt(std::max((squares / n - mean * mean - mean) / (mean * mean), 1e-4));
  empty_share_ = empty / n;
  trust_ = n / (n + distrusted_bins);
}

std::size_t RateSpace::dimensions() const {
  return 2 + 2 * structure_.drift_scales + (structure_.silence ? 2 : 0) + (structure_.daily ? 2 : 0) + week_dimensions(structure_.week);
}

RateParameters RateSpace::start(double half_life_position) const {
  RateParameters rate;
  double const variation = std::clamp(residual_variation_, 0.02, 2.0);
  rate.requests_per_minute = mean_per_minute_;
  rate.drift = {{0.7 * variation, series_.bin_minutes * std::pow(static_cast<double>(series_.bins()), half_life_position)}};
  rate.burst_cv = 0.5 * variation;
  rate.silence_minutes = series_.bin_minutes;
  return rate;
}

RateParameters RateSpace::start_with_silence(double half_life_position) const {
  RateParameters rate = start(half_life_position);
  // so that silences of the length there may be can make up the share
  double const most = longest_silence_minutes / (longest_silence_minutes + 2 * series_.bin_minutes);
  double const share = std::clamp(0.9 * empty_share_, 1e-3, std::min(0.9, most));
  // (1 + cv²) of all bins is that of the open ones over their share
  double const open = std::sqrt(std::max((1 + residual_variation_ * residual_variation_) * (1 - share) - 1, 1e-3));
  rate.drift[0].log_sd = std::min(0.7 * open, 1.4);
  rate.burst_cv = 0.5 * open;
  rate.silence_share = share;
  rate.silence_minutes = series_.bin_minutes * std::max(2.0, 1.1 * share / (1 - share));
  return rate;
}

Point RateSpace::point(RateParameters const& rate) const {
  Point at{std::log(rate.requests_per_minute)};
  for (auto const& scale : rate.drift) at.insert(at.end(), {scale.log_sd, std::log(scale.half_life_minutes)});
  at.push_back(rate.burst_cv);
  if (structure_.silence) at.insert(at.end(), {rate.silence_share, std::log(rate.silence_minutes)});
  if (structure_.daily) {
    double const angle = rate.daily_peak_hour * std::numbers::pi / 12;
    at.insert(at.end(), {rate.daily_amplitude * std::cos(angle), rate.daily_amplitude * std::sin(angle)});
  }
  auto const& week = rate.weekday_factors;
  if (structure_.week == RateStructure::Week::weekend) at.push_back(week.empty() ? 0.0 : std::log(week[5] / week[0]));
  if (structure_.week == RateStructure::Week::weekdays)
    for (std::size_t day = 1; day < 7; ++day) at.push_back(week.empty() ? 0.0 : std::log(week[day] / week[0]));
  return at;
}

Point RateSpace::spread() const {
  double const variation = std::min(residual_variation_, 1.0);
  Point spread{0.1 * variation + 0.01};
  for (std::size_t j = 0; j < structure_.drift_scales; ++j) spread.insert(spread.end(), {0.2 * variation + 0.01, 0.4});
  spread.push_back(0.1 * variation + 0.01);
  if (structure_.silence) spread.insert(spread.end(), {0.2 * empty_share_ + 0.002, 0.3});
  if (structure_.daily) spread.insert(spread.end(), {0.1, 0.1});
  spread.resize(dimensions(), 0.1);
  return spread;
}

RateParameters RateSpace::parameters(std::span<double const> at) const {
  RateParameters rate;
  std::size_t k = 0;
  rate.requests_per_minute = std::exp(std::clamp(at[k++], -30.0, 30.0));
  for (std::size_t j = 0; j < structure_.drift_scales; ++j) {
    double const log_sd = std::fabs(at[k++]);
    rate.drift.push_back({log_sd, std::exp(std::clamp(at[k++], -30.0, 30.0))});
  }
  rate.burst_cv = std::fabs(at[k++]);
  rate.silence_minutes = series_.bin_minutes;
  if (structure_.silence) {
    rate.silence_share = at[k++];
    rate.silence_minutes = std::exp(std::clamp(at[k++], -30.0, 30.0));
  }
  if (structure_.daily) {
    double const x = at[k++], y = at[k++];
    rate.daily_amplitude = std::hypot(x, y);
    rate.daily_peak_hour = std::fmod(std::atan2(y, x) * 12 / std::numbers::pi + 24, 24);
  }
  if (structure_.week != RateStructure::Week::none) rate.weekday_factors = factors_of(structure_.week, at.subspan(k));
  return rate;
}

double RateSpace::log_prior(std::span<double const> at, RateParameters const& rate) const {
  constexpr double none = -std::numeric_limits<double>::infinity();
  double sum = 0;
  double shortest = series_.bin_minutes;
  double const longest = 2 * std::max(series_.minutes(), 2 * series_.bin_minutes);
  for (auto const& scale : rate.drift) {
    if (scale.log_sd > largest_log_sd || scale.half_life_minutes < shortest || scale.half_life_minutes > longest) return none;
    shortest = scale.half_life_minutes;
    sum += log_exponential(scale.log_sd, prior_mean_log_sd);
  }
  if (rate.burst_cv > largest_burst_cv) return none;
  sum += log_exponential(rate.burst_cv, prior_mean_burst_cv);
  if (structure_.silence) {
    double const share = rate.silence_share;
    if (!(share >= 0 && share <= largest_silence_share)) return none;
    double const leave = series_.bin_minutes / rate.silence_minutes;
    if (leave > 1 || leave * share / (1 - share) > 1 || rate.silence_minutes > std::min(longest, longest_silence_minutes)) return none;
  }
  if (rate.daily_amplitude >= 1) return none;
  for (std::size_t k = at.size() - week_dimensions(structure_.week); k < at.size(); ++k) sum -= 0.5 * at[k] * at[k];
  return sum;
}

double RateSpace::log_posterior(std::span<double const> at) const {
  RateParameters const rate = parameters(at);
  double const prior = log_prior(at, rate);
  if (!std::isfinite(prior)) return prior;
  double const likelihood = count_log_likelihood(series_, rate);
  return std::isnan(likelihood) ? -std::numeric_limits<double>::infinity() : prior + trust_ * likelihood;
}

}  // namespace fleetcast
