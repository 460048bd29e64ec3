#include "decision_scope.hpp"

#include <numeric>

namespace fleetcast {

namespace {

/// Moves on to the next combination of positions, the last of the axes fastest; false after the last combination.
bool next(std::vector<std::size_t>& at, std::vector<std::size_t> const& axes, std::vector<std::vector<std::size_t>> const& kept) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (++at[axes[i]] < kept[axes[i]].size()) return true;
    at[axes[i]] = 0;
  }
  return false;
}

}  // namespace

bool is_condition(Axis const& axis) { return axis.is_workload || axis.key.starts_with("sla.") || axis.key == "price.gpu_hour_usd"; }

DecisionScope::DecisionScope(std::vector<Axis> const& axes) {
  for (auto const& axis : axes) {
    kept.emplace_back(axis.values.size());
    std::iota(kept.back().begin(), kept.back().end(), std::size_t{0});
  }
}

bool DecisionScope::is_whole(std::vector<Axis> const& axes) const {
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (kept[i].size() != axes[i].values.size()) return false;
  return true;
}

std::vector<std::size_t> DecisionScope::open_choices(std::vector<Axis> const& axes) const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (!is_condition(axes[i]) && kept[i].size() > 1) open.push_back(i);
  return open;
}

std::vector<std::size_t> DecisionScope::open_conditions(std::vector<Axis> const& axes) const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (is_condition(axes[i]) && kept[i].size() > 1) open.push_back(i);
  return open;
}

std::vector<ConditionCells> DecisionScope::by_condition(std::vector<Axis> const& axes) const {
  std::vector<std::uint64_t> stride(axes.size(), 1);
  for (std::size_t i = axes.size(); i-- > 1;) stride[i - 1] = stride[i] * axes[i].values.size();
  auto const conditions = open_conditions(axes);
  auto const choices = open_choices(axes);

  std::vector<ConditionCells> all;
  std::vector<std::size_t> at(axes.size(), 0);  // places within kept
  do {
    ConditionCells one;
    one.position.assign(axes.size(), 0);
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (is_condition(axes[i])) one.position[i] = kept[i][at[i]];
    do {
      std::uint64_t cell = 0;
      for (std::size_t i = 0; i < axes.size(); ++i) cell += stride[i] * kept[i][at[i]];
      one.cells.push_back(cell);
    } while (next(at, choices, kept));
    all.push_back(std::move(one));
  } while (next(at, conditions, kept));
  return all;
}

}  // namespace fleetcast
