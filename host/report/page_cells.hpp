/// The cells of a page: what its figures are drawn from.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "answer.hpp"
#include "page_scope.hpp"

namespace fleetcast {

/// "scale up at", "startup": a key in words, without its table and without its unit.
std::string axis_label(Axis const& axis);
/// Unit of an axis for people; "" where its name or its size says it.
/// @param signal  autoscaler.signal, which thresholds are in the unit of
std::string axis_unit(Axis const& axis, std::string const& signal);

/// Cells by the numbers ("points") that the page's scripts know them by: first the grid of a PageScope, row-major, then single cells that
/// matter though they lie between its values.
class PageCells {
 public:
  /// @param matter  cells that shall be on the page in any case
  PageCells(Answer const& answer, PageScope const& scope, std::span<std::uint64_t const> matter);

  /// Number of a cell that is on the page.
  std::uint32_t point(std::uint64_t cell) const { return points_.at(cell); }

  /// Its position along every axis, among the values that are on the page.
  std::vector<std::size_t> position(std::uint64_t cell) const;

  /// Axes with the values that are on the page, for `data.axes` of the scripts.
  nlohmann::ordered_json axes_json() const;
  /// Where every cell stands and its figures, for `data.cells`.
  nlohmann::ordered_json json() const;

 private:
  Answer const& answer_;
  PageScope const& scope_;
  std::vector<std::uint64_t> cells_;  ///< [point]
  std::size_t grid_points_;
  std::map<std::uint64_t, std::uint32_t> points_;    ///< by cell
  std::vector<std::vector<std::size_t>> positions_;  ///< per axis: those on the page, ascending
};

}  // namespace fleetcast
