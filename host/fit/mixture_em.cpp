/// Expectation maximization for mixtures of log-normals seen through cells.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "mixture_law.hpp"

namespace fleetcast {

namespace {

constexpr double least_median = 0.01, most_median = 1e6;
constexpr double least_sigma = 0.001, most_sigma = 5;
constexpr double floor_sigma = 0.01;  // of a part while it is sought: an atom must not swallow the likelihood
constexpr double least_weight = 1e-4;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// Lengths from `low` to `high` (logarithms of the edges), and how many there are.
struct Cell {
  double low, high, count;
};

std::vector<Cell> cells_of(std::span<std::uint32_t const> ascending, Tails tails) {
  std::size_t const n = ascending.size();
  std::size_t const tail = tails == Tails::censored ? n / 200 : 0;
  std::uint32_t const shortest = ascending[tail], longest = ascending[n - 1 - tail];
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < n;) {
    std::uint32_t const first = std::max(ascending[i], shortest);
    std::uint32_t last = first <= shortest || first >= longest ? first : std::max(first, static_cast<std::uint32_t>(first * 1.02));
    if (first < longest) last = std::min(last, longest - 1);
    std::size_t const begin = i;
    if (first >= longest)
      i = n;
    else
      i = static_cast<std::size_t>(std::upper_bound(ascending.begin() + static_cast<std::ptrdiff_t>(i), ascending.end(), last) - ascending.begin());
    cells.push_back(
        {first <= shortest ? -infinite : std::log(first - 0.5), first >= longest ? infinite : std::log(last + 0.5), static_cast<double>(i - begin)});
  }
  return cells;
}

/// A log-normal while it is fitted.
struct Part {
  double weight, mean, sigma;
};

/// What a part has in a cell: probability, and the first two moments of (log length − mean)/sigma times it; the density at the edges.
struct Share {
  double mass, first, second, density_low, density_high, low, high;
};

Share share_of(Part const& part, Cell const& cell) {
  constexpr double root = 0.3989422804014327;  // 1/sqrt(2π)
  auto const at = [&](double edge) { return std::isinf(edge) ? edge : (edge - part.mean) / part.sigma; };
  auto const density = [&](double z) { return std::isinf(z) ? 0.0 : root * std::exp(-0.5 * z * z); };
  auto const tail = [](double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); };
  double const a = at(cell.low), b = at(cell.high);
  // on the side of the smaller tail, so that nothing cancels
  double const mass = a > 0 ? tail(a) - tail(b) : tail(-b) - tail(-a);
  double const at_a = density(a), at_b = density(b);
  double const za = std::isinf(a) ? 0.0 : a, zb = std::isinf(b) ? 0.0 : b;
  return {mass, at_a - at_b, mass + za * at_a - zb * at_b, at_a, at_b, za, zb};
}

class Mixture {
 public:
  Mixture(std::vector<Cell> const& cells, std::span<std::uint32_t const> ascending, std::size_t parts) : cells_(cells) {
    auto const log_at = [&](double share) {
      auto const at = static_cast<std::size_t>(share * static_cast<double>(ascending.size() - 1));
      return std::log(std::max(static_cast<double>(ascending[at]), 0.5));
    };
    double const spread = std::max(0.39 * (log_at(0.9) - log_at(0.1)), 0.05);
    auto const k = static_cast<double>(parts);
    for (std::size_t j = 0; j < parts; ++j)
      parts_.push_back({1 / k, log_at((static_cast<double>(j) + 0.5) / k), std::max(spread * (parts == 1 ? 1.0 : 1.2 / std::sqrt(k)), floor_sigma)});
    for (auto const& cell : cells_) total_ += cell.count;
  }

  void climb() {
    double before = -infinite;
    for (int round = 0; round < 400; ++round) {
      improve();
      if (log_likelihood_ - before < 1e-9 * total_ && round > 5) break;
      before = log_likelihood_;
    }
    std::erase_if(parts_, [](Part const& part) { return part.weight < least_weight; });
    std::sort(parts_.begin(), parts_.end(), [](Part const& a, Part const& b) { return a.mean < b.mean; });
    improve();
  }

  double log_likelihood() const { return log_likelihood_; }
  std::vector<Part> const& parts() const { return parts_; }
  std::vector<PartErrors> errors() const;

