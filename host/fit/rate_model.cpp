#include "rate_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "moments.hpp"

namespace fleetcast {

namespace {

constexpr double largest_log_sd = 3;
constexpr double smallest_log_sd = 1e-3;  // below it drift is not worth a key
constexpr double largest_burst_cv = 10;
constexpr double shortest_half_life_bins = 0.5;
constexpr double shortest_half_life_minutes = 0.01;  // of the key
constexpr double default_half_life_minutes = 30;
constexpr double negligible = 1e-14;

constexpr std::size_t most_lags = 60;

/// Fills γ(1) … and leaves γ(0) alone.
void fill_drift(RateModel const& model, std::span<double> autocovariance) {
  double const square = model.requests_per_bin * model.requests_per_bin;
  double const phi = std::exp2(-1.0 / model.drift_half_life_bins);
  double log_covariance = model.drift_log_sd * model.drift_log_sd;
  for (std::size_t lag = 1; lag < autocovariance.size(); ++lag) {
    log_covariance *= phi;
    autocovariance[lag] = log_covariance > negligible ? square * std::expm1(log_covariance) : 0.0;
  }
}

double count_variance(RateModel const& m) {
  double const drift = m.drift_log_sd * m.drift_log_sd;
  double const factors = std::expm1(drift) + m.burst_cv * m.burst_cv * std::exp(drift);
  return m.requests_per_bin + m.requests_per_bin * m.requests_per_bin * factors;
}

/// E[c(h)] = (1/n) Σ_t (γ(h) − a_t − a_{t+h} + v), a_t the covariance of x_t with the sample mean, v the mean's variance.
class ShortRecord {
 public:
  explicit ShortRecord(std::size_t bins) : upto_(bins), with_mean_(bins) {}

  /// Writes E[c(0)] … to `expected`.
  void expect(std::span<double const> autocovariance, std::span<double> expected) {
    std::size_t const n = upto_.size();
    auto const bins = static_cast<double>(n);
    std::partial_sum(autocovariance.begin(), autocovariance.begin() + static_cast<std::ptrdiff_t>(n), upto_.begin());
    double sum = 0;
    for (std::size_t t = 0; t < n; ++t) {
      sum += (upto_[t] + upto_[n - 1 - t] - autocovariance[0]) / bins;
      with_mean_[t] = sum;  // a_0 + … + a_t
    }
    double const mean_variance = sum / bins;
    for (std::size_t lag = 0; lag < expected.size(); ++lag) {
      auto const terms = static_cast<double>(n - lag);
      expected[lag] = (terms * (autocovariance[lag] + mean_variance) - 2.0 * with_mean_[n - 1 - lag]) / bins;
    }
  }

 private:
  std::vector<double> upto_, with_mean_;
};

using Point = std::array<double, 2>;  ///< logarithms of drift sd and half-life

/// How far a model's expected autocovariances are from the observed ones, the burst cv chosen to meet the variance.
class Misfit {
 public:
  Misfit(std::span<double const> counts, double bin_minutes)
      : mean_(sample_mean(counts)),
        observed_(sample_autocovariance(counts, std::clamp<std::size_t>(counts.size() / 4, 2, most_lags))),
        expected_(observed_.size()),
        gamma_(counts.size()),
        record_(counts.size()),
        shortest_(std::max(shortest_half_life_bins, shortest_half_life_minutes / bin_minutes)),
        longest_(0.5 * static_cast<double>(counts.size())) {}

  double shortest_half_life() const { return shortest_; }
  double longest_half_life() const { return longest_; }

  RateModel model_at(Point const& point) {
    RateModel model{mean_, std::exp(std::min(point[0], std::log(largest_log_sd))),
                    std::exp(std::clamp(point[1], std::log(shortest_), std::log(longest_))), 0};
    return with_bursts(model);
  }

  RateModel without_drift() { return with_bursts({mean_, 0, shortest_, 0}); }

  double operator()(RateModel const& model) {
    fill_drift(model, gamma_);
    gamma_[0] = count_variance(model);
    record_.expect(gamma_, expected_);
    double sum = 0;
    for (std::size_t lag = 0; lag < observed_.size(); ++lag) {
      // weight 1/lag²: short lags part drift from bursts, long ones repeat each other
      double const off = (observed_[lag] - expected_[lag]) / static_cast<double>(std::max<std::size_t>(lag, 1));
      sum += off * off;
    }
    return sum / (observed_[0] * observed_[0]);
  }
  double operator()(Point const& point) { return (*this)(model_at(point)); }

 private:
  /// E[c(0)] rises with γ(0) by 1 − 1/n: solve for the γ(0) that meets the observed variance.
  RateModel with_bursts(RateModel model) {
    fill_drift(model, gamma_);
    gamma_[0] = 0;
    double of_drift = 0;
    record_.expect(gamma_, {&of_drift, 1});
    double const wanted = (observed_[0] - of_drift) / (1 - 1 / static_cast<double>(gamma_.size()));
    double const drift = model.drift_log_sd * model.drift_log_sd;
    double const factors = (wanted - mean_) / (mean_ * mean_) - std::expm1(drift);
    model.burst_cv = std::min(std::sqrt(std::max(factors * std::exp(-drift), 0.0)), largest_burst_cv);
    return model;
  }

