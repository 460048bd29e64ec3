#include "replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cuda/model/rows.cuh"
#include "cuda/model/walk.cuh"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

using Lane = ThreadStepLane<1>;

/// The workload as rows of one realization, as a backend makes them.
struct Rows {
  std::vector<float> work, signal;
  std::int64_t work_ms;
  std::uint64_t reference;
  RealizationTotals totals{};

  /// A tick's demand, as the walk reads it.
  SharedTick<Lane> at(DemandSeries const& demand, std::uint32_t tick) const {
    return {0.0F - work[tick], signal[tick], Lane::Requests::of(demand.requests[tick])};
  }
};

/// Demand of the walk's one lane.
struct ReplayDemand {
  static constexpr LaneLayout layout = LaneLayout::policies;
  DemandSeries const& demand;
  Rows const& rows;

  SharedTick<Lane> at(std::uint32_t tick) const { return rows.at(demand, tick); }
};

using Walk = PolicyWalk<Lane, WalkKind::any, MemoryBootPipeline<Lane>, max_latency_levels, ReplayDemand>;

Rows make_rows(Plan const& plan, PolicyGroup const& group, std::uint32_t slot, DemandSeries& demand) {
  std::uint32_t const ticks = demand.ticks();
  DemandView const view = demand.view();
  Rows rows{std::vector<float>(ticks), std::vector<float>(ticks), 0, 0, {}};
  add_ticks(rows.totals, view, demand.warmup_ticks, 0, 0, 1);
  rows.work_ms = fill_work_row(plan.services[group.service], view, demand.warmup_ticks, 0, rows.work.data());
  if (group.signal != Signal::utilization) fill_signal_row(group.window_ticks, view, 0, rows.signal.data(), 0, ticks);
  rows.reference =
      reference_replica_ticks(plan.references[plan.table.reference[slot]], demand.requests.data(), rows.work.data(), demand.warmup_ticks, ticks, 1);
  return rows;
}

PolicyGroup const& group_of(Plan const& plan, std::uint32_t slot) {
  return *std::find_if(plan.groups.begin(), plan.groups.end(), [&](PolicyGroup const& g) { return slot < g.first_slot + g.slot_count; });
}

std::int32_t whole(Lane::Real const& replicas) { return static_cast<std::int32_t>(Lane::get(replicas, 0)); }

/// Tells what the autoscaler did at the end of a tick from what it compared and what stands afterwards.
class DecisionReader {
 public:
  DecisionReader(Plan const& plan, PolicyGroup const& group, std::uint32_t slot) : plan_(plan), group_(group), slot_(slot) {}

  Decision read(std::uint32_t tick, Walk::State const& before, Walk::State const& after, Walk::Comparison const& compared) const {
    Decision decision{Decision::Outcome::hold, whole(before.wanted), whole(after.wanted), 0, 0, 0};
    if (std::uint32_t const past = (tick + 1) % group_.interval_ticks; past != 0) {
      decision.outcome = Decision::Outcome::not_due;
      decision.ticks_left = group_.interval_ticks - past;
      return decision;
    }
    float const observed = Lane::get(compared.observed, 0);
    decision.signal = in_own_unit(observed, tick, decision.wanted);
    if (observed > Lane::get(compared.up_at, 0)) {
      using enum Decision::Outcome;
      decision.threshold = plan_.table.scale_up_at[slot_];
      decision.outcome = decision.wanted >= plan_.table.max_replicas[slot_] ? at_max : decision.wanted_next > decision.wanted ? up : held_up;
      if (decision.outcome == held_up) decision.ticks_left = left_at(tick, Lane::get(before.up_held_until, 0));
    } else if (observed < Lane::get(compared.down_at, 0)) {
      using enum Decision::Outcome;
      decision.threshold = plan_.table.scale_down_at[slot_];
      decision.outcome = decision.wanted <= plan_.table.min_replicas[slot_] ? at_min : decision.wanted_next < decision.wanted ? down : held_down;
      if (decision.outcome == held_down) decision.ticks_left = left_at(tick, Lane::get(before.down_held_until, 0));
    }
    return decision;
  }

 private:
  /// Ticks from `tick` to the first in which a change is no longer held back.
  static std::uint32_t left_at(std::uint32_t tick, std::int32_t held_until) {
    return static_cast<std::uint32_t>(held_until + 1 - static_cast<std::int32_t>(tick));
  }

