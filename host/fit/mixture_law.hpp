/// Laws of token lengths: mixtures of log-normals, by maximum likelihood.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/model/length_law.hpp"

namespace fleetcast {

/// Most parts a mixture in a workload may have.
inline constexpr std::size_t most_mixture_parts = 4;

/// The integer law P(K = k) = F(k + ½) − F(k − ½), F a mixture of log-normals, tails added to `least` and `most`.
struct MixtureLaw {
  std::vector<LogNormalPart> parts;  ///< by median, weights adding up to 1, every number of six digits
  std::uint32_t least_tokens = 0;
  std::uint32_t most_tokens = 0;
};

/// P(K ≤ k).
double distribution(MixtureLaw const& law, std::uint32_t k);

/// The law of lengths times independent log-normal factors of mean 1 and the given log-sd, without its bounds' effect on them.
MixtureLaw spread_by_drift(MixtureLaw law, double log_sd);

/// A number with the six digits that a workload file shows.
double rounded_to_six_digits(double value);

/// Whether the model's quantile table meets the law within the bounds a run accepts (cuda/model/length_law.hpp).
bool is_tabled(MixtureLaw const& law);

/// Lowers `most_tokens` as little as the table needs; false if nothing helps.
bool cut_until_tabled(MixtureLaw& law);

/// Largest distance between the law's distribution function and that of the lengths.
double ks_distance(MixtureLaw const& law, std::span<std::uint32_t const> ascending);
/// Largest distance between two samples' distribution functions.
double ks_distance(std::span<std::uint32_t const> ascending_a, std::span<std::uint32_t const> ascending_b);

/// Standard errors of one part, from the scores of all lengths (the empirical information matrix).
struct PartErrors {
  double weight = 0, log_median = 0, sigma = 0;
};

struct MixtureFit {
  MixtureLaw law;
  std::vector<PartErrors> errors;  ///< of each part
  double log_likelihood = 0;
};

/// Which lengths are only known to lie beyond a bound.
enum class Tails {
  atoms,     ///< the shortest and the longest length hold what the law has beyond them, as the model's laws do
  censored,  ///< the outer half percent on each side likewise: lengths there are not exact
};

/// Maximum likelihood by expectation maximization over integer cells (of 2% above 50 tokens): what a cell hides of its lengths is
/// taken into account, so that neither rounding nor cells bias the law.
///
/// @param ascending  lengths, at least one
/// @param parts      1 to most_mixture_parts; parts that come out empty are left out
MixtureFit fit_mixture(std::span<std::uint32_t const> ascending, std::size_t parts, Tails tails);

/// The number of parts by Schwarz's criterion.
MixtureFit choose_mixture(std::span<std::uint32_t const> ascending, Tails tails);

}  // namespace fleetcast
