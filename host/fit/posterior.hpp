/// Samples of a density known up to a factor: where it is highest, and how far around there the truth may lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fleetcast {

using Point = std::vector<double>;
/// ln of a density up to a constant; −infinity outside its support.
using LogDensity = std::function<double(std::span<double const>)>;

/// A point and its log density.
struct Peak {
  Point at;
  double log_density = 0;
};

/// Nelder and Mead's simplex (1965), uphill.
/// @param steps        edge of the first simplex along each axis
/// @param evaluations  most calls of the density
Peak climb(LogDensity const& density, Point const& start, std::span<double const> steps, std::size_t evaluations);

/// How hard to try.
struct SamplingEffort {
  std::size_t chains = 16;
  std::size_t generations = 200;  ///< of all chains; the first two fifths are thrown away
};

/// About as many calls of the density as given, at least what the chains need to forget their start.
SamplingEffort effort_within(double evaluations, std::size_t dimensions);

/// Draws from the density by differential evolution Markov chains (ter Braak, Statistics and Computing 16, 2006): each chain moves by
/// the difference of two others, so steps take on the density's own shape, bent or long as it may be.
///
/// The chains begin spread as the normal density that has the same curvature at the peak.
///
/// @param start   a peak of the density
/// @param spread  scale of the density along each axis, within some powers of two
/// @return        states of all chains after the burn-in, in an order without meaning
std::vector<Point> sample_posterior(LogDensity const& density, Point const& start, std::span<double const> spread, SamplingEffort const& effort,
                                    std::uint64_t seed);

}  // namespace fleetcast