  double mean_;
  std::vector<double> observed_, expected_, gamma_;
  ShortRecord record_;
  double shortest_, longest_;
};

Point best_of_grid(Misfit& misfit) {
  constexpr int half_lives = 20;
  constexpr int log_sds = 16;
  double const shortest = std::log(misfit.shortest_half_life());
  double const longest = std::log(misfit.longest_half_life());
  double const least = std::log(0.01);
  double const most = std::log(largest_log_sd);
  Point best{};
  double least_misfit = std::numeric_limits<double>::infinity();
  for (int i = 0; i < half_lives; ++i)
    for (int j = 0; j < log_sds; ++j) {
      Point const point{least + (most - least) * j / (log_sds - 1), shortest + (longest - shortest) * i / (half_lives - 1)};
      double const here = misfit(point);
      if (here < least_misfit) {
        least_misfit = here;
        best = point;
      }
    }
  return best;
}

/// Nelder and Mead's simplex (1965) in two dimensions, a fixed number of steps.
Point polish(Misfit& misfit, Point const& start) {
  constexpr int steps = 120;
  struct Vertex {
    Point at;
    double misfit;
  };
  auto const vertex = [&](Point const& at) { return Vertex{at, misfit(at)}; };
  std::array<Vertex, 3> simplex{vertex(start), vertex({start[0] + 0.2, start[1]}), vertex({start[0], start[1] - 0.2})};
  auto const rank = [&] { std::stable_sort(simplex.begin(), simplex.end(), [](Vertex const& a, Vertex const& b) { return a.misfit < b.misfit; }); };
  auto const beyond_worst = [&](double stretch) {
    Point at;
    for (std::size_t k = 0; k < 2; ++k) {
      double const centre = 0.5 * (simplex[0].at[k] + simplex[1].at[k]);
      at[k] = centre + stretch * (centre - simplex[2].at[k]);
    }
    return vertex(at);
  };
  rank();
  for (int step = 0; step < steps; ++step) {
    Vertex const reflected = beyond_worst(1.0);
    if (reflected.misfit < simplex[0].misfit) {
      Vertex const expanded = beyond_worst(2.0);
      simplex[2] = expanded.misfit < reflected.misfit ? expanded : reflected;
    } else if (reflected.misfit < simplex[1].misfit) {
      simplex[2] = reflected;
    } else {
      Vertex const contracted = beyond_worst(reflected.misfit < simplex[2].misfit ? 0.5 : -0.5);
      if (contracted.misfit < std::min(reflected.misfit, simplex[2].misfit)) {
        simplex[2] = contracted;
      } else {
        for (std::size_t i = 1; i < 3; ++i)
          simplex[i] = vertex({0.5 * (simplex[i].at[0] + simplex[0].at[0]), 0.5 * (simplex[i].at[1] + simplex[0].at[1])});
      }
    }
    rank();
  }
  return simplex[0].at;
}

}  // namespace

std::vector<double> count_autocovariance(RateModel const& model, std::size_t lags) {
  std::vector<double> autocovariance(lags + 1);
  fill_drift(model, autocovariance);
  autocovariance[0] = count_variance(model);
  return autocovariance;
}

std::vector<double> expected_sample_autocovariance(std::span<double const> autocovariance, std::size_t lags) {
  std::vector<double> expected(lags + 1);
  ShortRecord(autocovariance.size()).expect(autocovariance, expected);
  return expected;
}

std::vector<double> aggregated_autocovariance(std::span<double const> autocovariance, std::size_t bins) {
  std::vector<double> sums(autocovariance.size() / bins);
  for (std::size_t lag = 0; lag < sums.size(); ++lag)
    for (std::size_t i = 0; i < bins; ++i)
      for (std::size_t j = 0; j < bins; ++j) {
        std::size_t const later = lag * bins + i;
        sums[lag] += autocovariance[later > j ? later - j : j - later];
      }
  return sums;
}

RateFit fit_rate(std::span<double const> counts, double bin_minutes) {
  constexpr double near = 1 + 1e-6;
  Misfit misfit(counts, bin_minutes);
  RateModel const still = misfit.without_drift();
  RateModel m = still;
  if (sample_variance(counts) > 0) m = misfit.model_at(polish(misfit, best_of_grid(misfit)));
  RateLimits limits;
  limits.no_drift = m.drift_log_sd < smallest_log_sd || m.drift_half_life_bins <= near * misfit.shortest_half_life() || !(misfit(m) < misfit(still));
  if (limits.no_drift) {
    m = still;
    m.drift_half_life_bins = default_half_life_minutes / bin_minutes;
  }
  limits.drift_at_bound = m.drift_log_sd * near >= largest_log_sd;
  limits.half_life_long = !limits.no_drift && m.drift_half_life_bins * near >= misfit.longest_half_life();
  limits.burst_at_zero = m.burst_cv <= 0;
  limits.burst_at_bound = m.burst_cv * near >= largest_burst_cv;
  return {m, limits};
}

}  // namespace fleetcast
