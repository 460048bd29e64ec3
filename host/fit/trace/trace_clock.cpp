#include "trace_clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "host/io/field_text.hpp"
#include "nanoseconds.hpp"

namespace fleetcast {

namespace {

using TimeUnit = TraceOptions::TimeUnit;

constexpr std::int64_t second = nanoseconds_per_second;
/// Differences of two times must fit into 64 bits: 130 years.
constexpr double farthest = 130 * 365.25 * 86400 * 1e9;

constexpr char const* date_example = "2023-11-16 18:15:46.68";

std::int64_t nanoseconds_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::minutes: return 60 * second;
    case TimeUnit::milliseconds: return 1'000'000;
    case TimeUnit::microseconds: return 1'000;
    case TimeUnit::nanoseconds: return 1;
    case TimeUnit::automatic:
    case TimeUnit::seconds: break;
  }
  return second;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `digits` digits off the front of `text`.
bool take_digits(std::string_view& text, std::size_t digits, unsigned& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return false;
    value = 10 * value + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

/// Digits behind a point as billionths, those beyond the ninth cut off.
bool take_billionths(std::string_view& text, std::int64_t& billionths) {
  std::size_t digits = 0;
  billionths = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits)
    if (digits < 9) billionths = 10 * billionths + (text[digits] - '0');
  for (std::size_t i = digits; i < 9; ++i) billionths *= 10;
  text.remove_prefix(digits);
  return digits > 0;
}

/// "18:15:46.68", "18:15" or nothing; a leap second counts as the next one.
bool take_time_of_day(std::string_view& text, std::int64_t& nanoseconds) {
  nanoseconds = 0;
  if (text.empty()) return true;
  unsigned hour = 0, minute = 0, seconds = 0;
  if (!take(text, ' ') && !take(text, 'T') && !take(text, 't')) return false;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute)) return false;
  std::int64_t billionths = 0;
  if (take(text, ':')) {
    if (!take_digits(text, 2, seconds)) return false;
    if ((take(text, '.') || take(text, ',')) && !take_billionths(text, billionths)) return false;
  }
  if (hour > 23 || minute > 59 || seconds > 60) return false;
  nanoseconds = (std::int64_t{hour} * 3600 + std::int64_t{minute} * 60 + seconds) * second + billionths;
  return true;
}

enum class Zone { none, given, malformed };

/// "Z", "UTC", "+01:00", "-0530", "+01" or nothing, after a blank or without: seconds east of Greenwich.
Zone take_zone(std::string_view text, std::int64_t& seconds) {
  seconds = 0;
  if (text.empty()) return Zone::none;
  take(text, ' ');
  if (text == "Z" || text == "z" || text == "UTC") return Zone::given;
  bool const west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return Zone::malformed;
  text.remove_prefix(1);
  unsigned hours = 0, minutes = 0;
  if (!take_digits(text, 2, hours)) return Zone::malformed;
  bool const colon = take(text, ':');
  if ((colon || !text.empty()) && !take_digits(text, 2, minutes)) return Zone::malformed;
  if (!text.empty() || hours > 18 || minutes > 59) return Zone::malformed;
  seconds = (west ? -60 : 60) * static_cast<std::int64_t>(60 * hours + minutes);
  return Zone::given;
}

/// Plain decimals such as "1700000000.25": exact. False for anything else, exponents included.
bool read_decimal(std::string_view text, std::int64_t unit, std::int64_t& nanoseconds) {
  bool const negative = take(text, '-');
  std::int64_t whole = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && digits < 19 && is_digit(text[digits]); ++digits) {
    if (digits == 18 && whole > (INT64_MAX - 9) / 10) return false;
    whole = 10 * whole + (text[digits] - '0');
  }
  if (digits == 0) return false;
  text.remove_prefix(digits);
  std::int64_t billionths = 0;
  if (!text.empty() && (!take(text, '.') || (!text.empty() && !take_billionths(text, billionths)) || !text.empty())) return false;
  if (static_cast<double>(whole) * static_cast<double>(unit) > farthest) return false;
  nanoseconds = whole * unit + std::llround(static_cast<double>(billionths) / 1e9 * static_cast<double>(unit));
  if (negative) nanoseconds = -nanoseconds;
  return true;
}

}  // namespace

