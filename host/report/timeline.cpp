#include "timeline.hpp"

#include "decision_text.hpp"

namespace fleetcast {

namespace {

constexpr char const* header =
    "minute,requests,prompt_tokens,completion_tokens,ready,booting,billed,utilization,backlog_seconds,ttft_ms,tpot_ms,violated,cost_usd,decision";

}  // namespace

TimelineWriter::TimelineWriter(std::string const& path, TimelineSetting setting)
    : setting_(std::move(setting)), row_(path, Compression::none, header) {}

void TimelineWriter::add(FleetTick const& t) {
  TickLoad const load{t.load_seconds, t.backlog_before_seconds, t.backlog_seconds, static_cast<double>(t.ready)};
  double const tick_seconds = setting_.tick_seconds;
  bool const serves = t.ready > 0;
  bool const paced = serves && setting_.tpot.kind != LatencyCurve::Kind::none;
  billed_ += t.billed;

  row_.number(static_cast<double>(setting_.first_tick + t.tick) * tick_seconds / 60.0, 10);
  row_.whole(t.requests);
  row_.whole(t.prompt_tokens);
  row_.whole(t.completion_tokens);
  row_.whole(t.ready);
  row_.whole(t.booting);
  row_.whole(t.billed);
  serves ? row_.number(load.utilization(tick_seconds), 6) : row_.empty();
  row_.number(t.backlog_seconds, 6);
  serves ? row_.number(tick_ttft_ms(setting_.ttft, load, tick_seconds, setting_.backlog), 7) : row_.empty();
  paced ? row_.number(tick_tpot_ms(setting_.tpot, load, tick_seconds, setting_.backlog), 7) : row_.empty();
  row_.whole(t.violated ? 1 : 0);
  row_.number(static_cast<double>(billed_) * setting_.usd_per_replica_tick, 10);
  row_.text(decision_text(t.decision, setting_.signal, setting_.tick_seconds));
  row_.end_row();
}

void TimelineWriter::commit() { row_.commit(); }

}  // namespace fleetcast
