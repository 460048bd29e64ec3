/// All that a report page shows, as its scripts read it.
#pragma once

#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>

#include "host/io/result_reader.hpp"
#include "page_days.hpp"

namespace fleetcast {

/// The scripts' data: axes, cells, an answer for each condition, workload bands, provenance. host/report/page/*.js say how each is drawn.
///
/// @param days_of  the single realizations to be shown for a cell
nlohmann::ordered_json page_data(Answer const& answer, ResultReader const& result, std::function<PageDays(std::uint64_t cell)> const& days_of);

}  // namespace fleetcast
