/// A setting on a median and on a bad realization, for a page.
#pragma once

#include <atomic>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "answer.hpp"
#include "host/engine/backend.hpp"
#include "typical_days.hpp"

namespace fleetcast {

/// The two realizations, or why there are none.
struct PageDays {
  std::uint64_t looked_at = 0;                 ///< realizations they were picked from
  std::vector<RealizationTimeline> timelines;  ///< the median one and the bad one; one alone where they are the same; none
  std::string note;                            ///< why there are none, or ""
};

/// Draws and walks a cell's first realizations again (a thousand at most, and no more requests than take some seconds) and picks two of
/// them. The sweep's files must still be where they were; where they are not, or have changed, the note says so.
///
/// @param stop  looked at often; once true the days are left out
PageDays find_page_days(Answer const& answer, std::uint64_t cell, std::atomic<bool> const& stop);

/// For a condition of the scripts' data: `days`, `days_sentence`, `days_note`.
void add_days(nlohmann::ordered_json& condition, Answer const& answer, std::uint64_t cell, PageDays const& days);

}  // namespace fleetcast
