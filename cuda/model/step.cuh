/// The policy loop: settings of the threshold autoscaler walk through realizations, one tick after the other.
#pragma once

#include <cstdint>
#include <type_traits>

#include "boot_pipeline.cuh"
#include "ledger.cuh"
#include "policy.cuh"
#include "records.cuh"
#include "rows.cuh"
#include "step_lane.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// What the compiler may know of a group of policies.
enum class WalkKind {
  classic,  ///< memoryless, instant, no cooldowns, single steps decided on every tick, Signal::tokens_per_minute
  whole,    ///< Backlog::carried, Billing::standing, single steps, Signal::tokens_per_replica
  any       ///< whatever the group says
};

/// A tick's demand that every lane sees.
template <class Lane>
struct SharedTick {
  float minus_work;  ///< 0 - work, which is never -0
  float signal;
  typename Lane::Requests requests;

  FLEETCAST_FUNCTION typename Lane::Real minus_works() const { return Lane::real(minus_work); }
  FLEETCAST_FUNCTION typename Lane::Real signals() const { return Lane::real(signal); }
};

/// Demand of one realization, seen by every lane.
template <class Lane>
struct SharedDemand {
  static constexpr LaneLayout layout = LaneLayout::policies;
  std::uint32_t const* requests;  ///< [tick]
  float const* work;
  float const* signal;

  FLEETCAST_FUNCTION SharedTick<Lane> at(std::uint32_t tick) const { return {0.0F - work[tick], signal[tick], requests[tick]}; }
};

/// A tick's demand in the realization of each lane.
template <class Lane>
struct OwnTick {
  typename Lane::Real work, signal;
  typename Lane::Count requests;

  FLEETCAST_FUNCTION typename Lane::Real minus_works() const { return Lane::real(0.0F) - work; }
  FLEETCAST_FUNCTION typename Lane::Real signals() const { return signal; }
};

/// Demand of a realization in each lane, from interleaved rows.
template <class Lane>
struct OwnDemand {
  static constexpr LaneLayout layout = LaneLayout::realizations;
  std::int32_t const* requests;  ///< [tick·interleave + lane]
  float const* work;
  float const* signal;

  FLEETCAST_FUNCTION OwnTick<Lane> at(std::uint32_t tick) const {
    std::uint64_t const place = static_cast<std::uint64_t>(tick) * interleave;
    return {Lane::load(work + place), Lane::load(signal + place), Lane::load(requests + place)};
  }
};

/// Ticks of a walk, and how they are counted.
struct WalkTicks {
  std::uint32_t warmup;
  std::uint32_t all;  ///< warm-up included
  std::uint32_t seconds;
  std::uint32_t segment;  ///< ticks over which no lane's counts can overflow

  /// Ledger ticks in which a replica removed at the end of `tick` is still billed, if it drains for `drain` ticks.
  FLEETCAST_FUNCTION std::uint32_t drained(std::uint32_t tick, std::uint32_t drain) const {
    std::uint32_t const first = tick + 1 > warmup ? tick + 1 : warmup;
    std::uint32_t const last = all - tick - 1 < drain ? all : tick + 1 + drain;
    return last > first ? last - first : 0;
  }

  /// The first tick after `tick` whose removals may be billed for longer or shorter than those of `tick`.
  FLEETCAST_FUNCTION std::uint32_t drained_alike_until(std::uint32_t tick, std::uint32_t drain) const {
    if (tick + 1 >= all) return all;
    if (drained(tick + 1, drain) != drained(tick, drain)) return tick + 1;
    // drained() is a broken line: it bends where the drain begins to reach the ledger, where the ledger starts, where it begins to reach the end
    std::int64_t const bends[] = {static_cast<std::int64_t>(warmup) - drain - 1, static_cast<std::int64_t>(warmup) - 1,
                                  static_cast<std::int64_t>(all) - drain - 1};
    std::uint32_t end = all;
    for (std::int64_t const bend : bends)
      if (bend > tick && bend < end) end = static_cast<std::uint32_t>(bend);
    return end;
  }
};

/// Ready replicas that were removed and are still billed.
template <class Lane>
struct Draining {
  typename Lane::Real removed = Lane::real(0.0F);  ///< in the segment
  std::int64_t billed[Lane::width] = {};           ///< replica-ticks, of all segments before
};
struct Nothing {};

/// Policies (or realizations) of the lanes, walking. Ticks are handed over in stretches, so that a caller may stage demand.
template <class Lane, WalkKind Kind, class BootPipeline, int MostLevels, class Demand>
class PolicyWalk {
  using Real = typename Lane::Real;
  using Count = typename Lane::Count;
  using Mask = typename Lane::Mask;
  using Exceed = typename Lane::Exceed;

