/// The arrival model of the design (slow log-normal drift, gamma bursts, Poisson noise), fitted to counts in bins.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fleetcast {

/// Arrivals in bins: Poisson with mean m·A·G, A = exp(s·z − s²/2) with z a Gaussian AR(1) that halves its correlation in
/// `drift_half_life_bins`, G gamma with mean 1, one independent draw a bin. A and G are held within a bin, as the model
/// holds them within a tick.
struct RateModel {
  double requests_per_bin = 0;      ///< m
  double drift_log_sd = 0;          ///< s, 0 to 3
  double drift_half_life_bins = 1;  ///< above 0
  double burst_cv = 0;              ///< of G, 0 to 10
};

/// Autocovariances γ(0) … γ(lags) of the counts:
/// γ(h) = m²(e^{s²φ^h} − 1), φ = 2^(−1/half-life); γ(0) = m + m²((1 + cv²)e^{s²} − 1).
std::vector<double> count_autocovariance(RateModel const& model, std::size_t lags);

/// What sample autocovariances (divisor n, sample mean taken off) come out as on average over records of n bins: smaller
/// than γ, below zero at long lags, since a short record takes slow drift for its mean. Exact, linear in γ.
///
/// @param autocovariance  γ(0) … γ(n − 1) of the process
/// @param lags            below n
/// @return                E[c(0)] … E[c(lags)]
std::vector<double> expected_sample_autocovariance(std::span<double const> autocovariance, std::size_t lags);

/// Autocovariances of sums over `bins` neighbouring bins: γ(0) … γ(n − 1) in, floor(n / bins) lags out.
std::vector<double> aggregated_autocovariance(std::span<double const> autocovariance, std::size_t bins);

/// What the record could not tell.
struct RateLimits {
  bool no_drift = false;        ///< drift_log_sd is 0 and the half-life a default: no positive autocovariance, or one gone
                                ///< within half a bin, which bursts carry
  bool drift_at_bound = false;  ///< drift_log_sd stands at its largest value
  bool half_life_long = false;  ///< at half the record: too short a record for its drift
  bool burst_at_zero = false;   ///< counts vary no more than drift and Poisson noise: burst_cv is 0
  bool burst_at_bound = false;  ///< burst_cv stands at its largest value
};

struct RateFit {
  RateModel model;
  RateLimits limits;
};

/// Fits the model by moments: drift and half-life make the expected sample autocovariances of a record this short meet
/// the observed ones (least squares over lags up to a quarter of the record, 60 at most, weights 1/lag²), the burst cv
/// meets the variance. Poisson noise is thereby taken off, and the short record's bias corrected. The half-life is
/// sought from half a bin to half the record. Deterministic: a grid, then Nelder-Mead.
///
/// @param counts             arrivals in bins, fewest_bins at least
/// @param bin_minutes        length of a bin, bounds the half-life to 0.01 min or more
RateFit fit_rate(std::span<double const> counts, double bin_minutes);

}  // namespace fleetcast
