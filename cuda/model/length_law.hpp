/// Token-length laws as quantile tables, built with portable arithmetic, their errors declared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "exponential.cuh"
#include "records.cuh"
#include "special_functions.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// How far a table's law is from the law it stands for.
struct LawErrors {
  double ks_distance;     ///< largest difference of the distribution functions
  double mean_error;      ///< relative
  double variance_error;  ///< relative
};
inline constexpr LawErrors largest_law_errors{1e-4, 2e-5, 5e-4};

/// quantile_table_size equally likely lengths, ascending.
struct LengthTable {
  std::vector<std::uint32_t> lengths;
  double mean = 0;
  double variance = 0;
  LawErrors errors{};
};

/// One log-normal of a mixture.
struct LogNormalPart {
  double weight;
  double median;
  double sigma;
};

/// Log-normal lengths, or a mixture of such, rounded to integers: P(K = k) = F(k+½) - F(k-½), tails added to `least` and `most`.
///
/// Each cell of the table takes an integer between its own quantiles, so the distribution function is met within a
/// cell; rounding is carried from cell to cell, so the mean is met; the longest cells are lengthened at the cost of those below
/// until the variance is met as far as their quantiles allow.
class LogNormalTableBuilder {
 public:
  LogNormalTableBuilder(double median, double sigma, std::uint32_t least, std::uint32_t most)
      : LogNormalTableBuilder(std::vector{LogNormalPart{1.0, median, sigma}}, least, most) {}

  /// @param parts  weights positive; only their ratios count
  LogNormalTableBuilder(std::vector<LogNormalPart> const& parts, std::uint32_t least, std::uint32_t most) : least_(least), most_(most) {
    double total = 0.0;
    for (auto const& part : parts) total += part.weight;
    for (auto const& part : parts) parts_.push_back({part.weight / total, logarithm<ScalarDrawLane>(part.median), part.sigma});
  }

  LengthTable build() {
    find_cells();
    round_with_carry();
    spread_longest();
    measure();
    return std::move(table_);
  }

 private:
  static constexpr double cells = quantile_table_size;

  struct Cell {
    double mean;
    std::uint32_t low, high;
  };

  double distribution(std::uint32_t k) const {
    if (k >= most_) return 1.0;
    double const log_edge = logarithm<ScalarDrawLane>(static_cast<double>(k) + 0.5);
    double below = 0.0;
    for (auto const& part : parts_) below += part.share * normal_cdf((log_edge - part.log_median) / part.sigma);
    return below;
  }

  /// Cuts the law into equally likely cells; sums the target's moments on the way.
  void find_cells() {
    cells_.assign(quantile_table_size, {0.0, most_, 0});
    cumulative_.resize(most_ - least_ + 1);
    double below = 0.0;
    double square = 0.0;
    std::size_t cell = 0;
    for (std::uint32_t k = least_;; ++k) {
      double const upto = distribution(k);
      cumulative_[k - least_] = upto;
      target_mean_ += (upto - below) * k;
      square += (upto - below) * k * k;
      double from = below * cells;
      double const to = upto * cells;
      while (from < to && cell < quantile_table_size) {
        double const edge = std::min(to, static_cast<double>(cell + 1));
        auto& c = cells_[cell];
        c.mean += (edge - from) * k;
        c.low = std::min(c.low, k);
        c.high = std::max(c.high, k);
        from = edge;
        if (edge == static_cast<double>(cell + 1)) ++cell;
      }
      below = upto;
      if (k == most_) break;
    }
    target_variance_ = square - target_mean_ * target_mean_;
  }

  void round_with_carry() {
    table_.lengths.resize(quantile_table_size);
    double carry = 0.0;
    for (std::size_t i = 0; i < quantile_table_size; ++i) {
      double const wish = cells_[i].mean + carry;
      double const nearest = round_to_integer<ScalarDrawLane>(wish);
      double const length = std::clamp(nearest, static_cast<double>(cells_[i].low), static_cast<double>(cells_[i].high));
      carry = wish - length;
      table_.lengths[i] = static_cast<std::uint32_t>(length);
    }
  }

  /// Lengthens the longest cells and shortens those below them by as much in all: variance is added, the mean stays.
  void spread_longest() {
    moments();
    double missing = (target_variance_ - table_.variance) * cells;
    double const enough = 1e-6 * target_variance_ * cells;
    for (std::size_t top = quantile_table_size - 1; top > quantile_table_size / 2 && missing > enough; --top) {
      std::uint32_t low = 0;
      std::uint32_t high = cells_[top].high - table_.lengths[top];
      while (low < high) {  // the largest move that does not add too much
        std::uint32_t const middle = high - (high - low) / 2;
        double const gain = move_up(top, middle, false);
        (gain >= 0.0 && gain <= missing ? low : high) = gain >= 0.0 && gain <= missing ? middle : middle - 1;
      }
      missing -= move_up(top, low, true);
    }
  }

  /// What lengthening cell `top` by `move` tokens, taken from the cells below, adds to the sum of squares; -1 if they have
  /// not as much to give.
  double move_up(std::size_t top, std::uint32_t move, bool apply) {
    double gain = static_cast<double>(move) * (2.0 * table_.lengths[top] + move);
    std::uint32_t left = move;
    for (std::size_t i = top; i-- > 0 && left > 0;) {
      std::uint32_t& length = table_.lengths[i];
      std::uint32_t const given = std::min(left, length - cells_[i].low);
      gain -= static_cast<double>(given) * (2.0 * length - given);
      left -= given;
      if (apply) length -= given;
    }
    if (apply) table_.lengths[top] += move;
    return left == 0 ? gain : -1.0;
  }

  void moments() {
    double sum = 0.0;
    double square = 0.0;
    for (std::uint32_t const length : table_.lengths) {
      sum += length;
      square += static_cast<double>(length) * length;
    }
    table_.mean = sum / cells;
    table_.variance = square / cells - table_.mean * table_.mean;
  }

  void measure() {
    moments();
    double worst = 0.0;
    std::size_t counted = 0;
    for (std::uint32_t k = least_; k <= most_; ++k) {
      while (counted < table_.lengths.size() && table_.lengths[counted] <= k) ++counted;
      worst = std::max(worst, std::fabs(static_cast<double>(counted) / cells - cumulative_[k - least_]));
      if (k == most_) break;
    }
    auto const relative = [](double got, double wanted) { return wanted > 0.0 ? std::fabs(got - wanted) / wanted : std::fabs(got - wanted); };
    // variances below a hundredth of a token² are rounding, not spread
    table_.errors = {worst, relative(table_.mean, target_mean_), target_variance_ < 0.01 ? 0.0 : relative(table_.variance, target_variance_)};
  }

  struct Part {
    double share, log_median, sigma;
  };
  std::vector<Part> parts_;
  std::uint32_t least_, most_;
  std::vector<Cell> cells_;
  std::vector<double> cumulative_;
  double target_mean_ = 0;
  double target_variance_ = 0;
  LengthTable table_;
};

}  // namespace fleetcast::inline FLEETCAST_ISA
