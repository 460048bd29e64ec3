#include "page_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base64.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

/// A column of estimates as three of floats.
class EstimateColumns {
 public:
  void add(Estimate const& e) {
    mean_.push_back(static_cast<float>(e.mean));
    low_.push_back(static_cast<float>(e.low));
    high_.push_back(static_cast<float>(e.high));
  }
  nlohmann::ordered_json json() const { return {{"mean", base64(mean_)}, {"low", base64(low_)}, {"high", base64(high_)}}; }

 private:
  std::vector<float> mean_, low_, high_;
};

/// Every cell of a grid of kept positions, row-major.
std::vector<std::uint64_t> grid_cells(std::vector<Axis> const& axes, std::vector<std::vector<std::size_t>> const& kept) {
  std::vector<std::uint64_t> cells{0};
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    std::vector<std::uint64_t> next;
    next.reserve(cells.size() * kept[axis].size());
    for (std::uint64_t const cell : cells)
      for (std::size_t const position : kept[axis]) next.push_back(cell * axes[axis].values.size() + position);
    cells = std::move(next);
  }
  return cells;
}

FrontPlace front_place(Decision const& decision, std::uint64_t cell) {
  auto const& cells = decision.scope.cells;
  return decision.front.place[static_cast<std::size_t>(std::lower_bound(cells.begin(), cells.end(), cell) - cells.begin())];
}

std::size_t index_in(std::vector<std::size_t> const& sorted, std::size_t value) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

}  // namespace

std::string axis_label(Axis const& axis) {
  std::string name = axis.key.starts_with("workload.class") ? axis.key.substr(axis.key.find('.') + 1) : axis.key.substr(axis.key.rfind('.') + 1);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> endings{
      {{"s", "_seconds"}, {"min", "_minutes"}, {"ms", "_ms"}, {"USD", "_usd"}}};
  for (auto const& [unit, ending] : endings)
    if (axis.unit == unit && name.ends_with(ending)) name.resize(name.size() - ending.size());
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names{
      {{"ttft", "TTFT"}, {"tpot", "TPOT"}, {"gpu", "GPU"}, {"gpus", "GPUs"}, {"cv", "CV"}, {"usd", "USD"}}};
  std::string label;
  for (std::size_t start = 0; start < name.size();) {
    std::size_t const end = std::min(name.find_first_of("._", start), name.size());
    std::string_view const word = std::string_view(name).substr(start, end - start);
    auto const* const known = std::find_if(names.begin(), names.end(), [&](auto const& entry) { return entry.first == word; });
    label += label.empty() ? "" : " ";
    label += known == names.end() ? word : known->second;
    start = end + 1;
  }
  return label;
}

std::string axis_unit(Axis const& axis, std::string const& signal) {
  if (axis.key == "autoscaler.scale_up_at" || axis.key == "autoscaler.scale_down_at") {
    if (signal == "tokens_per_replica") return "tokens/min/replica";
    return signal == "tokens_per_minute" ? "tokens/min" : "";
  }
  return axis.unit == "1" || axis.unit.find('/') != std::string::npos ? "" : axis.unit;
}

PageCells::PageCells(Answer const& answer, PageScope const& scope, std::span<std::uint64_t const> matter)
    : answer_(answer), scope_(scope), cells_(grid_cells(answer.tallies.axes, scope.kept)), grid_points_(cells_.size()) {
  for (std::size_t point = 0; point < grid_points_; ++point) points_.emplace(cells_[point], static_cast<std::uint32_t>(point));
  for (std::uint64_t const cell : matter)
    if (points_.emplace(cell, static_cast<std::uint32_t>(cells_.size())).second) cells_.push_back(cell);

  auto const& axes = answer.tallies.axes;
  std::vector<std::set<std::size_t>> used(axes.size());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) used[axis].insert(scope.kept[axis].begin(), scope.kept[axis].end());
  for (std::size_t point = grid_points_; point < cells_.size(); ++point) {
    auto const position = cell_position(axes, cells_[point]);
    for (std::size_t axis = 0; axis < axes.size(); ++axis) used[axis].insert(position[axis]);
  }
  for (auto const& positions : used) positions_.emplace_back(positions.begin(), positions.end());
}

std::vector<std::size_t> PageCells::position(std::uint64_t cell) const {
  auto at = cell_position(answer_.tallies.axes, cell);
  for (std::size_t axis = 0; axis < at.size(); ++axis) at[axis] = index_in(positions_[axis], at[axis]);
  return at;
}

nlohmann::ordered_json PageCells::axes_json() const {
  auto out = nlohmann::ordered_json::array();
  auto const& axes = answer_.tallies.axes;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::vector<double> values;
    for (std::size_t const position : positions_[i]) values.push_back(axes[i].values[position]);
    std::vector<std::size_t> kept;
    for (std::size_t const position : scope_.kept[i]) kept.push_back(index_in(positions_[i], position));
    out.push_back({{"key", axes[i].key},
                   {"label", axis_label(axes[i])},
                   {"unit", axis_unit(axes[i], answer_.sweep.autoscaler.signal)},
                   {"values", values},
                   {"kept", kept},
                   {"is_condition", is_condition(axes[i])},
                   {"is_flag", axes[i].is_flag}});
  }
  return out;
}

nlohmann::ordered_json PageCells::json() const {
  std::vector<std::uint8_t> standing(cells_.size(), 0), marks(cells_.size(), 0);
  for (std::size_t const number : scope_.decisions) {
    Decision const& decision = answer_.decisions.by_condition[number];
    for (std::size_t i = 0; i < decision.scope.cells.size(); ++i) {
      auto const found = points_.find(decision.scope.cells[i]);
      if (found == points_.end()) continue;
      standing[found->second] = static_cast<std::uint8_t>(decision.selection.standing[i]);
      marks[found->second] = static_cast<std::uint8_t>(front_place(decision, decision.scope.cells[i]));
    }
  }
  EstimateColumns cost, violated, met;
  for (std::uint64_t const cell : cells_) {
    cost.add(answer_.estimates.cost_usd(cell));
    violated.add(answer_.estimates.promised_share(cell));
    met.add(answer_.estimates.objective_met(cell));
  }
  auto extras = nlohmann::ordered_json::array();
  for (std::size_t point = grid_points_; point < cells_.size(); ++point) extras.push_back(position(cells_[point]));
  std::uint64_t const valid = answer_.decisions.rule.family_size;
  auto const held = std::count_if(cells_.begin(), cells_.end(), [&](std::uint64_t cell) { return answer_.tallies.valid[cell] != 0; });
  std::string const note =
      scope_.is_whole
          ? ""
          : fmt::format("Of {} settings this page holds {}, evenly spread over the grid, and every one that matters; counts and answers are of all.",
                        grouped(static_cast<double>(valid)), grouped(static_cast<double>(held)));
  return {{"valid", valid},         {"note", note},        {"extras", std::move(extras)}, {"standing", base64(standing)},
          {"marks", base64(marks)}, {"cost", cost.json()}, {"violated", violated.json()}, {"met", met.json()}};
}

}  // namespace fleetcast
