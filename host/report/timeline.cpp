#include "timeline.hpp"

#include <iterator>

#include "decision_text.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t flush_bytes = 1 << 20;
constexpr char const* header =
    "minute,requests,prompt_tokens,completion_tokens,ready,booting,billed,utilization,backlog_seconds,ttft_ms,tpot_ms,violated,cost_usd,decision\n";

}  // namespace

TimelineWriter::TimelineWriter(std::string const& path, TimelineSetting setting)
    : setting_(std::move(setting)), file_(path), out_(file_.temporary_path(), std::ios::binary) {
  rows_.append(std::string_view(header));
}

void TimelineWriter::add(FleetTick const& t) {
  TickLoad const load{t.load_seconds, t.backlog_before_seconds, t.backlog_seconds, static_cast<double>(t.ready)};
  double const tick_seconds = setting_.tick_seconds;
  double const minute = (static_cast<double>(t.tick) - setting_.warmup_ticks) * tick_seconds / 60.0;
  billed_ += t.billed;
  auto const out = std::back_inserter(rows_);
  fmt::format_to(out, "{:.10g},{},{},{},{},{},{},", minute, t.requests, t.prompt_tokens, t.completion_tokens, t.ready, t.booting, t.billed);
  if (t.ready > 0) fmt::format_to(out, "{:.6g}", load.utilization(tick_seconds));
  fmt::format_to(out, ",{:.6g},", t.backlog_seconds);
  if (t.ready > 0) fmt::format_to(out, "{:.7g}", tick_ttft_ms(setting_.ttft, load, tick_seconds, setting_.backlog));
  rows_.push_back(',');
  if (t.ready > 0 && setting_.tpot.kind != LatencyCurve::Kind::none)
    fmt::format_to(out, "{:.7g}", tick_tpot_ms(setting_.tpot, load, tick_seconds, setting_.backlog));
  fmt::format_to(out, ",{:d},{:.10g},{}\n", t.violated, static_cast<double>(billed_) * setting_.usd_per_replica_tick,
                 decision_text(t.decision, setting_.signal, setting_.tick_seconds));
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
