/// Points in time as files tell them: ISO 8601 in UTC, to the millisecond.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace fleetcast {

/// "2026-11-22T17:16:56.042Z"
std::string utc_text(std::chrono::system_clock::time_point time);

/// Reads what utc_text writes; nothing if it is none.
std::optional<std::chrono::system_clock::time_point> parse_utc(std::string const& text);

}  // namespace fleetcast
