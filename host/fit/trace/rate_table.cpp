#include "rate_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bin_sums.hpp"
#include "host/config/error.hpp"
#include "nanoseconds.hpp"
#include "trace_clock.hpp"
#include "trace_notes.hpp"

namespace fleetcast {

namespace {

constexpr std::int64_t second = nanoseconds_per_second;
/// Requests or tokens of one row.
constexpr std::uint64_t most_counted = 1'000'000'000'000;

struct TableRow {
  std::int64_t nanoseconds;
  double requests;  ///< or the rate
  std::uint64_t prompt_tokens, completion_tokens;
  std::uint64_t line;
};

class RateTable {
 public:
  RateTable(TraceRows& rows, std::int64_t bin_seconds)
      : rows_(rows), clock_(rows.columns().time_unit, rows.columns().time_unit_from), asked_(bin_seconds * second) {}

  TraceSummary read() {
    while (rows_.next()) add();
    if (table_.empty()) throw Error(ExitCode::bad_data, rows_.path() + ": has no rows below its header; give a longer record");
    put_in_order();
    find_period();
    return summary();
  }

 private:
  bool has_tokens() const { return rows_.columns().has_tokens(); }
  bool is_rate() const { return rows_.columns().kind == TraceSummary::Kind::rates; }

  void add() {
    TableRow row{0, 0, 0, 0, rows_.line()};
    if (!clock_.read(rows_.field(TraceRole::time), row.nanoseconds)) rows_.fail(TraceRole::time, clock_.problem());
    if (offset_row_ == 0 && clock_.offset_changes() > 0) offset_row_ = row.line;
    row.nanoseconds = on_its_second(row.nanoseconds);
    row.requests = is_rate() ? rate() : static_cast<double>(rows_.whole(TraceRole::requests, most_counted, "requests"));
    if (has_tokens()) {
      row.prompt_tokens = rows_.whole(TraceRole::prompt, most_counted, "tokens");
      row.completion_tokens = rows_.whole(TraceRole::completion, most_counted, "tokens");
    }
    ++count_;
    if (!table_.empty() && row.nanoseconds < table_.back().nanoseconds) earlier_.add(row.line);
    if (!table_.empty() && row.nanoseconds == table_.back().nanoseconds) {
      merge(table_.back(), row);
      return;
    }
    if (table_.size() == static_cast<std::size_t>(BinSums::most_bins))
      throw Error(ExitCode::bad_data,
                  fmt::format("{}: has more than {} rows of different times; sum it up to longer periods", rows_.path(), BinSums::most_bins));
    table_.push_back(row);
  }

  /// Periods are whole seconds: a third of a minute that was written with some digits is one of them.
  static std::int64_t on_its_second(std::int64_t nanoseconds) {
    std::int64_t const nearest = floor_divided(nanoseconds + second / 2, second) * second;
    return std::abs(nanoseconds - nearest) <= second / 1000 ? nearest : nanoseconds;
  }

  double rate() const {
    double const value = rows_.not_negative(TraceRole::rate);
    if (value > static_cast<double>(most_counted)) rows_.fail(TraceRole::rate, fmt::format("{} is more than {}; correct it", value, most_counted));
    return value;
  }

  void merge(TableRow& into, TableRow const& row) {
    same_time_.add(row.line);
    into.requests += row.requests;
    into.prompt_tokens += row.prompt_tokens;
    into.completion_tokens += row.completion_tokens;
  }

