#include "duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "error.hpp"

namespace fleetcast {

namespace {

struct Unit {
  char letter;
  double seconds;
};
constexpr std::array units{Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};
constexpr double longest_seconds = 36500 * units.front().seconds;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes a number without sign or exponent off the front; false if there is none.
bool take_number(std::string_view& text, double& number) {
  if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9'))) return false;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return problem == std::errc();
}

}  // namespace

std::chrono::duration<double> parse_duration(std::string_view text, std::string const& option) {
  auto const refuse = [&](char const* problem) -> Error {
    return {ExitCode::usage, fmt::format("{} {}: {}; write a duration such as 90, 90s, 7h30m, 2d or 1.5h (seconds where no unit stands)", option,
                                         text.empty() ? "\"\"" : text, problem)};
  };
  double seconds = 0;
  double number = 0;
  std::string_view rest = text;
  auto larger = units.begin();  // units before it are used up
  do {
    if (!take_number(rest, number))
      throw refuse(rest.size() < text.size() && is_letter(rest.front()) ? "its units are d, h, m and s" : "a number was expected");
    if (rest.empty() && larger == units.begin()) {
      seconds = number;
      break;
    }
    if (rest.empty()) throw refuse("its last number has no unit");
    auto const unit = std::find_if(units.begin(), units.end(), [&](Unit const& u) { return u.letter == rest.front(); });
    if (unit == units.end()) throw refuse("its units are d, h, m and s");
    if (unit < larger) throw refuse("larger units come first, each at most once");
    seconds += number * unit->seconds;
    larger = unit + 1;
    rest.remove_prefix(1);
  } while (!rest.empty());
  if (!(seconds <= longest_seconds)) throw refuse("that is more than 100 years");
  return std::chrono::duration<double>(seconds);
}

}  // namespace fleetcast
