#include "length_drift_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fit_random.hpp"
#include "host/config/sweep_config.hpp"
#include "posterior.hpp"

namespace fleetcast {

namespace {

constexpr double prior_mean_log_sd = 0.2;
constexpr double most_bin_visits = 2e6;
constexpr double nothing = -std::numeric_limits<double>::infinity();

double mean_length(BinSeries const& series, std::vector<double> const& tokens) {
  double requests = 0, sum = 0;
  for (std::size_t i = 0; i < series.bins(); ++i) {
    requests += series.requests[i];
    sum += tokens[i];
  }
  return sum / std::max(requests, 1.0);
}

/// Draws for one kind of tokens.
struct OneDrift {
  bool drifts = false;
  std::vector<LengthDrift> draws;
};

class DriftSpace {
 public:
  DriftSpace(BinSeries const& series, std::vector<double> const& tokens, double variation)
      : series_(series), tokens_(tokens), variation_(variation), longest_(2 * std::max(series.minutes(), 2 * series.bin_minutes)) {}

  LengthDrift drift(std::span<double const> at) const { return {at[0], std::fabs(at[1]), std::exp(std::clamp(at[2], -30.0, 30.0))}; }

  double operator()(std::span<double const> at) const {
    LengthDrift const drift = this->drift(at);
    if (drift.log_sd > largest_length_drift_log_sd || drift.half_life_minutes < series_.bin_minutes || drift.half_life_minutes > longest_)
      return nothing;
    return length_log_likelihood(series_, tokens_, drift, variation_) - drift.log_sd / prior_mean_log_sd;
  }

 private:
  BinSeries const& series_;
  std::vector<double> const& tokens_;
  double variation_, longest_;
};

OneDrift fit_one(BinSeries const& series, std::vector<double> const& tokens, double variation, std::size_t draws, std::uint64_t seed) {
  OneDrift fit;
  double requests = 0;
  for (double const count : series.requests) requests += count;
  double const log_mean = std::log(std::max(mean_length(series, tokens), 1e-3));
  double const log_mean_sd = std::sqrt(variation / std::max(requests, 1.0));
  DriftSpace const space(series, tokens, variation);
  LogDensity const density = [&](std::span<double const> at) { return space(at); };
  Point const spread{0.02, 0.05, 0.5};
  Peak best{{}, nothing};
  for (double const position : {0.3, 0.75}) {
    Point const start{log_mean, 0.1, std::log(series.bin_minutes) + position * std::log(static_cast<double>(series.bins()))};
    if (Peak peak = climb(density, start, spread, 200); peak.log_density > best.log_density) best = std::move(peak);
  }
  Point const still{log_mean, 0.0, std::log(2 * series.bin_minutes)};
  fit.drifts = best.log_density - density(still) > std::log(static_cast<double>(series.bins()));
  if (fit.drifts) {
    auto const points =
        sample_posterior(density, best.at, spread, effort_within(most_bin_visits / static_cast<double>(series.bins()), still.size()), seed);
    for (std::size_t i = 0; i < draws; ++i) fit.draws.push_back(space.drift(points[i * points.size() / draws]));
  } else {
    FitRandom random(seed);
    for (std::size_t i = 0; i < draws; ++i) fit.draws.push_back({log_mean + log_mean_sd * random.normal(), 0.0, 30.0});
  }
  return fit;
}

LengthDrift median(std::vector<LengthDrift> const& draws) {
  auto const middle = [&](double LengthDrift::*member) {
    std::vector<double> values;
    for (auto const& draw : draws) values.push_back(draw.*member);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  return {middle(&LengthDrift::log_mean_tokens), middle(&LengthDrift::log_sd), middle(&LengthDrift::half_life_minutes)};
}

bool possible(DriftCorrelation const& c) {
  double const a = c.rate_prompt, b = c.rate_completion, d = c.prompt_completion;
  return std::fabs(a) < 1 && std::fabs(b) < 1 && std::fabs(d) < 1 && 1 + 2 * a * b * d - a * a - b * b - d * d > 0;
}

}  // namespace

LengthDriftFit fit_length_drift(BinSeries const& series, RateParameters const& rate, LengthNoise const& noise, std::size_t draws,
                                std::uint64_t seed) {
  OneDrift const prompt = fit_one(series, series.prompt_tokens, noise.prompt_variation, draws, seed);
  OneDrift const completion = fit_one(series, series.completion_tokens, noise.completion_variation, draws, seed + 1);
  LengthDriftFit fit{prompt.drifts, completion.drifts, prompt.drifts || completion.drifts, {}};
  LengthDynamics const middle{median(prompt.draws), median(completion.draws), {}};
  bool const both = prompt.drifts && completion.drifts;
  auto const correlation = [&](std::span<double const> at) {
    return DriftCorrelation{prompt.drifts ? at[0] : 0.0, completion.drifts ? at[prompt.drifts ? 1 : 0] : 0.0, both ? at[2] : 0.0};
  };
  std::vector<Point> points;
  if (fit.correlated) {
    LogDensity const density = [&](std::span<double const> at) {
      LengthDynamics tied = middle;
      tied.correlation = correlation(at);
      return possible(tied.correlation) ? joint_log_likelihood(series, rate, tied, noise) : nothing;
    };
    Point const none(both ? 3 : 1, 0.0), spread(none.size(), 0.15);
    Peak const peak = climb(density, none, spread, 100);
    points =
        sample_posterior(density, peak.at, spread, effort_within(0.7 * most_bin_visits / static_cast<double>(series.bins()), none.size()), seed + 2);
  }
  for (std::size_t i = 0; i < draws; ++i)
    fit.draws.push_back({prompt.draws[i], completion.draws[i], points.empty() ? DriftCorrelation{} : correlation(points[i * points.size() / draws])});
  return fit;
}

LogFactors smoothed_log_factors(BinSeries const& series, std::vector<double> const& tokens, LengthDrift const& drift, double variation) {
  std::vector<FilterStep> path;
  length_log_likelihood(series, tokens, drift, variation, &path);
  double const phi = persistence(drift.half_life_minutes, series.bin_minutes);
  double const s = drift.log_sd;
  LogFactors factors{std::vector<double>(path.size()), std::vector<double>(path.size()), s};
  double mean = 0, variance = 0;
  for (std::size_t bin = path.size(); bin-- > 0;) {
    auto const& here = path[bin];
    if (bin + 1 == path.size()) {
      mean = here.mean;
      variance = here.variance;
    } else {
      auto const& next = path[bin + 1];
      double const gain = here.variance * phi / next.variance_before;
      mean = here.mean + gain * (mean - next.mean_before);
      variance = here.variance + gain * gain * (variance - next.variance_before);
    }
    factors.mean[bin] = s * mean - 0.5 * s * s;
    factors.variance[bin] = s * s * variance;
  }
  return factors;
}

double variation_from_sums(BinSeries const& series, std::vector<double> const& tokens) {
  double sum = 0, weights = 0;
  for (std::size_t i = 1; i < series.bins(); ++i) {
    double const before = series.requests[i - 1], now = series.requests[i];
    if (before <= 0 || now <= 0 || tokens[i - 1] <= 0 || tokens[i] <= 0) continue;
    double const change = std::log(tokens[i] / now) - std::log(tokens[i - 1] / before);
    sum += change * change;
    weights += 1 / before + 1 / now;
  }
  return weights > 0 ? std::max(sum / weights, 1e-3) : 1.0;
}

}  // namespace fleetcast
