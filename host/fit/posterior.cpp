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

/// The normal density that bends as another one does at its peak, found by differences over steps that cost about half a log.
class NormalAtPeak {
 public:
  /// @param spread  of the density along each axis, to within some powers of two
  NormalAtPeak(LogDensity const& density, Peak const& peak, std::span<double const> spread) : density_(density), peak_(peak), steps_(peak.at.size()) {
    std::size_t const d = steps_.size();
    Matrix precision(d, Point(d, 0.0));
    for (std::size_t k = 0; k < d; ++k) precision[k][k] = bend_along(k, 0.2 * spread[k]);
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t k = 0; k < j; ++k) precision[j][k] = bend_across(j, k);
    // a density that is no normal may seem to bend upwards in some direction: then axes are trusted more than what lies between them
    for (double trust = 1; !factorize(precision, trust) && trust > 0.05; trust *= 0.8) {
    }
  }

  /// `deviates` independent standard normal ones in, a point out.
  Point point(Point deviates) const {
    std::size_t const d = steps_.size();
    for (std::size_t k = d; k-- > 0;) {
      for (std::size_t j = k + 1; j < d; ++j) deviates[k] -= factor_[j][k] * deviates[j];
      deviates[k] /= factor_[k][k];
    }
    for (std::size_t k = 0; k < d; ++k) deviates[k] += peak_.at[k];
    return deviates;
  }

 private:
  using Matrix = std::vector<Point>;

  double drop(std::size_t j, double by_j, std::size_t k, double by_k) const {
    Point at = peak_.at;
    at[j] += by_j;
    at[k] += by_k;
    return peak_.log_density - density_(at);
  }

  /// Second derivative of the log density along an axis, its sign turned.
  double bend_along(std::size_t k, double step) {
    constexpr double wanted = 0.5;
    double lost = 0;
    for (int tries = 0; tries < 8; ++tries) {
      steps_[k] = step;
      lost = 0.5 * (drop(k, step, k, 0) + drop(k, -step, k, 0));
      if (lost > 0.2 * wanted && lost < 4 * wanted) break;
      step *= lost > 0 ? std::clamp(std::sqrt(wanted / lost), 0.1, 8.0) : 4.0;
    }
    bool const bends = std::isfinite(lost) && lost > 0;
    return bends ? 2 * lost / (steps_[k] * steps_[k]) : 1 / (step * step);
  }

  double bend_across(std::size_t j, std::size_t k) const {
    double const h = steps_[j], g = steps_[k];
    double const together = 0.5 * (drop(j, h, k, g) + drop(j, -h, k, -g) - drop(j, h, k, -g) - drop(j, -h, k, g));
    return std::isfinite(together) ? together / (2 * h * g) : 0.0;
  }

  /// Cholesky's factor of the matrix with what stands off its diagonal times `trust`; false where it has none.
  bool factorize(Matrix const& precision, double trust) {
    std::size_t const d = precision.size();
    factor_.assign(d, Point(d, 0.0));
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t k = 0; k <= j; ++k) {
        double rest = j == k ? precision[j][j] : trust * precision[j][k];
        for (std::size_t i = 0; i < k; ++i) rest -= factor_[j][i] * factor_[k][i];
        if (j == k && !(rest > 0.02 * precision[j][j])) return false;
        factor_[j][k] = j == k ? std::sqrt(rest) : rest / factor_[k][k];
      }
    return true;
  }

  LogDensity const& density_;
  Peak const& peak_;
  Point steps_;
  Matrix factor_;  ///< lower triangular; times its transpose: the precision
};

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
  Peak const top{start, density(start)};
  NormalAtPeak const normal(density, top, spread);
  std::vector<Peak> chain;
  for (std::uint32_t i = 0; i < chains; ++i) {
    Peak peak = top;
    double narrow = 1.2;                                       // tails are longer than a normal's
    for (int tries = 0; tries < 10; ++tries, narrow *= 0.5) {  // stay within the support
      Point deviates(d);
      for (double& deviate : deviates) deviate = narrow * random.normal();
      peak.at = normal.point(std::move(deviates));
      peak.log_density = density(peak.at);
      if (std::isfinite(peak.log_density)) break;
    }
    if (!std::isfinite(peak.log_density)) peak = top;
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
