/// Durations as people write them: 90, 90s, 7h30m, 2d, 1.5h.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace fleetcast {

/// A number of seconds, or numbers with the units d, h, m and s, largest first, each at most once. Zero is a duration.
///
/// @param option  what the text was given to, for the message: "--max-time"
/// @return        in [0, 100 years]
/// @throws Error usage
std::chrono::duration<double> parse_duration(std::string_view text, std::string const& option);

}  // namespace fleetcast
