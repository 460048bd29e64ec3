#include "typical_days.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "host/engine/policies.hpp"
#include "host/engine/replay.hpp"
#include "host/engine/runner.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/replay_quantities.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t ledger_memory = 1ULL << 30;

/// Adds up ticks into blocks of equal length, the last one perhaps shorter.
class TimelineBlocks {
 public:
  TimelineBlocks(Plan const& plan, std::uint32_t most_blocks)
      : plan_(plan), ttft_(PolicyBuilder(plan.tick_seconds, {}).curve(plan.config.service.ttft, "service.ttft")) {
    block_ticks_ = (plan.ledger_ticks + most_blocks - 1) / most_blocks;
    timeline_.block_minutes = block_ticks_ * plan.tick_seconds / 60.0;
    std::size_t const blocks = (plan.ledger_ticks + block_ticks_ - 1) / block_ticks_;
    for (auto* column : {&timeline_.tokens_per_minute, &timeline_.billed, &timeline_.ready, &timeline_.needed, &timeline_.violated})
      column->assign(blocks, 0.0F);
    timeline_.ttft_ms.assign(blocks, std::numeric_limits<float>::quiet_NaN());
  }

  void add(FleetTick const& t) {
    if (t.tick < plan_.warmup_ticks) return;
    std::uint32_t const tick = t.tick - plan_.warmup_ticks;
    std::size_t const block = tick / block_ticks_;
    double const tick_seconds = plan_.tick_seconds;
    double const share = 1.0 / std::min(block_ticks_, plan_.ledger_ticks - static_cast<std::uint32_t>(block) * block_ticks_);
    auto const mean = [&](std::vector<float>& column, double value) { column[block] += static_cast<float>(share * value); };
    mean(timeline_.tokens_per_minute, static_cast<double>(t.prompt_tokens + t.completion_tokens) * 60.0 / tick_seconds);
    mean(timeline_.billed, static_cast<double>(t.billed));
    mean(timeline_.ready, t.ready);
    mean(timeline_.needed, static_cast<double>(t.load_seconds) / tick_seconds);
    if (t.violated) timeline_.violated[block] = 1.0F;
    if (t.ready == 0) return;
    TickLoad const load{t.load_seconds, t.backlog_before_seconds, t.backlog_seconds, static_cast<double>(t.ready)};
    auto const ms = static_cast<float>(tick_ttft_ms(ttft_, load, tick_seconds, plan_.groups.front().backlog));
    timeline_.ttft_ms[block] = std::fmax(timeline_.ttft_ms[block], ms);  // fmax takes the number where the other is none
  }

  RealizationTimeline take() { return std::move(timeline_); }

 private:
  Plan const& plan_;
  LatencyCurve ttft_;
  std::uint32_t block_ticks_;
  RealizationTimeline timeline_;
};

}  // namespace

RankedRealizations rank_realizations(Plan const& plan, Backend& backend, std::atomic<bool> const& stop) {
  RawLedgers raw(plan, ledger_memory);
  if (!run_plan(plan, backend, stop, {}, &raw).finished) return {};
  auto const entry = [&](Entry e) { return raw.entry(static_cast<std::uint32_t>(e)); };
  auto const violated = entry(plan.objective_per == ObjectivePer::requests ? Entry::violated_requests : Entry::violated_ticks);
  auto const billed = entry(Entry::billed_replica_ticks);
  RankedRealizations ranked;
  for (std::int64_t const ticks : billed) ranked.billed_replica_ticks += ticks;
  auto& order = ranked.order;
  order.resize(plan.realizations);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::uint64_t a, std::uint64_t b) { return std::tuple(violated[a], billed[a], a) < std::tuple(violated[b], billed[b], b); });
  return ranked;
}

RealizationTimeline timeline_of(Plan const& plan, std::uint64_t realization, std::uint32_t most_blocks) {
  PolicyInfo const& policy = plan.policies.front();
  TimelineBlocks blocks(plan, most_blocks);
  ReplayLedger const ledger = replay(plan, policy.slot, draw_demand(plan, 0, realization), [&](FleetTick const& tick) { blocks.add(tick); });
  RealizationTimeline timeline = blocks.take();
  ReplayJudge const judge{plan, policy, ledger, plan.ledger_ticks};
  timeline.realization = realization;
  timeline.cost_usd = judge.of(Quantity::cost_usd);
  double const violated = judge.of(plan.objective_per == ObjectivePer::requests ? Quantity::violated_request_share : Quantity::violated_share);
  timeline.violated_share = std::isnan(violated) ? 0.0 : violated;  // no request came, none was violated
  timeline.objective_met = judge.objective_met();
  return timeline;
}

}  // namespace fleetcast
