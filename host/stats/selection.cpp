#include "selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "cost_difference.hpp"
#include "critical_counts.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

namespace {

/// Cells a cell's cost is compared with, at most: the cheapest exclude most, and among near ones those that move alike.
constexpr std::size_t most_incumbents = 16;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// Numbers of realizations that decide whether a cell keeps the promise, and the width of its cost's bound.
struct Thresholds {
  std::uint64_t chosen_from;       ///< met at least as often: surely keeps it, at α/m
  std::uint64_t incumbent_from;    ///< the same at (α/4)/m
  std::uint64_t infeasible_below;  ///< met less often: surely does not, at (α/2)/m
  double t;                        ///< for one-sided bounds on cost at (α/4)/m
};

/// Thresholds by number of realizations: the same for all cells unless some were given up early.
class ThresholdsOf {
 public:
  ThresholdsOf(CellTallies const& tallies, SelectionRule const& rule, std::span<std::uint64_t const> cells)
      : p_(rule.reliability), each_(rule.alpha / static_cast<double>(rule.family_size > 0 ? rule.family_size : count_valid(tallies, cells))) {}

  Thresholds const& operator()(std::uint64_t n) {
    auto const [at, is_new] = known_.try_emplace(n);
    if (is_new)
      at->second = {surely_feasible_from(n, p_, each_), surely_feasible_from(n, p_, each_ / 4), surely_infeasible_below(n, p_, each_ / 2),
                    one_sided_t(n, each_ / 4)};
    return at->second;
  }

  /// Realizations that prove the promise where all of them meet the objective.
  std::uint64_t needed() const { return realizations_to_prove(p_, each_); }

 private:
  double p_, each_;
  std::map<std::uint64_t, Thresholds> known_;
};

/// The cheapest of the valid cells that pass a test; at equal cost the one that keeps its promise more often.
std::optional<std::uint64_t> cheapest_of(CellTallies const& tallies, std::span<std::uint64_t const> met, std::span<std::uint64_t const> cells,
                                         auto passes) {
  std::optional<std::uint64_t> best;
  auto const order = [&](std::uint64_t cell) { return std::tuple(mean_cost_usd(tallies, cell), -share_of_realizations(tallies, met, cell), cell); };
  for (std::uint64_t const cell : cells)
    if (tallies.stayed(cell) && passes(cell) && (!best || order(cell) < order(*best))) best = cell;
  return best;
}

/// One selection under way.
class Choice {
 public:
  Choice(CellTallies const& tallies, SelectionRule const& rule, std::span<std::uint64_t const> cells)
      : tallies_(tallies), cells_(cells), thresholds_(tallies, rule, cells) {
    selection_.standing.assign(cells.size(), Standing::invalid);
    selection_.chosen = cheapest_that_surely_keeps(tallies, tallies.met, rule, cells);
  }

  Selection make() {
    judge_promises();
    if (!incumbents_.empty()) judge_costs();
    count();
    find_limiting();
    return std::move(selection_);
  }

 private:
  double t(CostLine const& x, CostLine const& y) { return thresholds_(std::min(x.realizations, y.realizations)).t; }

  void judge_promises() {
    bool any = false;
    bool provable = false;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::uint64_t const cell = cells_[i];
      if (tallies_.valid[cell] == 0) continue;
      if (!tallies_.stayed(cell)) {  // the race's statement stands: its α was spent then
        selection_.standing[i] = tallies_.left(cell) == LeftRace::infeasible ? Standing::infeasible : Standing::dearer;
        continue;
      }
      any = true;
      Thresholds const& from = thresholds_(tallies_.realizations[cell]);
      std::uint64_t const met = tallies_.met[cell];
      selection_.standing[i] = cell == selection_.chosen     ? Standing::best
                               : met < from.infeasible_below ? Standing::infeasible
                                                             : Standing::not_excluded;
      if (met >= from.incumbent_from) incumbents_.push_back(cost_line(tallies_, cell));
      provable |= from.chosen_from <= tallies_.realizations[cell];
    }
    if (any && !provable) selection_.realizations_needed = thresholds_.needed();
  }

