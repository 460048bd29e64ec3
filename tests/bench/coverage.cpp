#include "coverage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "host/engine/backend.hpp"
#include "host/engine/runner.hpp"
#include "host/stats/baseline_difference.hpp"
#include "host/stats/control_variate.hpp"
#include "host/stats/cost_difference.hpp"
#include "host/stats/decision_scope.hpp"
#include "host/stats/histogram_estimates.hpp"
#include "host/stats/pareto_front.hpp"
#include "host/stats/quantities.hpp"
#include "host/stats/selection.hpp"
#include "host/stats/tally_estimates.hpp"

namespace fleetcast {

namespace {

constexpr double confidence = 0.95;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t tile_bytes = 16U << 20;

/// Realizations of the plan with a seed of their own, and what is estimated from them.
class Sample {
 public:
  Sample(Plan plan, std::uint64_t seed, std::uint64_t realizations, int threads)
      : plan_(reseeded(std::move(plan), seed, realizations)),
        sums_(run(plan_, threads)),
        tallies_(tally(plan_, sums_)),
        estimates_(tallies_, confidence),
        statistics_(plan_, sums_) {}
  Sample(Sample const&) = delete;
  Sample& operator=(Sample const&) = delete;

  CellTallies const& tallies() const { return tallies_; }
  TallyEstimates& estimates() { return estimates_; }
  CellStatistics const& statistics() const { return statistics_; }

  QuantileEstimate cost_quantile(double q, std::uint64_t cell) const {
    double const usd = tallies_.usd[cell];
    QuantileEstimate const e = quantile_interval(billed(cell), plan_.billed_bins, q, confidence, outermost(cell));
    return {usd * e.value, usd * e.low, usd * e.high};
  }
  Estimate cost_tail(double q, std::uint64_t cell) const {
    return scaled(tail_mean(billed(cell), plan_.billed_bins, q, confidence, outermost(cell)), tallies_.usd[cell]);
  }

 private:
  static Plan reseeded(Plan plan, std::uint64_t seed, std::uint64_t realizations) {
    plan.seed = seed;
    plan.realizations = static_cast<std::uint32_t>(realizations);
    plan.band_realizations = 1;
    return plan;
  }
  static SweepSums run(Plan const& plan, int threads) {
    std::atomic<bool> const never{false};
    auto const backend = make_cpu_backend(plan, threads, {}, tile_bytes);
    return run_plan(
               plan, *backend, never, [](Progress const&) {}, nullptr)
        .sums;
  }
  std::span<std::uint32_t const> billed(std::uint64_t cell) const {
    std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
    return {sums_.cells[plan_.scenario_of(cell)].billed_histogram(slot), plan_.billed_bins.count};
  }
  Outermost outermost(std::uint64_t cell) const {
    CellSums const& sums = sums_.cells[plan_.scenario_of(cell)];
    std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
    auto const billed = static_cast<std::uint32_t>(Entry::billed_replica_ticks);
    return {static_cast<double>(sums.smallest(billed, slot)), static_cast<double>(sums.largest(billed, slot))};
  }

