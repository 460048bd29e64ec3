#include "request_log.hpp"

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
constexpr std::size_t most_sampled = std::size_t{1} << 20;

struct Request {
  std::int64_t nanoseconds = 0;
  std::uint32_t prompt_tokens = 0, completion_tokens = 0;

  bool operator==(Request const&) const = default;
};

/// Every n-th request, n doubling whenever the sample is full.
class Sampler {
 public:
  void offer(std::uint64_t index, std::int64_t bin, Request const& request) {
    if ((index & (every_ - 1)) != 0) return;
    if (sample_.size() == most_sampled) {
      halve();
      if ((index & (every_ - 1)) != 0) return;
    }
    // the first bin may still move: only differences count, modulo 2^32
    sample_.push_back({static_cast<std::uint32_t>(bin), request.prompt_tokens, request.completion_tokens});
  }

  void hand_over(TraceSummary& summary, std::int64_t first_bin) {
    for (auto& request : sample_) request.bin -= static_cast<std::uint32_t>(first_bin);
    summary.sample = std::move(sample_);
    summary.sample_every = every_;
  }

 private:
  void halve() {
    for (std::size_t i = 0; 2 * i < sample_.size(); ++i) sample_[i] = sample_[2 * i];
    sample_.resize(most_sampled / 2);
    every_ *= 2;
  }

  std::uint64_t every_ = 1;
  std::vector<SampledRequest> sample_;
};

class RequestLog {
 public:
  RequestLog(TraceRows& rows, std::int64_t bin_seconds)
      : rows_(rows), clock_(rows.columns().time_unit, rows.columns().time_unit_from), bin_(bin_seconds * second) {}

  TraceSummary read() {
    while (rows_.next()) add();
    return summary();
  }

 private:
  void add() {
    Request request;
    if (!clock_.read(rows_.field(TraceRole::time), request.nanoseconds)) rows_.fail(TraceRole::time, clock_.problem());
    request.prompt_tokens = rows_.tokens(TraceRole::prompt);
    request.completion_tokens = rows_.tokens(TraceRole::completion);
    if (count_ == 0) start(request.nanoseconds);
    check(request);
    if (request.nanoseconds < bin_begin_ || request.nanoseconds - bin_begin_ >= bin_) enter_bin(request.nanoseconds);
    sums_.add(current_, 1, request.prompt_tokens, request.completion_tokens);
    sampler_.offer(count_, current_, request);
    ++count_;
    above_ = request;
  }

  /// Bins of a calendar begin at the whole second of the first row; those of a clock with a 0 of its own at 0.
  void start(std::int64_t nanoseconds) {
    origin_ = clock_.is_calendar() ? floor_divided(nanoseconds, second) * second : 0;
    first_time_ = earliest_ = latest_ = nanoseconds;
    enter_bin(nanoseconds);
    first_rows_bin_ = current_;
  }

  void enter_bin(std::int64_t nanoseconds) {
    current_ = floor_divided(nanoseconds - origin_, bin_);
    bin_begin_ = origin_ + current_ * bin_;
    if (!sums_.reach(current_))
      rows_.fail(
          TraceRole::time,
          fmt::format("lies {} from the first row's time, more than {} bins of {}; if it is right, take longer bins or give the unit: --time-unit",
                      time_span(std::abs(seconds_of(nanoseconds - first_time_))), BinSums::most_bins, time_span(seconds_of(bin_))));
  }

  void check(Request const& request) {
    std::uint64_t const row = rows_.line();
    if (request.prompt_tokens == 0) no_prompt_.add(row);
    if (request.completion_tokens == 0) no_completion_.add(row);
    if (offset_row_ == 0 && clock_.offset_changes() > 0) offset_row_ = row;
    if (count_ == 0) return;
    if (request == above_) repeated_.add(row);
    if (request.nanoseconds < above_.nanoseconds) {
      earlier_.add(row);
      largest_step_back_ = std::max(largest_step_back_, above_.nanoseconds - request.nanoseconds);
    }
    earliest_ = std::min(earliest_, request.nanoseconds);
    latest_ = std::max(latest_, request.nanoseconds);
  }

  TraceSummary summary() {
    if (count_ < 2)
      throw Error(ExitCode::bad_data, fmt::format("{}: holds {} (a rate needs two at least); give a longer record", rows_.path(),
                                                  count_ == 0 ? "no request" : "one request"));
    TraceSummary out;
    out.kind = TraceSummary::Kind::requests;
    out.bin_seconds = seconds_of(bin_);
    out.reading = fmt::format("{}; time = {} ({}), prompt = {}, completion = {}", rows_.format_name(), rows_.column_name(TraceRole::time),
                              clock_.description(), rows_.column_name(TraceRole::prompt), rows_.column_name(TraceRole::completion));
    std::int64_t const first = sums_.first();
    std::int64_t const begin = origin_ + first * bin_;
    if (clock_.is_calendar())
      out.start_unix_seconds = begin / second + clock_.offset_seconds();
    else
      out.first_bin = first;
    out.rows = count_;
    out.duration_seconds = seconds_of(latest_ - earliest_);
    bool const whole_at_begin = clock_.is_calendar() ? first == first_rows_bin_ : first <= 0;
    auto sums = sums_.take();
    out.whole_end = static_cast<std::size_t>((latest_ - begin) / bin_);
    out.whole_begin = std::min<std::size_t>(whole_at_begin ? 0 : 1, out.whole_end);
    out.requests = std::move(sums.requests);
    out.prompt_tokens = std::move(sums.prompt_tokens);
    out.completion_tokens = std::move(sums.completion_tokens);
    sampler_.hand_over(out, first);
    add_notes(out);
    return out;
  }

  void add_notes(TraceSummary& out) const {
    note(out.notes, earlier_,
         fmt::format("rows earlier than the row above, by up to {} (counted where their time says)", time_span(seconds_of(largest_step_back_))));
    note(out.notes, repeated_, "rows that repeat the row above in time and lengths (kept)");
    note(out.notes, no_prompt_, "rows with 0 prompt tokens (kept)");
    note(out.notes, no_completion_, "rows with 0 completion tokens (kept)");
    note(out.notes, {clock_.offset_changes(), offset_row_}, "rows whose offset from UTC is not the first row's (put on the first row's clock)");
    note_gaps(out);
  }

  TraceRows& rows_;
  TraceClock clock_;
  std::int64_t const bin_;    ///< nanoseconds
  std::int64_t origin_ = 0;   ///< where bin 0 begins
  std::int64_t current_ = 0;  ///< bin of the last row
  std::int64_t bin_begin_ = 0;
  std::int64_t first_rows_bin_ = 0;
  std::int64_t first_time_ = 0, earliest_ = 0, latest_ = 0, largest_step_back_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t offset_row_ = 0;
  Request above_;
  BinSums sums_;
  Sampler sampler_;
  OddRows earlier_, repeated_, no_prompt_, no_completion_;
};

}  // namespace

TraceSummary summarize_requests(TraceRows& rows, std::int64_t bin_seconds) { return RequestLog(rows, bin_seconds).read(); }

}  // namespace fleetcast
