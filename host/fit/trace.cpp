#include "trace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>

#include "host/config/error.hpp"
#include "host/io/csv.hpp"

namespace fleetcast {

namespace {

using Names = std::vector<std::string_view>;

Names const time_names{"timestamp",   "time",    "arrival_time", "arrival_timestamp", "arrived_at", "arrival_time_s", "arrival_s",      "time_s",
                       "timestamp_s", "seconds", "arrival",      "request_time",      "start_time", "time_seconds",   "arrival_seconds"};
Names const prompt_names{"ContextTokens", "prompt_tokens", "input_tokens", "request_tokens", "context_tokens", "num_prefill_tokens",
                         "prompt_length", "input_length",  "prompt_len",   "input_len",      "prompt"};
Names const completion_names{"GeneratedTokens",   "completion_tokens", "output_tokens",  "response_tokens", "generated_tokens", "num_decode_tokens",
                             "completion_length", "output_length",     "completion_len", "output_len",      "completion"};

/// Seconds beyond this are the year 5138: the column counts in milliseconds or finer.
constexpr double latest_second = 1e11;

/// A point in time; whole seconds apart, so that no digit of the fraction is lost in a large number.
struct Instant {
  std::int64_t whole_seconds = 0;
  double fraction = 0;

  double since(Instant const& start) const { return static_cast<double>(whole_seconds - start.whole_seconds) + (fraction - start.fraction); }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes exactly `digits` digits off the front of `text`.
bool take_digits(std::string_view& text, std::size_t digits, unsigned& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
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

/// "2023-11-16" as seconds since 1970.
bool take_date(std::string_view& text, std::int64_t& seconds) {
  namespace chrono = std::chrono;
  unsigned year = 0, month = 0, day = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') || !take_digits(text, 2, day)) return false;
  chrono::year_month_day const date{chrono::year(static_cast<int>(year)), chrono::month(month), chrono::day(day)};
  if (!date.ok()) return false;
  seconds = static_cast<std::int64_t>(chrono::sys_days(date).time_since_epoch().count()) * 86400;
  return true;
}

/// "18:15:46" as seconds since midnight; a leap second counts as the next one.
bool take_time_of_day(std::string_view& text, std::int64_t& seconds) {
  unsigned hour = 0, minute = 0, second = 0;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) || !take(text, ':') || !take_digits(text, 2, second) ||
      hour > 23 || minute > 59 || second > 60)
    return false;
  seconds = std::int64_t{hour} * 3600 + std::int64_t{minute} * 60 + second;
  return true;
}

/// ".6805900", or nothing.
bool take_fraction(std::string_view& text, double& fraction) {
  fraction = 0;
  if (!text.starts_with('.')) return true;
  std::size_t end = 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == 1) return false;
  std::from_chars(text.data(), text.data() + end, fraction);
  text.remove_prefix(end);
  return true;
}

/// "Z", "+01:00", "-0530", "+01", or nothing: seconds east of Greenwich.
bool take_offset(std::string_view& text, std::int64_t& seconds) {
  seconds = 0;
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return true;
  bool const west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  unsigned hours = 0, minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  bool const colon = take(text, ':');
  if ((colon || !text.empty()) && !take_digits(text, 2, minutes)) return false;
  if (hours > 18 || minutes > 59) return false;
  seconds = (west ? -60 : 60) * static_cast<std::int64_t>(60 * hours + minutes);
  return true;
}

bool parse_date_time(std::string_view text, Instant& instant) {
  std::int64_t date = 0, time_of_day = 0, offset = 0;
  if (!take_date(text, date)) return false;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return false;
  if (!take_time_of_day(text, time_of_day) || !take_fraction(text, instant.fraction) || !take_offset(text, offset) || !text.empty()) return false;
  instant.whole_seconds = date + time_of_day - offset;
  return true;
}

bool parse_number(std::string_view text, double& value) {
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && problem == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

/// Reads the fields of one row after another; keeps what the next row's time is checked against.
class RowReader {
 public:
  RowReader(CsvReader& csv, int time, int prompt, int completion) : csv_(csv), time_(time), prompt_(prompt), completion_(completion) {}

  void append_to(Trace& trace) {
    trace.seconds.push_back(seconds());
    trace.prompt_tokens.push_back(tokens(prompt_));
    trace.completion_tokens.push_back(tokens(completion_));
  }

 private:
  enum class Clock { unknown, dates, numbers };

  /// Seconds since the first row.
  double seconds() {
    Instant const now = instant();
    if (first_row_) {
      first_row_ = false;
      start_ = now;
    }
    double const since_start = now.since(start_);
    if (since_start < latest_)
      csv_.fail(time_, fmt::format("\"{}\" is {:.6g} s before the row above (a trace is read in order of arrival); sort the file by this column",
                                   csv_.field(time_), latest_ - since_start));
    latest_ = since_start;
    return since_start;
  }

  Instant instant() {
    std::string_view const text = trimmed(csv_.field(time_));
    Instant parsed;
    double number = 0;
    if (clock_ != Clock::numbers && parse_date_time(text, parsed)) {
      clock_ = Clock::dates;
      return parsed;
    }
    if (clock_ == Clock::dates || !parse_number(text, number)) malformed(text);
    clock_ = Clock::numbers;
    check_seconds(number);
    double const whole = std::floor(number);
    return {static_cast<std::int64_t>(whole), number - whole};
  }

  [[noreturn]] void malformed(std::string_view text) const {
    char const* const wanted = clock_ == Clock::dates     ? "a date and time like those above, 2023-11-16 18:15:46.68"
                               : clock_ == Clock::numbers ? "a finite number of seconds like those above"
                                                          : "a date and time (2023-11-16 18:15:46.68) or a number of seconds";
    csv_.fail(time_, fmt::format("\"{}\" is not {} (every request needs its arrival time); correct or remove the row", text, wanted));
  }

  void check_seconds(double number) const {
    if (number < 0) csv_.fail(time_, fmt::format("{} is negative (times are seconds from a common start); shift the column to start at 0", number));
    if (number > latest_second)
      csv_.fail(time_,
                fmt::format("{} s lies beyond the year 5138 (the column seems to count in milliseconds or finer); convert it to seconds", number));
  }

  std::uint32_t tokens(int column) const {
    std::string_view const text = trimmed(csv_.field(column));
    std::uint32_t whole = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (problem == std::errc{} && end == text.data() + text.size() && whole <= longest_tokens) return whole;
    double number = -1;  // "374.0", as tools write a column that once had gaps
    if (!parse_number(text, number) || number < 0 || number > longest_tokens || number != std::floor(number))
      csv_.fail(column,
                fmt::format("\"{}\" is not a whole number from 0 to {} (a length in tokens); correct or remove the row", text, longest_tokens));
    return static_cast<std::uint32_t>(number);
  }

  CsvReader& csv_;
  int time_, prompt_, completion_;
  Clock clock_ = Clock::unknown;
  bool first_row_ = true;
  Instant start_;
  double latest_ = 0;
};

int find_column(CsvReader const& csv, Names const& names, char const* what) {
  int const found = csv.column(names);
  if (found < 0)
    throw Error(ExitCode::bad_data, fmt::format("{}:1: no column holds {} (the header has {}); name it {}, {} or {}", csv.path(), what,
                                                fmt::join(csv.header(), ", "), names[0], names[1], names[2]));
  return found;
}

}  // namespace

Trace read_trace(std::string const& path) {
  CsvReader csv(path);
  int const time = find_column(csv, time_names, "arrival times");
  int const prompt = find_column(csv, prompt_names, "prompt lengths");
  int const completion = find_column(csv, completion_names, "completion lengths");
  Trace trace;
  trace.name = path;
  RowReader row(csv, time, prompt, completion);
  while (csv.next()) row.append_to(trace);
  if (trace.requests() < 2)
    throw Error(ExitCode::bad_data, fmt::format("{}: holds {} (a rate needs two at least); give a longer record", path,
                                                trace.requests() == 0 ? "no request" : "one request"));
  return trace;
}

}  // namespace fleetcast