 public:
  /// @param boot_memory    boot_memory_values(group) a lane, for MemoryBootPipeline
  /// @param window_memory  window_ticks values a lane, with Signal::utilization
  FLEETCAST_FUNCTION PolicyWalk(PolicyGroup const& group, PolicyColumns const& columns, std::uint32_t slot, std::uint32_t levels,
                                WalkTicks const& ticks, History boot_memory, History window_memory, LedgerSlot out)
      : group_(group),
        columns_(columns),
        slot_(slot),
        levels_(levels),
        ticks_(ticks),
        decides_at_(group.interval_ticks - 1),
        window_(window_memory),
        out_(out),
        policy_(columns, slot, 1 + levels),
        boot_(initial(), boot_memory, group.boot_ticks),
        wanted_(initial()),
        wanted_at_start_(wanted_),
        backlog_(Lane::real(0.0F)),
        backlog_at_start_(Lane::real(0.0F)),
        up_held_until_(Lane::count(-1)),
        down_held_until_(Lane::count(-1)),
        window_sum_(Lane::count(0)) {
    start_ledger(0);
  }

  /// Runs ticks [first, last); `first` is 0 or the last call's `last`. The ledger starts after the warm-up.
  FLEETCAST_FUNCTION void advance(Demand const& demand, std::uint32_t first, std::uint32_t last) {
    while (first < last) {
      if (first == ticks_.warmup) start_ledger(first);
      std::uint32_t end = last < segment_end_ ? last : segment_end_;
      if (first < ticks_.warmup && end > ticks_.warmup) end = ticks_.warmup;
      if (first < group_.window_ticks) {  // the window is still filling
        policy_.set_window(columns_, slot_, group_.signal, first + 1, ticks_.seconds);
        end = first + 1;
      }
      FLEETCAST_UNROLL_TICKS
      for (std::uint32_t tick = first; tick < end; ++tick) step(demand.at(tick), tick);
      first = end;
      if (first == segment_end_) close_segment(first);
    }
  }

  /// What decides at the end of a tick: up iff observed > up_at, down iff observed < down_at.
  struct Comparison {
    Real observed, up_at, down_at;
  };
  /// The signal of the last tick that ran, and what it is compared with while `wanted` replicas stand.
  template <class Tick>
  FLEETCAST_FUNCTION Comparison compare(Tick const& demand, Real const& wanted) const {
    bool const per_replica = signal() == Signal::tokens_per_replica;
    return {signal() == Signal::utilization ? Lane::to_real_unsigned(window_sum_) : demand.signals(),
            per_replica ? policy_.up_at * wanted : policy_.up_at, per_replica ? policy_.down_at * wanted : policy_.down_at};
  }

  /// What a walk carries from one tick into the next, for those who watch it tick by tick.
  struct State {
    Real wanted, backlog;
    Count up_held_until, down_held_until;  ///< the last ticks in which a change is held back
    Count violated_run;                    ///< violated ticks without a break, this one included
  };
  FLEETCAST_FUNCTION State state() const { return {wanted_, backlog_, up_held_until_, down_held_until_, ledger_.run}; }

  /// Writes the ledger's entries.
  /// @param work_ms  of a lane's realization over the ledger
  template <class WorkOfLane>
  FLEETCAST_FUNCTION void finish(WorkOfLane work_ms) {
    close_segment(ticks_.all);
    Lane::for_each_lane(FLEETCAST_LANES {
      if (lane >= out_.lanes) return;
      if constexpr (Kind == WalkKind::any) out_.add(Entry::billed_replica_ticks, lane, draining_.billed[lane]);
      out_.at(Entry::peak_replicas, lane) = static_cast<std::int64_t>(Lane::get(ledger_.peak, lane));
      out_.at(Entry::longest_violated_ticks, lane) = Lane::get(ledger_.longest_run, lane);
      out_.at(Entry::shed_replica_ms, lane) = ledger_.shed_ms[lane];
      // work in equals work done plus work left plus work shed
      out_.at(Entry::served_replica_ms, lane) = work_ms(lane) + whole_milliseconds(Lane::get(backlog_at_start_, lane)) -
                                                whole_milliseconds(Lane::get(backlog_, lane)) - ledger_.shed_ms[lane];
    });
  }

 private:
  static constexpr bool single_steps = Kind != WalkKind::any;

  FLEETCAST_FUNCTION bool carries_backlog() const { return Kind == WalkKind::whole || (Kind == WalkKind::any && group_.backlog == Backlog::carried); }
  FLEETCAST_FUNCTION Signal signal() const {
    return Kind == WalkKind::classic ? Signal::tokens_per_minute : Kind == WalkKind::whole ? Signal::tokens_per_replica : group_.signal;
  }
  FLEETCAST_FUNCTION Real initial() const { return Lane::to_real(Policy<Lane, Demand::layout, MostLevels>::read(columns_.initial_replicas + slot_)); }