  Plan plan_;
  SweepSums sums_;
  CellTallies tallies_;
  TallyEstimates estimates_;
  CellStatistics statistics_;
};

/// A kind of interval, and the estimate whose mean in the truth's realizations it has to hold.
struct Kind {
  char const* name;
  Promise promise;
  bool of_share;
  std::function<Estimate(Sample&, std::uint64_t)> estimate;
};

/// What would come of taking a cell's minutes for its sample.
Estimate minutes_as_sample(Sample& sample, std::uint64_t cell) {
  CellTallies const& t = sample.tallies();
  double const minutes = static_cast<double>(t.realizations[cell]) * t.ledger_ticks;
  double const share = static_cast<double>(t.violated_ticks[cell]) / minutes;
  double const error = std::sqrt(share * (1.0 - share) / minutes);
  return {share, error, share - 1.96 * error, share + 1.96 * error};
}

std::vector<Kind> kinds() {
  auto const of = [](Quantity q) { return [q](Sample& s, std::uint64_t cell) { return s.statistics().of(q, cell).estimate; }; };
  auto const quantile = [](double q) {
    return [q](Sample& s, std::uint64_t cell) {
      QuantileEstimate const e = s.cost_quantile(q, cell);
      return Estimate{e.value, 0, e.low, e.high};
    };
  };
  auto const difference = [](Estimate BaselineDifference::*which) {
    return [which](Sample& s, std::uint64_t cell) {
      // the baseline differs from itself by nothing, surely: no interval to judge
      if (s.tallies().baseline->cell[cell] == cell) return Estimate{nan, nan, nan, nan};
      return difference_to_baseline(s.tallies(), s.estimates(), cell).*which;
    };
  };
  return {
      {"cost", Promise::about, false, of(Quantity::cost_usd)},
      {"cost, work as control variate", Promise::about, false,
       [](Sample& s, std::uint64_t cell) { return cost_with_known_work(s.tallies(), confidence, cell).usd; }},
      {"cost less the baseline's", Promise::about, false, difference(&BaselineDifference::cost_usd)},
      {"median cost", Promise::at_least, false, quantile(0.5)},
      {"95% quantile of cost", Promise::at_least, false, quantile(0.95)},
      {"mean of the worst 5% of cost", Promise::at_least, false, [](Sample& s, std::uint64_t cell) { return s.cost_tail(0.95, cell); }},
      {"violated minutes", Promise::about, true, of(Quantity::violated_share)},
      {"violated requests", Promise::about, true, of(Quantity::violated_request_share)},
      {"longest violation", Promise::about, true, of(Quantity::longest_violation_minutes)},
      {"violated minutes less the baseline's", Promise::at_least, true, difference(&BaselineDifference::violated_share)},
      {"violated requests less the baseline's", Promise::at_least, true, difference(&BaselineDifference::violated_request_share)},
      {"objective met", Promise::at_least, false, [](Sample& s, std::uint64_t cell) { return s.estimates().objective_met(cell); }},
      {"violated minutes, minutes as the sample", Promise::naive, true, minutes_as_sample},
  };
}

/// Truths that repeats are held against.
struct Truth {
  std::vector<std::vector<double>> means;  ///< [kind][cell]
  std::vector<TrueCell> cells;
  std::vector<double> reliabilities;                   ///< the sweep's, and one that a cell just misses
  std::vector<std::optional<std::uint64_t>> cheapest;  ///< [reliability], cell that keeps the promise
  std::vector<std::uint64_t> front;                    ///< cells that none beats in cost and promised share
};

std::vector<std::uint64_t> all_cells(CellTallies const& t) {
  std::vector<std::uint64_t> cells(t.cells());
  std::iota(cells.begin(), cells.end(), std::uint64_t{0});
  return cells;
}

Truth find_truth(Sample& sample, std::vector<Kind> const& all_kinds) {
  CellTallies const& t = sample.tallies();
  Truth truth;
  for (Kind const& kind : all_kinds) {
    std::vector<double>& means = truth.means.emplace_back();
    for (std::uint64_t cell = 0; cell < t.cells(); ++cell) means.push_back(kind.estimate(sample, cell).mean);
  }
  for (std::uint64_t cell = 0; cell < t.cells(); ++cell) {
    std::vector<double> settings;
    auto const position = cell_position(t.axes, cell);
    for (std::size_t axis = 0; axis < t.axes.size(); ++axis) settings.push_back(t.axes[axis].values[position[axis]]);
    auto const estimate = [&](Quantity q) { return sample.statistics().of(q, cell).estimate.mean; };
    truth.cells.push_back({settings, estimate(Quantity::cost_usd), estimate(Quantity::violated_share), estimate(Quantity::violated_request_share),
                           share_of_realizations(t, t.met, cell), share_of_realizations(t, t.violating, cell)});
  }
  auto const cells = all_cells(t);
  double missed = 0;
  for (TrueCell const& cell : truth.cells)
    if (cell.met < t.reliability) missed = std::max(missed, cell.met);
  truth.reliabilities = {t.reliability, missed + 0.5 / static_cast<double>(t.realizations[0])};
  for (double const reliability : truth.reliabilities)
    truth.cheapest.push_back(cheapest_by_estimate(t, t.met, {reliability, 1.0 - confidence}, cells));
  truth.front = pareto_front(t, 1.0 - confidence, 0, cells).front;
  return truth;
}

/// What is counted of decisions.
constexpr std::array statements{
    &DecisionCoverage::met_intervals_hold,   &DecisionCoverage::cost_bounds_hold,   &DecisionCoverage::chosen,
    &DecisionCoverage::chosen_keeps_promise, &DecisionCoverage::chosen_is_cheapest, &DecisionCoverage::cheapest_not_excluded,
    &DecisionCoverage::front_not_beaten,     &DecisionCoverage::cells_excluded};

/// Counts over repeats of n realizations.
struct Counts {
  Counts(std::size_t kinds, Truth const& truth)
      : covered(kinds, std::vector<int>(truth.cells.size())), below(covered), open_ended(covered), decisions(truth.reliabilities.size()) {}
  std::vector<std::vector<int>> covered, below, open_ended;  ///< [kind][cell]
  std::vector<DecisionCoverage> decisions;                   ///< [reliability]