  void judge_costs() {
    std::size_t const kept = std::min(most_incumbents, incumbents_.size());
    std::partial_sort(incumbents_.begin(), incumbents_.begin() + static_cast<std::ptrdiff_t>(kept), incumbents_.end(),
                      [](CostLine const& a, CostLine const& b) { return a.mean_usd < b.mean_usd; });
    incumbents_.resize(kept);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (selection_.standing[i] != Standing::not_excluded) continue;
      CostLine const line = cost_line(tallies_, cells_[i]);
      bool const dearer = std::any_of(incumbents_.begin(), incumbents_.end(), [&](CostLine const& incumbent) {
        double const margin = line.mean_usd - incumbent.mean_usd;
        return margin > 0.0 && margin > t(line, incumbent) * difference_std_error_usd(line, incumbent);
      });
      if (dearer) selection_.standing[i] = Standing::dearer;
    }
  }

  void count() {
    auto const of = [&](Standing standing) {
      return static_cast<std::uint64_t>(std::count(selection_.standing.begin(), selection_.standing.end(), standing));
    };
    selection_.best = of(Standing::best);
    selection_.not_excluded = of(Standing::not_excluded);
    selection_.infeasible = of(Standing::infeasible);
    selection_.dearer = of(Standing::dearer);
  }

  /// Larger for cells that leave more open.
  double openness(std::uint64_t cell, std::optional<CostLine> const& chosen) {
    if (!chosen) return share_of_realizations(tallies_, tallies_.met, cell);
    CostLine const line = cost_line(tallies_, cell);
    double const quantile = t(line, *chosen);
    return chosen->mean_usd - line.mean_usd + (std::isinf(quantile) ? infinite : quantile * difference_std_error_usd(line, *chosen));
  }

  void find_limiting() {
    std::optional<CostLine> const chosen = selection_.chosen ? std::optional(cost_line(tallies_, *selection_.chosen)) : std::nullopt;
    double most = -infinite;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (selection_.standing[i] != Standing::not_excluded) continue;
      double const open = openness(cells_[i], chosen);
      if (open > most || !selection_.limiting) {
        most = open;
        selection_.limiting = cells_[i];
      }
    }
    if (selection_.limiting) selection_.largest_saving_usd = chosen ? std::max(0.0, most) : infinite;
  }

  CellTallies const& tallies_;
  std::span<std::uint64_t const> cells_;
  ThresholdsOf thresholds_;
  Selection selection_;
  std::vector<CostLine> incumbents_;  ///< cells that surely keep the promise, at (α/4)/m
};

}  // namespace

std::uint64_t count_valid(CellTallies const& tallies, std::span<std::uint64_t const> cells) {
  return static_cast<std::uint64_t>(std::count_if(cells.begin(), cells.end(), [&](std::uint64_t cell) { return tallies.valid[cell] != 0; }));
}

std::optional<std::uint64_t> cheapest_that_surely_keeps(CellTallies const& tallies, std::span<std::uint64_t const> met, SelectionRule const& rule,
                                                        std::span<std::uint64_t const> cells) {
  ThresholdsOf thresholds(tallies, rule, cells);
  return cheapest_of(tallies, met, cells, [&](std::uint64_t cell) { return met[cell] >= thresholds(tallies.realizations[cell]).chosen_from; });
}

std::optional<std::uint64_t> cheapest_by_estimate(CellTallies const& tallies, std::span<std::uint64_t const> met, SelectionRule const& rule,
                                                  std::span<std::uint64_t const> cells) {
  return cheapest_of(tallies, met, cells, [&](std::uint64_t cell) {
    return static_cast<double>(met[cell]) >= rule.reliability * static_cast<double>(tallies.realizations[cell]);
  });
}

Selection select(CellTallies const& tallies, SelectionRule const& rule, std::span<std::uint64_t const> cells) {
  return Choice(tallies, rule, cells).make();
}

}  // namespace fleetcast