  void put_in_order() {
    if (earlier_.count == 0) return;
    std::stable_sort(table_.begin(), table_.end(), [](TableRow const& a, TableRow const& b) { return a.nanoseconds < b.nanoseconds; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < table_.size(); ++i) {
      if (table_[i].nanoseconds == table_[last].nanoseconds)
        merge(table_[last], table_[i]);
      else
        table_[++last] = table_[i];
    }
    table_.resize(last + 1);
  }

  void find_period() {
    if (table_.size() == 1) {
      if (!clock_.is_minutes())
        rows_.fail_at(table_[0].line, TraceRole::time, "is the only row (a table's period is the distance of its rows); give a longer record");
      period_ = 60 * second;
      return;
    }
    period_ = table_[1].nanoseconds - table_[0].nanoseconds;
    for (std::size_t i = 2; i < table_.size(); ++i) period_ = std::min(period_, table_[i].nanoseconds - table_[i - 1].nanoseconds);
    for (auto const& row : table_)
      if ((row.nanoseconds - table_[0].nanoseconds) % period_ != 0)
        rows_.fail_at(row.line, TraceRole::time,
                      fmt::format("lies no whole number of periods of {} behind the first row (a table has one row a period); "
                                  "round the times, or sum single events up",
                                  time_span(seconds_of(period_))));
    if (period_ % second != 0)
      rows_.fail_at(table_[1].line, TraceRole::time,
                    fmt::format("makes a period of {}, no whole number of seconds; if that is wrong, give the unit: --time-unit",
                                time_span(seconds_of(period_))));
  }

  /// The length of a bin in nanoseconds.
  std::int64_t bin() const {
    if (asked_ <= period_) return period_;
    if (asked_ % period_ != 0)
      throw Error(ExitCode::usage, fmt::format("bins of {} s: {} has a row every {} s (rows can't be split); take a multiple of that",
                                               asked_ / second, rows_.path(), period_ / second));
    return asked_;
  }

  TraceSummary summary() {
    std::int64_t const bin = this->bin();
    std::int64_t const origin = clock_.is_calendar() ? table_[0].nanoseconds : 0;
    BinSums sums;
    double const requests_per_rate = seconds_of(period_) / rows_.columns().rate_seconds;
    for (auto const& row : table_) {
      std::int64_t const at = floor_divided(row.nanoseconds - origin, bin);
      if (!sums.reach(at))
        rows_.fail_at(row.line, TraceRole::time,
                      fmt::format("lies {} behind the first row, more than {} bins of {}; correct it, or give the unit: --time-unit",
                                  time_span(seconds_of(row.nanoseconds - table_[0].nanoseconds)), BinSums::most_bins, time_span(seconds_of(bin))));
      sums.add(at, is_rate() ? row.requests * requests_per_rate : row.requests, row.prompt_tokens, row.completion_tokens);
    }
    TraceSummary out;
    out.kind = rows_.columns().kind;
    out.reading = reading();
    out.bin_seconds = seconds_of(bin);
    std::int64_t const begin = origin + sums.first() * bin;
    if (clock_.is_calendar())
      out.start_unix_seconds = floor_divided(begin, second) + clock_.offset_seconds();
    else
      out.first_bin = sums.first();
    std::int64_t const covered = table_.back().nanoseconds + period_ - begin;
    out.whole_end = static_cast<std::size_t>(covered / bin);
    out.whole_begin = std::min<std::size_t>(table_[0].nanoseconds - begin < period_ ? 0 : 1, out.whole_end);
    auto vectors = sums.take();
    out.requests = std::move(vectors.requests);
    if (has_tokens()) {
      out.prompt_tokens = std::move(vectors.prompt_tokens);
      out.completion_tokens = std::move(vectors.completion_tokens);
    }
    out.rows = count_;
    out.duration_seconds = out.bin_seconds * static_cast<double>(out.requests.size());
    add_notes(out);
    return out;
  }

  std::string reading() const {
    std::string out = fmt::format("{}; a row every {}; time = {} ({})", rows_.format_name(), time_span(seconds_of(period_)),
                                  rows_.column_name(TraceRole::time), clock_.description());
    if (is_rate()) return out + fmt::format(", rate = {} (per {})", rows_.column_name(TraceRole::rate), rate_unit_name());
    out += fmt::format(", requests = {}", rows_.column_name(TraceRole::requests));
    if (has_tokens())
      out += fmt::format(", prompt = {}, completion = {}", rows_.column_name(TraceRole::prompt), rows_.column_name(TraceRole::completion));
    return out;
  }

  char const* rate_unit_name() const {
    double const seconds = rows_.columns().rate_seconds;
    return seconds == 1 ? "second" : seconds == 60 ? "minute" : "hour";
  }

  void add_notes(TraceSummary& out) const {
    note(out.notes, earlier_, "rows earlier than the row above (put in order)");
    note(out.notes, same_time_, "rows of the same time as another (added up)");
    note(out.notes, {clock_.offset_changes(), offset_row_}, "rows whose offset from UTC is not the first row's (put on the first row's clock)");
    auto const periods = static_cast<std::uint64_t>((table_.back().nanoseconds - table_[0].nanoseconds) / period_) + 1;
    OddRows missing;
    missing.count = periods - table_.size();
    note(out.notes, missing,
         fmt::format("rows missing between the first and the last, one every {} (taken as empty)", time_span(seconds_of(period_))));
    OddRows no_tokens, no_requests;
    for (auto const& row : table_) {
      if (!has_tokens()) break;
      std::uint64_t const tokens = row.prompt_tokens + row.completion_tokens;
      if (row.requests > 0 && tokens == 0) no_tokens.add(row.line);
      if (row.requests <= 0 && tokens > 0) no_requests.add(row.line);
    }
    note(out.notes, no_tokens, "rows with requests and 0 tokens (kept)");
    note(out.notes, no_requests, "rows with tokens and 0 requests (kept)");
    note_gaps(out);
  }

  TraceRows& rows_;
  TraceClock clock_;
  std::int64_t const asked_;  ///< nanoseconds of a bin
  std::int64_t period_ = 0;   ///< nanoseconds
  std::uint64_t count_ = 0;
  std::vector<TableRow> table_;   ///< of different times; in order once read
  std::uint64_t offset_row_ = 0;  ///< line of the first row with another offset than the first's
  OddRows earlier_, same_time_;
};

}  // namespace

TraceSummary summarize_table(TraceRows& rows, std::int64_t bin_seconds) { return RateTable(rows, bin_seconds).read(); }

}  // namespace fleetcast
