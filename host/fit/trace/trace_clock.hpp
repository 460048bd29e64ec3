/// Times of a trace: dates with zones or numbers in any unit, as nanoseconds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace_summary.hpp"

namespace fleetcast {

/// Where a unit of time is known from.
enum class TimeUnitFrom { file, option };

/// Reads one time after another; the first settles for all whether they are dates or numbers, and the numbers' unit where it is open.
///
/// Dates: `2023-11-16 18:15:46.6805900`, `T` or a blank between, `/` for `-`, seconds or the whole time of day left out, up to nanoseconds
/// (the rest cut off), then nothing, `Z`, `UTC` or an offset (`+01:00`, `-0530`, `+01`). Years 1970 to 2100.
///
/// Numbers without a unit: below 1e8 seconds from the file's own 0; above, by size, seconds, ms, us or ns since 1970.
class TraceClock {
 public:
  /// @param unit  TimeUnit::automatic where open
  /// @param from  a unit given by option makes dates an error; a column's name does not
  TraceClock(TraceOptions::TimeUnit unit, TimeUnitFrom from) : unit_(unit), from_(from) {}

  /// Nanoseconds since 1970 in UTC (a date without a zone is taken as it stands) or since the file's own 0.
  /// @return false where the text is no time; problem() then says why
  bool read(std::string_view text, std::int64_t& nanoseconds);

  std::string const& problem() const { return problem_; }
  /// Times are dates, or seconds since 1970.
  bool is_calendar() const { return calendar_; }
  /// Times are numbers of minutes.
  bool is_minutes() const { return kind_ == Kind::numbers && unit_ == TraceOptions::TimeUnit::minutes; }
  /// What the first row's clock shows minus UTC.
  std::int64_t offset_seconds() const { return first_offset_; }
  /// How many rows so far had another offset from UTC than the first.
  std::uint64_t offset_changes() const { return offset_changes_; }
  /// "dates", "dates with zones", "seconds", "ms since 1970", …
  std::string description() const;

 private:
  enum class Kind { unknown, dates, numbers };

  bool read_date(std::string_view text, std::int64_t& nanoseconds);
  bool read_number(std::string_view text, std::int64_t& nanoseconds);
  bool take_date(std::string_view& text, std::int64_t& seconds);
  void settle_unit(double value);
  bool fail(std::string problem);

  TraceOptions::TimeUnit unit_;
  TimeUnitFrom from_;
  Kind kind_ = Kind::unknown;
  bool calendar_ = false;
  bool has_zone_ = false;
  std::uint64_t offset_changes_ = 0;
  std::int64_t first_offset_ = 0;
  char date_text_[10] = {};  ///< the last date and its seconds since 1970: most rows repeat it
  std::int64_t date_seconds_ = 0;
  std::string problem_;
};

}  // namespace fleetcast
