#include "timeline.hpp"

#include <charconv>

#include "decision_text.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t flush_bytes = 1 << 20;
constexpr char const* header =
    "minute,requests,prompt_tokens,completion_tokens,ready,booting,billed,utilization,backlog_seconds,ttft_ms,tpot_ms,violated,cost_usd,decision\n";

/// Appends fields to CSV rows; std::to_chars is several times as fast as a format string.
class Fields {
 public:
  explicit Fields(std::string& rows) : rows_(rows) {}

  template <class Integer>
  Fields& whole(Integer value) {
    return put([&](char* begin, char* end) { return std::to_chars(begin, end, value).ptr; });
  }
  Fields& number(double value, int digits) {
    if (value == 0.0) return whole(0);
    return put([&](char* begin, char* end) { return std::to_chars(begin, end, value, std::chars_format::general, digits).ptr; });
  }
  Fields& empty() {
    rows_ += ',';
    return *this;
  }
  void last(std::string const& text) {
    rows_ += text;
    rows_ += '\n';
  }

 private:
  template <class Print>
  Fields& put(Print const& print) {
    char field[32];
    rows_.append(field, print(field, field + sizeof field));
    rows_ += ',';
    return *this;
  }

  std::string& rows_;
};

}  // namespace

TimelineWriter::TimelineWriter(std::string const& path, TimelineSetting setting)
    : setting_(std::move(setting)), file_(path), out_(file_.temporary_path(), std::ios::binary), rows_(header) {}

void TimelineWriter::add(FleetTick const& t) {
  TickLoad const load{t.load_seconds, t.backlog_before_seconds, t.backlog_seconds, static_cast<double>(t.ready)};
  double const tick_seconds = setting_.tick_seconds;
  bool const serves = t.ready > 0;
  billed_ += t.billed;

  Fields row(rows_);
  row.number((static_cast<double>(t.tick) - setting_.warmup_ticks) * tick_seconds / 60.0, 10);
  row.whole(t.requests).whole(t.prompt_tokens).whole(t.completion_tokens).whole(t.ready).whole(t.booting).whole(t.billed);
  serves ? row.number(load.utilization(tick_seconds), 6) : row.empty();
  row.number(t.backlog_seconds, 6);
  serves ? row.number(tick_ttft_ms(setting_.ttft, load, tick_seconds, setting_.backlog), 7) : row.empty();
  serves && setting_.tpot.kind != LatencyCurve::Kind::none ? row.number(tick_tpot_ms(setting_.tpot, load, tick_seconds, setting_.backlog), 7)
                                                           : row.empty();
  row.whole(t.violated ? 1 : 0).number(static_cast<double>(billed_) * setting_.usd_per_replica_tick, 10);
  row.last(decision_text(t.decision, setting_.signal, setting_.tick_seconds));
  if (rows_.size() >= flush_bytes) flush();
}

void TimelineWriter::flush() {
  out_.write(rows_.data(), static_cast<std::streamsize>(rows_.size()));
  rows_.clear();
}

void TimelineWriter::commit() {
  flush();
  out_.close();
  if (!out_) throw Error(ExitCode::io, file_.temporary_path() + ": can't be written; is the disk full?");
  file_.commit();
}

}  // namespace fleetcast
