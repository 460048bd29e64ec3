/// Length laws of a trace: a log-normal by maximum likelihood, and the measured pairs themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace.hpp"

namespace fleetcast {

/// The integer law P(K = k) = F(k + ½) − F(k − ½), F log-normal, tails added to `least` and `most`. Median and sigma hold
/// six digits, those a workload file shows, so that what was checked is what is written.
struct LogNormalLaw {
  double median_tokens = 0;
  double sigma = 0;
  std::uint32_t least_tokens = 0;
  std::uint32_t most_tokens = 0;
};

/// P(K ≤ k).
double distribution(LogNormalLaw const& law, std::uint32_t k);

/// Mean and variance of a length, or of a request's whole length.
struct TokenMoments {
  double mean = 0;
  double variance = 0;
};

/// Moments of the law as the model will draw it, from its quantile table.
/// @param law  one that is_tabled accepts
TokenMoments law_moments(LogNormalLaw const& law);

/// Whether the model's quantile table meets the law within the bounds a run accepts (cuda/model/length_law.hpp).
bool is_tabled(LogNormalLaw const& law);

/// Largest distance between the law's distribution function and that of the lengths.
double ks_distance(LogNormalLaw const& law, std::span<std::uint32_t const> lengths);

/// Largest distance between two samples' distribution functions.
double ks_distance(std::span<std::uint32_t const> a, std::span<std::uint32_t const> b);

/// One column of lengths, described and fitted.
struct LengthFit {
  double mean = 0;  ///< tokens, all of these
  double median = 0;
  double p99 = 0;
  std::uint32_t shortest = 0;
  std::uint32_t longest = 0;
  LogNormalLaw law;          ///< `most_tokens` is below `longest` where the table would else be refused
  bool law_tabled = false;   ///< false: no cut makes the model accept the law; only the pairs will do
  double cut_share = 0;      ///< of the uncut law's requests that lie beyond `most_tokens`, if cut
  double log_normal_ks = 0;  ///< of the law, as written, to the trace
  double empirical_ks = 0;   ///< of the pairs file to the trace: 0 unless the trace is longer than most_pairs
};

/// Maximum likelihood on log(max(x, ½)): median exp(mean), sigma the standard deviation (divisor n), within the bounds of
/// the keys (median 0.01 to 1e6, sigma 0.001 to 5). Bounds are the shortest and the longest length; if the model's table
/// then misses the law, `most_tokens` is the largest for which it does not (steps of a tenth down to one that serves, then bisected).
LengthFit fit_lengths(std::span<std::uint32_t const> lengths);

/// Most pairs a workload may name.
inline constexpr std::size_t most_pairs = 1048576;

/// Rows of a trace that stand for it as measured pairs: all of them, or most_pairs evenly spaced ones.
std::vector<std::size_t> pair_rows(std::size_t requests);

/// Mean and variance of prompt + completion over the given rows: their correlation counts.
TokenMoments pair_moments(Trace const& trace, std::span<std::size_t const> rows);

}  // namespace fleetcast
