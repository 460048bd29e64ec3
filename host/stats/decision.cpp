#include "decision.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "tally_estimates.hpp"

namespace fleetcast {

namespace {

std::vector<std::uint64_t> rank(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                                std::span<std::uint64_t const> cells) {
  bool const any_left = selection.best + selection.not_excluded > 0;
  auto const key = [&](std::uint64_t cell) {
    double const met = share_of_realizations(tallies, tallies.met, cell);
    double const cost = mean_cost_usd(tallies, cell);
    bool const keeps = met >= rule.reliability;
    return std::tuple(cell != selection.chosen, !keeps, keeps ? cost : -met, keeps ? -met : mean_promised_share(tallies, cell), cost, cell);
  };
  std::vector<decltype(key(0))> keys;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Standing const standing = selection.standing[i];
    if (any_left ? standing == Standing::best || standing == Standing::not_excluded : standing != Standing::invalid) keys.push_back(key(cells[i]));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint64_t> ranked;
  for (auto const& k : keys) ranked.push_back(std::get<5>(k));
  return ranked;
}

std::vector<ObjectivePrice> objective_prices(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                                             std::span<std::uint64_t const> cells) {
  auto const valid = std::find_if(cells.begin(), cells.end(), [&](std::uint64_t cell) { return tallies.valid[cell] != 0; });
  if (valid == cells.end()) return {};
  double const promised = tallies.objective[*valid];  // an axis of objectives is one of conditions: all cells here share it
  std::vector<ObjectivePrice> prices{{promised, selection.chosen, cheapest_by_estimate(tallies, tallies.met, rule, cells)}};
  auto const& levels = tallies.stricter_objectives;
  SelectionRule shared = rule;
  shared.family_size *= static_cast<std::uint64_t>(std::count_if(levels.begin(), levels.end(), [&](double level) { return level > promised; }));
  for (std::size_t level = 0; level < levels.size(); ++level)
    if (levels[level] > promised)
      prices.push_back({levels[level], cheapest_that_surely_keeps(tallies, tallies.met_at[level], shared, cells),
                        cheapest_by_estimate(tallies, tallies.met_at[level], shared, cells)});
  return prices;
}

ChoiceEffects effects_over(CellTallies const& tallies, DecisionScope const& scope, std::vector<std::size_t> const& choices,
                           std::span<std::uint64_t const> cells) {
  std::vector<std::size_t> shape;
  for (std::size_t const axis : choices) shape.push_back(scope.kept[axis].size());
  std::vector<double> values(cells.size());
  auto const of = [&](auto value) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      values[i] = tallies.valid[cells[i]] != 0 ? value(cells[i]) : std::numeric_limits<double>::quiet_NaN();
    return axis_effects(shape, values);
  };
  return {of([&](std::uint64_t cell) { return mean_cost_usd(tallies, cell); }),
          of([&](std::uint64_t cell) { return mean_promised_share(tallies, cell); }),
          of([&](std::uint64_t cell) { return share_of_realizations(tallies, tallies.met, cell); })};
}

}  // namespace

Decisions decide(CellTallies const& tallies, DecisionScope scope, double reliability, double confidence) {
  Decisions all{std::move(scope), {reliability, 1.0 - confidence, 0}, {}, {}, {}};
  all.choices = all.scope.open_choices(tallies.axes);
  all.conditions = all.scope.open_conditions(tallies.axes);
  auto groups = all.scope.by_condition(tallies.axes);
  for (auto const& group : groups) all.rule.family_size += count_valid(tallies, group.cells);
  for (auto& group : groups) {
    Decision one;
    one.scope = std::move(group);
    auto const& cells = one.scope.cells;
    one.selection = select(tallies, all.rule, cells);
    one.ranked = rank(tallies, all.rule, one.selection, cells);
    one.front = pareto_front(tallies, all.rule.alpha, all.rule.family_size, cells);
    one.prices = objective_prices(tallies, all.rule, one.selection, cells);
    one.effects = effects_over(tallies, all.scope, all.choices, cells);
    one.outlook = outlook(tallies, all.rule, one.selection, cells, indifferent_share);
    all.by_condition.push_back(std::move(one));
  }
  return all;
}

}  // namespace fleetcast
