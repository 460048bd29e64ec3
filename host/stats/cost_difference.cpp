#include "cost_difference.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"
#include "estimate.hpp"

namespace fleetcast {

namespace {

/// A column of sums over realizations, with its squares.
struct Column {
  std::vector<Sum128> const &sum, &square;
};

/// Variances and covariances of means, in USD where they are of costs.
class MeanMoments {
 public:
  MeanMoments(CellTallies const& t, std::uint64_t cell) : t_(t), cell_(cell), n_(t.realizations[cell]) {
    auto const n = static_cast<double>(n_);
    scale_ = 1.0 / (n * (n - 1.0));
    if (!t.baseline || t.valid[t.baseline->cell[cell]] == 0) return;
    std::uint64_t const other = t.baseline->cell[cell];
    if (t.realizations[other] == n_) baseline_ = other;
  }

  std::uint64_t baseline() const { return baseline_; }
  double cost() const {
    return t_.usd[cell_] * t_.usd[cell_] * scale_ * centred_product(n_, t_.billed[cell_], t_.billed[cell_], t_.billed_square[cell_]);
  }
  double baseline_cost() const { return MeanMoments(t_, baseline_).cost(); }
  double cost_with_baseline() const {
    return t_.usd[cell_] * t_.usd[baseline_] * scale_ * centred_product(n_, t_.billed[cell_], t_.billed[baseline_], t_.baseline->billed[cell_]);
  }
  double of(Column const& c) const { return scale_ * centred_product(n_, c.sum[cell_], c.sum[cell_], c.square[cell_]); }
  double cost_with(Column const& c, std::vector<Sum128> const& product) const {
    return t_.usd[cell_] * scale_ * centred_product(n_, t_.billed[cell_], c.sum[cell_], product[cell_]);
  }
  /// Whether the baseline saw the same realizations of the variable, so that its product with it is the product with this cell's.
  bool shares(Column const& c) const { return c.sum[cell_] == c.sum[baseline_] && c.square[cell_] == c.square[baseline_]; }
  double baseline_with(Column const& c, std::vector<Sum128> const& product) const {
    return t_.usd[baseline_] * scale_ * centred_product(n_, t_.billed[baseline_], c.sum[baseline_], product[baseline_]);
  }

 private:
  CellTallies const& t_;
  std::uint64_t cell_, n_;
  std::uint64_t baseline_ = CostLine::no_baseline;
  double scale_;
};

/// Variances below this share of what they are left of are rounding.
constexpr double rounding = 1e-12;

/// Regresses a cost on the baseline's, and what is left on the variable (Gram and Schmidt).
CostLine::Against against(MeanMoments const& moments, Column const& variable, Sum128 sum, Sum128 square, std::vector<Sum128> const& product,
                          std::uint64_t realizations) {
  CostLine::Against out{sum, square, 0, 0, 0};
  double const cost = moments.cost();
  double const spread = moments.of(variable);
  double variable_left = spread;
  double together = moments.cost_with(variable, product);
  double rest = cost;
  int controls = 0;
  if (double const baseline = moments.baseline() == CostLine::no_baseline ? 0.0 : moments.baseline_cost(); baseline > 0.0) {
    ++controls;
    out.with_baseline_usd = moments.cost_with_baseline() / std::sqrt(baseline);
    rest -= out.with_baseline_usd * out.with_baseline_usd;
    if (moments.shares(variable)) {
      double const follows = moments.baseline_with(variable, product) / std::sqrt(baseline);
      variable_left -= follows * follows;
      together -= out.with_baseline_usd * follows;
    } else {
      variable_left = 0;  // how much of it the baseline explains is not known
    }
  }
  if (variable_left > rounding * spread) {
    ++controls;
    out.with_usd = together / std::sqrt(variable_left);
    rest -= out.with_usd * out.with_usd;
  }
  auto const degrees = static_cast<double>(realizations) - 1.0;
  if (rest > rounding * cost && degrees > controls) out.rest_usd = std::sqrt(rest * degrees / (degrees - controls));
  return out;
}

}  // namespace

CostLine cost_line(CellTallies const& t, std::uint64_t cell) {
  CostLine line;
  line.realizations = t.realizations[cell];
  line.mean_usd = t.usd[cell] * (static_cast<double>(t.billed[cell]) / static_cast<double>(line.realizations));
  line.std_error_usd = std::numeric_limits<double>::quiet_NaN();
  if (line.realizations < 2) return line;
  MeanMoments const moments(t, cell);
  line.baseline = moments.baseline();
  line.std_error_usd = std::sqrt(std::max(0.0, moments.cost()));
  line.work = against(moments, {t.work, t.work_square}, t.work[cell], t.work_square[cell], t.billed_work, line.realizations);
  line.reference =
      against(moments, {t.reference, t.reference_square}, t.reference[cell], t.reference_square[cell], t.billed_reference, line.realizations);
  return line;
}

double difference_std_error_usd(CostLine const& x, CostLine const& y) {
  double least = x.std_error_usd + y.std_error_usd;
  if (x.realizations != y.realizations || x.baseline != y.baseline) return least;
  for (auto const member : {&CostLine::work, &CostLine::reference}) {
    auto const& a = x.*member;
    auto const& b = y.*member;
    bool const same = a.sum == b.sum && a.square == b.square;
    double const apart = same ? a.with_usd - b.with_usd : 0.0;
    double const rest = same ? a.rest_usd + b.rest_usd : std::hypot(a.with_usd, a.rest_usd) + std::hypot(b.with_usd, b.rest_usd);
    least = std::min(least, std::hypot(a.with_baseline_usd - b.with_baseline_usd, apart, rest));
  }
  return least;
}

double one_sided_t(std::uint64_t realizations, double tail) {
  if (realizations < fewest_for_intervals) return std::numeric_limits<double>::infinity();
  return boost::math::quantile(boost::math::complement(boost::math::students_t(static_cast<double>(realizations - 1)), tail));
}

}  // namespace fleetcast