 private:
  /// One round: shares of every part in every cell, then each part's moments.
  void improve() {
    std::vector<std::array<double, 3>> sums(parts_.size(), std::array<double, 3>{});
    std::vector<Share> shares(parts_.size());
    log_likelihood_ = 0;
    for (auto const& cell : cells_) {
      double mass = 0;
      for (std::size_t j = 0; j < parts_.size(); ++j) {
        shares[j] = share_of(parts_[j], cell);
        mass += parts_[j].weight * shares[j].mass;
      }
      mass = std::max(mass, 1e-300);
      log_likelihood_ += cell.count * std::log(mass);
      for (std::size_t j = 0; j < parts_.size(); ++j) {
        double const scale = cell.count * parts_[j].weight / mass;
        sums[j][0] += scale * shares[j].mass;
        sums[j][1] += scale * shares[j].first;
        sums[j][2] += scale * shares[j].second;
      }
    }
    for (std::size_t j = 0; j < parts_.size(); ++j) {
      auto& part = parts_[j];
      part.weight = sums[j][0] / total_;
      if (sums[j][0] < 1e-9) continue;
      double const shift = sums[j][1] / sums[j][0];
      double const variance = std::max(sums[j][2] / sums[j][0] - shift * shift, 0.0);
      part.mean += shift * part.sigma;
      part.sigma = std::clamp(part.sigma * std::sqrt(variance), floor_sigma, most_sigma);
    }
  }

  std::vector<Cell> const& cells_;
  std::vector<Part> parts_;
  double total_ = 0;
  double log_likelihood_ = 0;
};

/// Inverse of a symmetric positive matrix by Gauss-Jordan; rows that hold nothing stay zero.
std::vector<std::vector<double>> inverse(std::vector<std::vector<double>> matrix) {
  std::size_t const n = matrix.size();
  std::vector<std::vector<double>> out(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) out[i][i] = 1;
  for (std::size_t pivot = 0; pivot < n; ++pivot) {
    double const at = matrix[pivot][pivot];
    if (!(at > 1e-300)) continue;
    for (std::size_t column = 0; column < n; ++column) {
      matrix[pivot][column] /= at;
      out[pivot][column] /= at;
    }
    for (std::size_t row = 0; row < n; ++row) {
      double const factor = matrix[row][pivot];
      if (row == pivot || factor == 0) continue;
      for (std::size_t column = 0; column < n; ++column) {
        matrix[row][column] -= factor * matrix[pivot][column];
        out[row][column] -= factor * out[pivot][column];
      }
    }
  }
  return out;
}

/// Coordinates: mean and log sigma of each part, then the weights of all but the last.
std::vector<PartErrors> Mixture::errors() const {
  std::size_t const k = parts_.size(), d = 3 * k - 1;
  std::vector<std::vector<double>> information(d, std::vector<double>(d, 0.0));
  std::vector<Share> shares(k);
  std::vector<double> score(d);
  for (auto const& cell : cells_) {
    double mass = 0;
    for (std::size_t j = 0; j < k; ++j) {
      shares[j] = share_of(parts_[j], cell);
      mass += parts_[j].weight * shares[j].mass;
    }
    if (!(mass > 1e-300)) continue;
    for (std::size_t j = 0; j < k; ++j) {
      double const scale = parts_[j].weight / mass;
      score[2 * j] = scale * (shares[j].density_low - shares[j].density_high) / parts_[j].sigma;
      score[2 * j + 1] = scale * (shares[j].low * shares[j].density_low - shares[j].high * shares[j].density_high);
      if (j + 1 < k) score[2 * k + j] = (shares[j].mass - shares[k - 1].mass) / mass;
    }
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b < d; ++b) information[a][b] += cell.count * score[a] * score[b];
  }
  auto const covariance = inverse(information);
  auto const root = [](double x) { return std::sqrt(std::max(x, 0.0)); };
  std::vector<PartErrors> errors;
  double last_weight = 0;
  for (std::size_t a = 2 * k; a < d; ++a)
    for (std::size_t b = 2 * k; b < d; ++b) last_weight += covariance[a][b];
  for (std::size_t j = 0; j < k; ++j)
    errors.push_back({root(j + 1 < k ? covariance[2 * k + j][2 * k + j] : last_weight), root(covariance[2 * j][2 * j]),
                      parts_[j].sigma * root(covariance[2 * j + 1][2 * j + 1])});
  return errors;
}

}  // namespace

MixtureFit fit_mixture(std::span<std::uint32_t const> ascending, std::size_t parts, Tails tails) {
  auto const cells = cells_of(ascending, tails);
  Mixture mixture(cells, ascending, std::min(parts, cells.size()));
  mixture.climb();
  MixtureFit fit{{{}, ascending.front(), std::max(ascending.back(), 1U)}, mixture.errors(), mixture.log_likelihood()};
  for (auto const& part : mixture.parts())
    fit.law.parts.push_back({rounded_to_six_digits(part.weight), rounded_to_six_digits(std::clamp(std::exp(part.mean), least_median, most_median)),
                             rounded_to_six_digits(std::clamp(part.sigma, least_sigma, most_sigma))});
  return fit;
}

}  // namespace fleetcast
