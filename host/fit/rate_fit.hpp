/// Arrivals of a record, fitted: base rate and profile, drift, bursts, silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "posterior.hpp"
#include "traffic_model.hpp"

namespace fleetcast {

/// The longest mean silence that a sweep can hold.
inline constexpr double longest_silence_minutes = 7 * 1440;

/// Which parts of the rate's model a fit holds.
struct RateStructure {
  std::size_t drift_scales = 1;
  bool silence = false;
  bool daily = false;
  enum class Week { none, weekend, weekdays } week = Week::none;  ///< a factor for Saturday and Sunday, or one for each day
};

/// The model with its parameters as coordinates of a point, and what is held of them before the record is seen.
///
/// Weak priors, stated: log rate flat; log-sds exponential with mean 0.35, the burst cv with mean 0.5; log half-lives flat between a bin
/// and twice the record's length, in ascending order; silence share flat, its log length flat between a bin and the same, or a week; the daily
/// amplitude flat over the disc of amplitudes and peaks; log weekday factors normal with sd 1. The likelihood is raised to the power
/// n/(n + 10), n the number of bins: a short record is believed a little less than wholly, as the t distribution does for a mean
/// (without it 90% bands of half an hour hold 88%), a day of minutes to 99%.
class RateSpace {
 public:
  RateSpace(BinSeries const& series, RateStructure const& structure);

  RateStructure const& structure() const { return structure_; }
  std::size_t dimensions() const;
  /// What the record's plain moments suggest for one drift scale and bursts.
  /// @param half_life_position  of the half-life between a bin (0) and the record's length (1), by logarithms
  RateParameters start(double half_life_position) const;
  /// The same where empty bins are silences, and moments are those of the others.
  RateParameters start_with_silence(double half_life_position) const;
  /// Share of bins without requests.
  double empty_share() const { return empty_share_; }
  /// Coordinates of parameters that have as many drift scales as the structure.
  Point point(RateParameters const& rate) const;
  /// Rough scale of each coordinate's uncertainty.
  Point spread() const;
  RateParameters parameters(std::span<double const> at) const;
  /// ln of likelihood times prior.
  double log_posterior(std::span<double const> at) const;

 private:
  double log_prior(std::span<double const> at, RateParameters const& rate) const;

  BinSeries const& series_;
  RateStructure structure_;
  double mean_per_minute_ = 0;
  double residual_variation_ = 0;  ///< cv of the counts without Poisson noise
  double empty_share_ = 0;
  double trust_ = 1;  ///< power of the likelihood
};

/// A fitted rate: a structure, and draws from the posterior of its parameters.
struct RateFit {
  RateStructure structure;
  std::vector<RateParameters> draws;  ///< equally likely
};

/// Chooses the structure by penalized likelihood and samples the posterior.
/// @param draws  how many are kept
RateFit fit_rate(BinSeries const& series, std::size_t draws, std::uint64_t seed);

}  // namespace fleetcast
