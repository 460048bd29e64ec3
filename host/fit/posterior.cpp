#include "posterior.hpp"

#include <algorithm>
#include <cmath>

#include "fit_random.hpp"

namespace fleetcast {

namespace {

/// Corner `at` seen from the centre, `stretch` times as far away, on the other side where stretch is positive.
Point beyond(Point const& centre, Point const& at, double stretch) {
  Point out(centre.size());
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = centre[k] + stretch * (centre[k] - at[k]);
  return out;
}

}  // namespace

Peak climb(LogDensity const& density, Point const& start, std::span<double const> steps, std::size_t evaluations) {
  std::size_t const d = start.size();
  std::size_t calls = 0;
  auto const corner = [&](Point at) {
    ++calls;
    double const height = density(at);
    return Peak{std::move(at), height};
  };
  std::vector<Peak> simplex{corner(start)};
  for (std::size_t k = 0; k < d; ++k) {
    Point at = start;
    at[k] += steps[k];
    simplex.push_back(corner(std::move(at)));
  }
  auto const rank = [&] {
    std::stable_sort(simplex.begin(), simplex.end(), [](Peak const& a, Peak const& b) { return a.log_density > b.log_density; });
  };
  rank();
  while (calls < evaluations && simplex.front().log_density - simplex.back().log_density > 1e-2) {
    Peak& worst = simplex.back();
    Point centre(d, 0.0);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t k = 0; k < d; ++k) centre[k] += simplex[i].at[k] / static_cast<double>(d);
    Peak const reflected = corner(beyond(centre, worst.at, 1.0));
    if (reflected.log_density > simplex.front().log_density) {
      Peak const expanded = corner(beyond(centre, worst.at, 2.0));
      worst = expanded.log_density > reflected.log_density ? expanded : reflected;
    } else if (reflected.log_density > simplex[d - 1].log_density) {
      worst = reflected;
    } else {
      bool const outside = reflected.log_density > worst.log_density;
      Peak contracted = corner(beyond(centre, worst.at, outside ? 0.5 : -0.5));
      if (contracted.log_density > std::max(reflected.log_density, worst.log_density)) {
        worst = std::move(contracted);
      } else {
        for (std::size_t i = 1; i <= d; ++i) simplex[i] = corner(beyond(simplex.front().at, simplex[i].at, -0.5));
      }
    }
    rank();
  }
  return simplex.front();
}

SamplingEffort effort_within(double evaluations, std::size_t dimensions) {
  std::size_t const chains = std::max<std::size_t>(2 * dimensions + 4, 12);
  return {chains, static_cast<std::size_t>(std::clamp(evaluations / static_cast<double>(chains), 100.0, 700.0))};
}

std::vector<Point> sample_posterior(LogDensity const& density, Point const& start, std::span<double const> spread, SamplingEffort const& effort,
                                    std::uint64_t seed) {
  FitRandom random(seed);
  std::size_t const d = start.size();
  auto const chains = static_cast<std::uint32_t>(effort.chains);
  std::vector<Peak> chain;
  double const start_density = density(start);
  for (std::uint32_t i = 0; i < chains; ++i) {
    Peak peak{start, start_density};
    double narrow = 1;
    for (int tries = 0; tries < 10; ++tries, narrow *= 0.5) {  // stay within the support
      for (std::size_t k = 0; k < d; ++k) peak.at[k] = start[k] + narrow * spread[k] * random.normal();
      peak.log_density = density(peak.at);
      if (std::isfinite(peak.log_density)) break;
    }
    if (!std::isfinite(peak.log_density)) peak = {start, start_density};
    chain.push_back(std::move(peak));
  }
  std::size_t const burn_in = effort.generations * 2 / 5;
  double const usual_step = 2.38 / std::sqrt(2.0 * static_cast<double>(d));
  std::vector<Point> draws;
  draws.reserve((effort.generations - burn_in) * chains);
  for (std::size_t generation = 0; generation < effort.generations; ++generation) {
    double const step = generation % 10 == 9 ? 1.0 : usual_step;  // now and then a jump from mode to mode
    for (std::uint32_t i = 0; i < chains; ++i) {
      std::uint32_t a = random.below(chains - 1), b = random.below(chains - 2);
      if (a >= i) ++a;
      if (b >= std::min(a, i)) ++b;
      if (b >= std::max(a, i)) ++b;
      Point at = chain[i].at;
      for (std::size_t k = 0; k < d; ++k) at[k] += step * (chain[a].at[k] - chain[b].at[k]) + 1e-4 * spread[k] * random.normal();
      double const there = density(at);
      if (there - chain[i].log_density > std::log(random.uniform())) chain[i] = {std::move(at), there};
      if (generation >= burn_in) draws.push_back(chain[i].at);
    }
  }
  return draws;
}

}  // namespace fleetcast
