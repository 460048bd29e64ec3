/// One answer of a page: a decision under one combination of conditions, as the page's scripts show it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "host/io/result_reader.hpp"
#include "page_cells.hpp"

namespace fleetcast {

/// The cell that an answer is about: the chosen one, or the least bad.
std::uint64_t focus_of(Decision const& decision);

/// Cells of a frontier that a page draws: all, or evenly spread ones with both ends.
std::vector<std::uint64_t> drawn_front(Decision const& decision);

/// Cells that an answer speaks of by themselves.
std::vector<std::uint64_t> cells_that_matter(Answer const& answer, Decision const& decision);

/// An entry of the scripts' `data.conditions`, but for its days.
nlohmann::ordered_json page_answer(Answer const& answer, ResultReader const& result, Decision const& decision, PageCells const& cells);

}  // namespace fleetcast