bool TraceClock::fail(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

bool TraceClock::read(std::string_view text, std::int64_t& nanoseconds) {
  if (kind_ == Kind::dates) return read_date(text, nanoseconds);
  if (kind_ == Kind::numbers) return read_number(text, nanoseconds);
  if (finite_number(text)) return read_number(text, nanoseconds);
  if (from_ == TimeUnitFrom::option) return fail(number_problem(text, "a number (its unit is given: --time-unit)"));
  return read_date(text, nanoseconds);
}

bool TraceClock::take_date(std::string_view& text, std::int64_t& seconds) {
  namespace chrono = std::chrono;
  if (text.size() >= sizeof date_text_ && std::memcmp(text.data(), date_text_, sizeof date_text_) == 0) {
    seconds = date_seconds_;
    text.remove_prefix(sizeof date_text_);
    return true;
  }
  std::string_view const start = text;
  unsigned year = 0, month = 0, day = 0;
  if (!take_digits(text, 4, year) || text.empty() || (text[0] != '-' && text[0] != '/')) return false;
  char const between = text[0];
  if (!take(text, between) || !take_digits(text, 2, month) || !take(text, between) || !take_digits(text, 2, day)) return false;
  chrono::year_month_day const date{chrono::year(static_cast<int>(year)), chrono::month(month), chrono::day(day)};
  if (!date.ok() || year < 1970 || year > 2099) return false;
  seconds = date_seconds_ = static_cast<std::int64_t>(chrono::sys_days(date).time_since_epoch().count()) * 86400;
  std::memcpy(date_text_, start.data(), sizeof date_text_);
  return true;
}

bool TraceClock::read_date(std::string_view text, std::int64_t& nanoseconds) {
  std::int64_t seconds = 0, within_day = 0, offset = 0;
  std::string_view rest = text;
  Zone zone = Zone::malformed;
  if (take_date(rest, seconds) && take_time_of_day(rest, within_day)) zone = take_zone(rest, offset);
  if (zone == Zone::malformed) {
    if (text.empty()) return fail("is empty (every row needs its time); fill it in or remove the row");
    return fail(fmt::format("{} is not a date and time such as {}{}; correct or remove the row", shown(text), date_example,
                            kind_ == Kind::dates ? ", as the rows above are" : ", nor a number"));
  }
  bool const with_zone = zone == Zone::given;
  if (kind_ == Kind::unknown) {
    kind_ = Kind::dates;
    calendar_ = true;
    has_zone_ = with_zone;
    first_offset_ = offset;
  } else if (with_zone != has_zone_) {
    return fail(fmt::format("{} has {} zone and the first row has {} (which hour it means can't be known); write all times with a zone, or none",
                            shown(text), with_zone ? "a" : "no", with_zone ? "none" : "one"));
  }
  if (offset != first_offset_) ++offset_changes_;
  nanoseconds = (seconds - offset) * second + within_day;
  return true;
}

void TraceClock::settle_unit(double value) {
  kind_ = Kind::numbers;
  double const size = std::abs(value);
  if (unit_ == TimeUnit::automatic)
    unit_ = size < 1e11 ? TimeUnit::seconds : size < 1e14 ? TimeUnit::milliseconds : size < 1e17 ? TimeUnit::microseconds : TimeUnit::nanoseconds;
  calendar_ = value * static_cast<double>(nanoseconds_of(unit_)) >= 1e8 * second;
}

bool TraceClock::read_number(std::string_view text, std::int64_t& nanoseconds) {
  if (kind_ == Kind::unknown) settle_unit(*finite_number(text));
  std::int64_t const unit = nanoseconds_of(unit_);
  if (read_decimal(text, unit, nanoseconds)) return true;
  auto const number = finite_number(text);  // with an exponent, too far, or no number
  if (!number) return fail(number_problem(text, fmt::format("a number of {} like the times above", description())));
  double const value = *number * static_cast<double>(unit);
  if (std::abs(value) > farthest)
    return fail(fmt::format("{} in {} is more than 130 years from 0; correct it, or give the unit: --time-unit", shown(text), description()));
  nanoseconds = std::llround(value);
  return true;
}

std::string TraceClock::description() const {
  if (kind_ == Kind::dates) return has_zone_ ? "dates with zones" : "dates";
  constexpr char const* units[] = {"?", "seconds", "ms", "us", "ns", "minutes"};
  return std::string(units[static_cast<std::size_t>(unit_)]) + (calendar_ ? " since 1970" : "");
}

}  // namespace fleetcast