  /// What was counted so far is forgotten, but for replicas that still drain.
  FLEETCAST_FUNCTION void start_ledger(std::uint32_t tick) {
    settle_drain();
    ledger_.clear();
    Lane::for_each_lane(FLEETCAST_LANES {
      if (lane >= out_.lanes) return;
      for (std::uint32_t entry = 0; entry < fixed_entries + levels_; ++entry) out_.at(static_cast<Entry>(entry), lane) = 0;
    });
    backlog_at_start_ = backlog_;
    start_segment(tick);
  }

  FLEETCAST_FUNCTION void start_segment(std::uint32_t tick) {
    segment_start_ = tick;
    wanted_at_start_ = wanted_;
    segment_end_ = tick + ticks_.segment;
    if (Kind == WalkKind::any && group_.drain_ticks > 0) {
      std::uint32_t const end = ticks_.drained_alike_until(tick, group_.drain_ticks);
      if (end < segment_end_) segment_end_ = end;
    }
  }

  /// Bills the segment's removed replicas for the ticks in which they drain.
  FLEETCAST_FUNCTION void settle_drain() {
    if constexpr (Kind == WalkKind::any) {
      std::int64_t const ticks = ticks_.drained(segment_start_, group_.drain_ticks);
      Lane::for_each_lane(FLEETCAST_LANES { draining_.billed[lane] += ticks * static_cast<std::int64_t>(Lane::get(draining_.removed, lane)); });
      draining_.removed = Lane::real(0.0F);
    }
  }

  FLEETCAST_FUNCTION void close_segment(std::uint32_t end) {
    if constexpr (single_steps) ledger_.scale_downs = ledger_.scale_ups - (Lane::truncate(wanted_) - Lane::truncate(wanted_at_start_));
    settle_drain();
    ledger_.close_segment(end - segment_start_, levels_, out_);
    start_segment(end);
  }

  /// One tick in every lane: serve, judge, decide.
  template <class Tick>
  FLEETCAST_FUNCTION void step(Tick const& demand, std::uint32_t tick) {
    Real const ready = boot_.advance(wanted_);
    Real const minus_load = carries_backlog() ? demand.minus_works() - backlog_ : demand.minus_works();

    Exceed exceeds[1 + MostLevels];
    FLEETCAST_UNROLL
    for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = Lane::exceeds_product(minus_load, ready, policy_.load_limits[i]);
    if (carries_backlog()) serve(minus_load, ready, exceeds);
    judge(demand, ready, exceeds);
    if (signal() == Signal::utilization) observe_utilization(tick, Lane::real(0.0F) - minus_load, ready);
    Mask const below_max = Lane::greater(policy_.max_replicas, wanted_);
    ledger_.ticks_below_max = Lane::count_where(below_max, ledger_.ticks_below_max);
    if (Kind == WalkKind::classic || tick == decides_at_) decide(demand, tick, below_max);
    if constexpr (Kind == WalkKind::any) draining_.removed = draining_.removed + Lane::larger(ready - wanted_, Lane::real(0.0F));
  }

  /// Leaves what capacity can't take as backlog, sheds what the backlog can't hold.
  FLEETCAST_FUNCTION void serve(Real const& minus_load, Real const& ready, Exceed* exceeds) {
    Real const zero = Lane::real(0.0F);
    if (Lane::any(Lane::greater(backlog_, zero))) {
      FLEETCAST_SELDOM;
      FLEETCAST_UNROLL
      for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = exceeds[i] | Lane::exceeds_product(zero - backlog_, ready, policy_.backlog_limits[i]);
    }
    Real const over = Lane::beyond_product(minus_load, ready, Lane::real(static_cast<float>(ticks_.seconds)));
    Real const unserved = Lane::larger(over, zero);
    Real const room = ready * policy_.max_backlog_seconds;
    backlog_ = Lane::smaller(unserved, room);
    if (Lane::any(Lane::greater(unserved, room))) {
      Exceed const sheds = Lane::exceeds(unserved, room);
      FLEETCAST_UNROLL
      for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = exceeds[i] | sheds;
      Real const shed = unserved - backlog_;
      Lane::for_each_lane(FLEETCAST_LANES { ledger_.shed_ms[lane] += whole_milliseconds(Lane::get(shed, lane)); });
    }
  }