  void add(Counts const& other) {
    auto const add_all = [](auto& to, auto const& from) {
      for (std::size_t k = 0; k < to.size(); ++k)
        for (std::size_t c = 0; c < to[k].size(); ++c) to[k][c] += from[k][c];
    };
    add_all(covered, other.covered);
    add_all(below, other.below);
    add_all(open_ended, other.open_ended);
    for (std::size_t r = 0; r < decisions.size(); ++r)
      for (auto const statement : statements) decisions[r].*statement += other.decisions[r].*statement;
  }
};

void judge_intervals(Sample& sample, std::vector<Kind> const& all_kinds, Truth const& truth, Counts& counts) {
  for (std::size_t k = 0; k < all_kinds.size(); ++k)
    for (std::uint64_t cell = 0; cell < truth.cells.size(); ++cell) {
      Estimate const e = all_kinds[k].estimate(sample, cell);
      double const mean = truth.means[k][cell];
      if (!std::isfinite(e.low) || !std::isfinite(e.high))
        ++counts.open_ended[k][cell];
      else if (mean < e.low)
        ++counts.below[k][cell];
      else if (mean <= e.high)
        ++counts.covered[k][cell];
    }
}

bool met_intervals_hold(CellTallies const& t, Truth const& truth) {
  double const each = 1.0 - (1.0 - confidence) / static_cast<double>(t.cells());
  TallyEstimates estimates(t, each);
  for (std::uint64_t cell = 0; cell < t.cells(); ++cell) {
    Estimate const e = estimates.objective_met(cell);
    if (truth.cells[cell].met < e.low || truth.cells[cell].met > e.high) return false;
  }
  return true;
}

bool cost_bounds_hold(CellTallies const& t, Truth const& truth) {
  auto const cells = static_cast<double>(t.cells());
  double const quantile = one_sided_t(t.realizations[0], (1.0 - confidence) / (cells * (cells - 1.0)));
  std::vector<CostLine> lines;
  for (std::uint64_t cell = 0; cell < t.cells(); ++cell) lines.push_back(cost_line(t, cell));
  for (std::size_t x = 0; x < lines.size(); ++x)
    for (std::size_t y = 0; y < lines.size(); ++y) {
      double const least = lines[x].mean_usd - lines[y].mean_usd - quantile * difference_std_error_usd(lines[x], lines[y]);
      if (x != y && truth.cells[x].cost_usd - truth.cells[y].cost_usd < least) return false;
    }
  return true;
}

void judge_decisions(Sample& sample, Truth const& truth, std::size_t r, DecisionCoverage& d) {
  CellTallies const& t = sample.tallies();
  auto const cells = all_cells(t);
  double const reliability = truth.reliabilities[r];
  std::optional<std::uint64_t> const cheapest = truth.cheapest[r];
  Selection const selection = select(t, {reliability, 1.0 - confidence}, cells);
  ParetoFront const front = pareto_front(t, 1.0 - confidence, 0, cells);
  auto const excluded = [&](std::uint64_t cell) {
    return selection.standing[cell] == Standing::infeasible || selection.standing[cell] == Standing::dearer;
  };
  d.met_intervals_hold += met_intervals_hold(t, truth) ? 1 : 0;
  d.cost_bounds_hold += cost_bounds_hold(t, truth) ? 1 : 0;
  d.chosen += selection.chosen ? 1 : 0;
  d.chosen_keeps_promise += !selection.chosen || truth.cells[*selection.chosen].met >= reliability ? 1 : 0;
  d.chosen_is_cheapest += selection.chosen && selection.chosen == cheapest ? 1 : 0;
  d.cheapest_not_excluded += !cheapest || !excluded(*cheapest) ? 1 : 0;
  d.front_not_beaten +=
      std::none_of(truth.front.begin(), truth.front.end(), [&](std::uint64_t cell) { return front.place[cell] == FrontPlace::beaten; }) ? 1 : 0;
  d.cells_excluded += static_cast<double>(selection.excluded());
}

Counts repeat(Plan const& plan, std::vector<Kind> const& all_kinds, Truth const& truth, std::uint64_t realizations, int repeats) {
  Counts counts(all_kinds.size(), truth);
#pragma omp parallel for schedule(dynamic)
  for (int i = 0; i < repeats; ++i) {
    Counts own(all_kinds.size(), truth);
    Sample sample(plan, 1 + static_cast<std::uint64_t>(i), realizations, 1);
    judge_intervals(sample, all_kinds, truth, own);
    for (std::size_t r = 0; r < truth.reliabilities.size(); ++r) judge_decisions(sample, truth, r, own.decisions[r]);
#pragma omp critical
    counts.add(own);
  }
  return counts;
}

KindCoverage coverage_of(Kind const& kind, std::size_t k, Counts const& counts, std::uint64_t realizations, int repeats) {
  KindCoverage out{kind.name, kind.promise, kind.of_share, realizations, {}, {}, {}};
  for (std::size_t cell = 0; cell < counts.covered[k].size(); ++cell) {
    double const finite = repeats - counts.open_ended[k][cell];
    out.covered.push_back(counts.covered[k][cell] / finite);
    out.below.push_back(counts.below[k][cell] / finite);
    out.open_ended.push_back(1.0 - finite / repeats);
  }
  return out;
}

}  // namespace

CoverageStudy study_coverage(Plan const& plan, CoverageOptions const& options) {
  auto const all_kinds = kinds();
  CoverageStudy study;
  Truth truth;
  {
    Sample sample(plan, UINT64_MAX, options.truth_realizations, 0);
    truth = find_truth(sample, all_kinds);
    CellTallies const& t = sample.tallies();
    Estimate const work = sample.estimates().estimator(t.realizations[0]).mean(t.work[0], t.work_square[0], 1.0);
    study.expected_work_error = (work.mean - t.expected_work[0]) / work.std_error;
  }
  study.cells = truth.cells;
  for (std::uint64_t const n : options.realizations) {
    Counts const counts = repeat(plan, all_kinds, truth, n, options.repeats);
    for (std::size_t k = 0; k < all_kinds.size(); ++k) study.kinds.push_back(coverage_of(all_kinds[k], k, counts, n, options.repeats));
    for (std::size_t r = 0; r < truth.reliabilities.size(); ++r) {
      DecisionCoverage d = counts.decisions[r];
      for (auto const statement : statements) d.*statement /= options.repeats;
      d.realizations = n;
      d.reliability = truth.reliabilities[r];
      study.decisions.push_back(d);
    }
  }
  return study;
}

}  // namespace fleetcast
