/// Which part of a result a page has room for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/stats/decision.hpp"

namespace fleetcast {

/// Combinations of conditions whose answers a page holds, at most.
inline constexpr std::size_t most_page_conditions = 16;
/// Cells of the grid that a page holds, at most, besides those that matter by themselves.
inline constexpr std::size_t most_page_cells = 24'000;

/// A part of the decisions' grid that is a grid again.
struct PageScope {
  std::vector<std::size_t> decisions;          ///< numbers of the decisions on the page
  std::vector<std::vector<std::size_t>> kept;  ///< per axis: positions, ascending, at least one
  bool is_whole;                               ///< whether nothing of the decisions' scope was left out

  std::size_t cells() const;
};

/// Leaves out values of axes, evenly, the longest axis first, until the page has room: of conditions until there are at most
/// `most_conditions` combinations, of choices until there are at most `most_cells` cells. Values that `must_keep` needs stay as long as
/// that can be done.
///
/// @param must_keep  cells whose rows and columns matter, one for each decision: the chosen ones
PageScope page_scope(std::vector<Axis> const& axes, Decisions const& decisions, std::span<std::uint64_t const> must_keep,
                     std::size_t most_conditions = most_page_conditions, std::size_t most_cells = most_page_cells);

}  // namespace fleetcast