  template <class Tick>
  FLEETCAST_FUNCTION void judge(Tick const& demand, Real const& ready, Exceed const* exceeds) {
    if (Kind != WalkKind::any || group_.billing == Billing::standing)
      ledger_.billed = ledger_.billed + wanted_;
    else
      ledger_.billed = ledger_.billed + ready;
    ledger_.peak = Lane::larger(ledger_.peak, wanted_);
    FLEETCAST_UNROLL
    for (int i = 0; i < MostLevels; ++i) ledger_.above[i] = Lane::count_exceeding(exceeds[1 + i], ledger_.above[i]);
    auto const violation = Lane::violation(exceeds[0], demand.requests);
    ledger_.violated.add(violation, demand.requests);
    ledger_.run = Lane::run_violation(violation, ledger_.run);
    ledger_.longest_run = Lane::larger(ledger_.longest_run, ledger_.run);
  }

  /// Adds min(u, 64) of this tick, in 65536ths, to the sum over the window.
  FLEETCAST_FUNCTION void observe_utilization(std::uint32_t tick, Real const& load, Real const& ready) {
    Real const zero = Lane::real(0.0F);
    Real const most = Lane::real(64.0F);
    Mask const some = Lane::greater(ready, zero);
    Real const capacity = Lane::select(some, ready * Lane::real(static_cast<float>(ticks_.seconds)), Lane::real(1.0F));
    Real used = load * (Lane::real(1.0F) / capacity);
    used = Lane::select(some, used, Lane::select(Lane::greater(load, zero), most, zero));
    used = Lane::smaller(used, most);
    Count const parts = Lane::truncate(Lane::real(65536.0F) * used);
    std::uint32_t const place = tick % group_.window_ticks;
    if (tick >= group_.window_ticks) window_sum_ = Lane::add_modulo(window_sum_, Lane::count(0) - Lane::truncate(window_.template get<Lane>(place)));
    window_sum_ = Lane::add_modulo(window_sum_, parts);
    window_.template put<Lane>(place, Lane::to_real(parts));  // at most 2^22: exact
  }

  /// Scales up or down by a step where the signal asks for it, limits leave room and no cooldown holds it back.
  ///
  /// scale_down_at < scale_up_at in every valid cell, so that never both ask.
  template <class Tick>
  FLEETCAST_FUNCTION void decide(Tick const& demand, std::uint32_t tick, Mask const& below_max) {
    decides_at_ += group_.interval_ticks;
    Comparison const asked = compare(demand, wanted_);
    Count const now = Lane::count(static_cast<std::int32_t>(tick));
    Mask const above_min = Lane::greater(wanted_, policy_.min_replicas);
    Mask rises = Lane::greater_where(below_max, asked.observed, asked.up_at);
    Mask falls = Lane::greater_where(above_min, asked.down_at, asked.observed);
    if constexpr (Kind != WalkKind::classic) {
      rises = Lane::greater_where(rises, now, up_held_until_);
      falls = Lane::greater_where(falls, now, down_held_until_);
      up_held_until_ = Lane::sum_where(rises, up_held_until_, now, policy_.rest_up);
      down_held_until_ = Lane::sum_where(rises, down_held_until_, now, policy_.rest_down);
      down_held_until_ = Lane::sum_where(falls, down_held_until_, now, policy_.rest_down);
    }
    ledger_.scale_ups = Lane::count_where(rises, ledger_.scale_ups);
    if constexpr (single_steps) {  // which never pass a limit, and whose downs follow from ups and replicas
      wanted_ = Lane::add_where(rises, wanted_, Lane::real(1.0F));
      wanted_ = Lane::add_where(falls, wanted_, Lane::real(-1.0F));
    } else {
      wanted_ = Lane::select(rises, Lane::smaller(wanted_ + policy_.step_up, policy_.max_replicas), wanted_);
      wanted_ = Lane::select(falls, Lane::larger(wanted_ - policy_.step_down, policy_.min_replicas), wanted_);
      ledger_.scale_downs = Lane::count_where(falls, ledger_.scale_downs);
    }
  }

  PolicyGroup const group_;
  PolicyColumns const& columns_;
  std::uint32_t slot_;
  std::uint32_t levels_;
  WalkTicks ticks_;
  std::uint32_t segment_start_ = 0, segment_end_ = 0;
  std::uint32_t decides_at_;
  History window_;
  LedgerSlot out_;

  Policy<Lane, Demand::layout, MostLevels> policy_;
  Ledger<Lane, MostLevels> ledger_;
  BootPipeline boot_;
  Real wanted_, wanted_at_start_;
  Real backlog_, backlog_at_start_;
  Count up_held_until_, down_held_until_;
  Count window_sum_;
  std::conditional_t<Kind == WalkKind::any, Draining<Lane>, Nothing> draining_;
};

}  // namespace fleetcast::inline FLEETCAST_ISA