  double in_own_unit(float observed, std::uint32_t tick, std::int32_t wanted) const {
    double const window_ticks = std::min(group_.window_ticks, tick + 1);
    if (group_.signal == Signal::utilization) return static_cast<double>(observed) / (65536.0 * window_ticks);
    double const per_minute = static_cast<double>(observed) * 60.0 / (window_ticks * plan_.tick_seconds);
    return group_.signal == Signal::tokens_per_replica && wanted > 0 ? per_minute / wanted : per_minute;
  }

  Plan const& plan_;
  PolicyGroup const& group_;
  std::uint32_t slot_;
};

/// Replicas that were removed and are still billed.
class DrainingReplicas {
 public:
  explicit DrainingReplicas(std::uint32_t drain_ticks) : removed_(drain_ticks) {}

  std::int64_t count() const { return count_; }

  /// Ends a tick after which `removed` ready replicas go.
  void advance(std::int32_t removed) {
    if (removed_.empty()) return;
    count_ += removed - removed_[oldest_];
    removed_[oldest_] = removed;
    oldest_ = (oldest_ + 1) % removed_.size();
  }

 private:
  std::vector<std::int32_t> removed_;  ///< a ring: after each of the last ticks
  std::size_t oldest_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace

void check_size(Plan const& plan, std::uint32_t slot, DemandSeries const& demand) {
  ServiceRates const rates = plan.services[plan.slot_service[slot]];
  constexpr double most_sum = 0x1p62;
  double tokens = 0;
  double work_us = 0;
  for (std::uint32_t tick = 0; tick < demand.ticks(); ++tick) {
    auto const prompt = static_cast<double>(demand.prompt_tokens[tick]);
    auto const completion = static_cast<double>(demand.completion_tokens[tick]);
    tokens += prompt + completion;
    work_us +=
        1e6 * (prompt * static_cast<double>(rates.seconds_per_prompt_token) + completion * static_cast<double>(rates.seconds_per_completion_token));
  }
  if (tokens >= most_sum || work_us >= most_sum)
    throw Error(ExitCode::bad_data,
                fmt::format("the workload has {:.3g} tokens and {:.3g} replica-seconds of work (more than can be summed exactly); check its units",
                            tokens, work_us / 1e6));
}

ReplayLedger replay(Plan const& plan, std::uint32_t slot, DemandSeries demand, std::function<void(FleetTick const&)> const& observe) {
  PolicyGroup const& group = group_of(plan, slot);
  Rows const rows = make_rows(plan, group, slot, demand);
  std::uint32_t const busiest = std::max(1U, rows.totals.busiest_tick);
  WalkTicks const ticks{demand.warmup_ticks, demand.ticks(), plan.tick_seconds, std::min(0x7fffffffU / busiest, plan.longest_segment)};
  ReplayLedger ledger{std::vector<std::int64_t>(fixed_entries + plan.levels), rows.totals, rows.work_ms, rows.reference};

  std::vector<float> memory(walk_memory_values(group) + boot_memory_values(group));
  float* const window_memory = memory.data() + boot_memory_values(group);
  float* const ready_memory = memory.data() + walk_memory_values(group);
  PolicyColumns const columns = plan.table.columns();
  Walk walk(group, columns, slot, plan.levels, ticks, {memory.data(), 1}, {window_memory, 1}, {ledger.entries.data(), 1, 1, 1});
  MemoryBootPipeline<Lane> ready(walk.state().wanted, {ready_memory, 1}, group.boot_ticks);
  DecisionReader const decisions(plan, group, slot);

  ReplayDemand const source{demand, rows};
  DrainingReplicas draining(group.drain_ticks);
  for (std::uint32_t tick = 0; tick < ticks.all; ++tick) {
    Walk::State const before = walk.state();
    walk.advance(source, tick, tick + 1);
    Walk::State const after = walk.state();
    std::int32_t const wanted = whole(before.wanted);
    std::int32_t const serving = whole(ready.advance(before.wanted));
    std::int64_t const billed = (group.billing == Billing::standing ? wanted : serving) + draining.count();
    draining.advance(std::max(0, serving - whole(after.wanted)));
    float const backlog_before = Lane::get(before.backlog, 0);
    observe({tick, demand.requests[tick], demand.prompt_tokens[tick], demand.completion_tokens[tick], serving, wanted - serving,
             tick < ticks.warmup ? 0 : billed, rows.work[tick] + backlog_before, backlog_before, Lane::get(after.backlog, 0),
             Lane::get(after.violated_run, 0) > 0, decisions.read(tick, before, after, walk.compare(source.at(tick), before.wanted))});
  }
  walk.finish([&](int) { return rows.work_ms; });
  return ledger;
}

}  // namespace fleetcast
