/// The policy loop: Lane::width settings of the threshold autoscaler walk through one realization.
#pragma once

#include <cfloat>
#include <cstdint>

#include "boot_pipeline.cuh"
#include "lane.cuh"
#include "records.cuh"
#include "rows.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Where a realization's ledger goes: entry e of lane l at base + e·stride + l.
struct LedgerSlot {
  std::int64_t* base;
  std::uint64_t stride;

  FLEETCAST_FUNCTION std::int64_t& at(Entry entry, int lane) const {
    return base[static_cast<std::uint64_t>(entry) * stride + static_cast<std::uint64_t>(lane)];
  }
};

/// Settings of the lanes' policies. `MostLevels` is at least the sweep's number of latency levels, known to the compiler so
/// that limits and counts stay in registers; levels beyond the sweep's are never exceeded.
template <class Lane, int MostLevels>
struct Policy {
  using Real = typename Lane::Real;
  using Count = typename Lane::Count;
  Real up_at, down_at;  ///< thresholds in units of the signal's sum over the window
  Real max_backlog_seconds;
  Real load_limits[1 + MostLevels];
  Real backlog_limits[1 + MostLevels];
  Count min_replicas, max_replicas, step_up, step_down, cooldown_up, cooldown_down;
  typename Lane::Mask bills_startup;

  FLEETCAST_FUNCTION Policy(PolicyColumns const& columns, std::uint32_t slot, std::uint32_t limits)
      : up_at(Lane::real(0.0F)),
        down_at(Lane::real(0.0F)),
        max_backlog_seconds(Lane::load(columns.max_backlog_seconds + slot)),
        min_replicas(Lane::load(columns.min_replicas + slot)),
        max_replicas(Lane::load(columns.max_replicas + slot)),
        step_up(Lane::load(columns.step_up + slot)),
        step_down(Lane::load(columns.step_down + slot)),
        cooldown_up(Lane::load(columns.cooldown_up_ticks + slot)),
        cooldown_down(Lane::load(columns.cooldown_down_ticks + slot)),
        bills_startup(Lane::load(columns.bill_startup + slot) > Lane::count(0)) {
    for (int i = 0; i < 1 + MostLevels; ++i) {
      bool const wanted = static_cast<std::uint32_t>(i) < limits;
      std::uint64_t const at = static_cast<std::uint64_t>(i) * columns.slots + slot;
      load_limits[i] = wanted ? Lane::load(columns.load_limits + at) : Lane::real(FLT_MAX);
      backlog_limits[i] = wanted ? Lane::load(columns.backlog_limits + at) : Lane::real(FLT_MAX);
    }
  }

  /// Sets the thresholds for a window of `ticks`, in the units of the signal's sum.
  FLEETCAST_FUNCTION void set_window(PolicyColumns const& columns, std::uint32_t slot, Signal signal, std::uint32_t ticks,
                                     std::uint32_t tick_seconds) {
    Lane::for_each_lane([&](int lane) {
      double const up = columns.scale_up_at[slot + static_cast<std::uint32_t>(lane)];
      double const down = columns.scale_down_at[slot + static_cast<std::uint32_t>(lane)];
      double const scale = signal == Signal::utilization ? 65536.0 * ticks : static_cast<double>(ticks) * tick_seconds;
      double const unit = signal == Signal::utilization ? 1.0 : 60.0;
      Lane::set(up_at, lane, static_cast<float>(up * scale / unit));
      Lane::set(down_at, lane, static_cast<float>(down * scale / unit));
    });
  }
};

/// Counts of the current segment, in 32 bits (RealizationTotals::segment_ticks keeps them from overflowing),
/// and what can't be split into segments.
template <class Lane, int MostLevels>
struct Ledger {
  using Count = typename Lane::Count;
  Count billed, violated_ticks, violated_requests, scale_ups, scale_downs, ticks_at_max;
  Count above[MostLevels > 0 ? MostLevels : 1];
  Count peak, run, longest_run;

  FLEETCAST_FUNCTION void clear_segment() {
    Count const zero = Lane::count(0);
    billed = violated_ticks = violated_requests = scale_ups = scale_downs = ticks_at_max = zero;
    for (int i = 0; i < MostLevels; ++i) above[i] = zero;
  }

  FLEETCAST_FUNCTION void clear(std::uint32_t levels, LedgerSlot out) {
    clear_segment();
    peak = run = longest_run = Lane::count(0);
    for (std::uint32_t entry = 0; entry < fixed_entries + levels; ++entry)
      Lane::for_each_lane([&](int lane) { out.at(static_cast<Entry>(entry), lane) = 0; });
  }

  /// Adds the segment to the realization's ledger and starts the next.
  FLEETCAST_FUNCTION void close_segment(std::uint32_t levels, LedgerSlot out) {
    add(out, Entry::billed_replica_ticks, billed);
    add(out, Entry::violated_ticks, violated_ticks);
    add(out, Entry::violated_requests, violated_requests);
    add(out, Entry::scale_ups, scale_ups);
    add(out, Entry::scale_downs, scale_downs);
    add(out, Entry::ticks_at_max, ticks_at_max);
    for (int i = 0; i < MostLevels; ++i)
      if (static_cast<std::uint32_t>(i) < levels) add(out, static_cast<Entry>(fixed_entries + static_cast<std::uint32_t>(i)), above[i]);
    clear_segment();
  }

  FLEETCAST_FUNCTION static void add(LedgerSlot out, Entry entry, Count const& counts) {
    std::int32_t values[Lane::width];
    Lane::store(values, counts);
    Lane::for_each_lane([&](int lane) { out.at(entry, lane) += static_cast<std::uint32_t>(values[lane]); });
  }

  FLEETCAST_FUNCTION static void put(LedgerSlot out, Entry entry, Count const& counts) {
    std::int32_t values[Lane::width];
    Lane::store(values, counts);
    Lane::for_each_lane([&](int lane) { out.at(entry, lane) = values[lane]; });
  }
};

/// One realization under the policies of the lanes at `slot`.
template <class Lane, class BootPipeline, int MostLevels>
class PolicyWalk {
  using Real = typename Lane::Real;
  using Count = typename Lane::Count;
  using Mask = typename Lane::Mask;

 public:
  /// @param boot_memory    boot_ticks + 1 integers a lane for MemoryBootPipeline
  /// @param window_memory  window_ticks integers a lane with Signal::utilization
  FLEETCAST_FUNCTION PolicyWalk(PolicyGroup const& group, PolicyColumns const& columns, std::uint32_t slot, std::uint32_t levels,
                                RowsView const& rows, std::uint32_t realization, History boot_memory, History window_memory, LedgerSlot out)
      : group_(group),
        columns_(columns),
        slot_(slot),
        levels_(levels),
        rows_(rows),
        realization_(realization),
        window_(window_memory),
        out_(out),
        policy_(columns, slot, 1 + levels),
        boot_(Lane::load(columns.initial_replicas + slot), boot_memory, group.boot_ticks),
        wanted_(Lane::load(columns.initial_replicas + slot)),
        backlog_(Lane::real(0.0F)),
        up_allowed_(Lane::count(0)),
        down_allowed_(Lane::count(0)),
        window_sum_(Lane::count(0)) {}

  /// Runs warm-up and ledger and writes the ledger's entries.
  FLEETCAST_FUNCTION void run() {
    std::uint64_t const row = static_cast<std::uint64_t>(realization_) * rows_.ticks;
    std::uint64_t const plane = static_cast<std::uint64_t>(rows_.realizations) * rows_.ticks;
    requests_ = rows_.requests + row;
    work_ = rows_.work + group_.service * plane + row;
    signal_ = group_.signal == Signal::utilization ? nullptr : rows_.signal + group_.window_row * plane + row;

    ledger_.clear(levels_, out_);
    std::uint32_t const segment = rows_.totals[realization_].segment_ticks;
    walk_segments(0, rows_.warmup_ticks, segment);
    ledger_.clear(levels_, out_);
    Real const backlog_before = backlog_;
    walk_segments(rows_.warmup_ticks, rows_.ticks, segment);

    ledger_.put(out_, Entry::peak_replicas, ledger_.peak);
    ledger_.put(out_, Entry::longest_violated_ticks, ledger_.longest_run);
    // work in equals work done plus work left plus work shed
    std::int64_t const work_ms = rows_.work_ms[static_cast<std::uint64_t>(group_.service) * rows_.realizations + realization_];
    Lane::for_each_lane([&](int lane) {
      out_.at(Entry::served_replica_ms, lane) = work_ms + whole_milliseconds(Lane::get(backlog_before, lane)) -
                                                whole_milliseconds(Lane::get(backlog_, lane)) - out_.at(Entry::shed_replica_ms, lane);
    });
  }

 private:
  FLEETCAST_FUNCTION void walk_segments(std::uint32_t first, std::uint32_t last, std::uint32_t segment) {
    while (first < last) {
      std::uint32_t const end = last - first > segment ? first + segment : last;
      for (std::uint32_t tick = first; tick < end; ++tick) step(tick);
      ledger_.close_segment(levels_, out_);
      first = end;
    }
  }

  /// One tick in every lane: serve, judge, decide.
  FLEETCAST_FUNCTION void step(std::uint32_t tick) {
    Count const ready = boot_.advance(wanted_);
    Real const replicas = Lane::to_real(ready);
    Real const load = Lane::real(work_[tick]) + backlog_;

    Mask exceeds[1 + MostLevels];
    for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = Lane::exceeds_product(load, replicas, policy_.load_limits[i]);
    if (group_.backlog == Backlog::carried) serve(load, replicas, exceeds);
    judge(tick, ready, exceeds);
    if (group_.signal == Signal::utilization) observe_utilization(tick, load, replicas);
    if ((tick + 1) % group_.interval_ticks == 0) decide(tick);
  }

  /// Leaves what capacity can't take as backlog, sheds what the backlog can't hold.
  FLEETCAST_FUNCTION void serve(Real load, Real replicas, Mask* exceeds) {
    Real const zero = Lane::real(0.0F);
    if (Lane::any(backlog_ > zero))
      for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = exceeds[i] | Lane::exceeds_product(backlog_, replicas, policy_.backlog_limits[i]);

    Real const over = load - replicas * Lane::real(static_cast<float>(rows_.tick_seconds));
    Real const unserved = Lane::select(over > zero, over, zero);
    Real const room = replicas * policy_.max_backlog_seconds;
    backlog_ = Lane::select(unserved < room, unserved, room);
    Real const shed = unserved - backlog_;
    Mask const sheds = shed > zero;
    if (Lane::any(sheds)) {
      for (int i = 0; i < 1 + MostLevels; ++i) exceeds[i] = exceeds[i] | sheds;
      Lane::for_each_lane([&](int lane) { out_.at(Entry::shed_replica_ms, lane) += whole_milliseconds(Lane::get(shed, lane)); });
    }
  }

  FLEETCAST_FUNCTION void judge(std::uint32_t tick, Count ready, Mask const* exceeds) {
    ledger_.billed = Lane::add_modulo(ledger_.billed, Lane::select(policy_.bills_startup, wanted_, ready));
    ledger_.peak = larger<Lane>(ledger_.peak, wanted_);
    ledger_.ticks_at_max = ledger_.ticks_at_max + Lane::one_where(wanted_ == policy_.max_replicas);
    for (int i = 0; i < MostLevels; ++i) ledger_.above[i] = ledger_.above[i] + Lane::one_where(exceeds[1 + i]);
    std::uint32_t const requests = requests_[tick];
    if (requests == 0) {
      ledger_.run = Lane::count(0);
      return;
    }
    Mask const violated = exceeds[0];
    ledger_.violated_ticks = ledger_.violated_ticks + Lane::one_where(violated);
    ledger_.violated_requests =
        Lane::add_modulo(ledger_.violated_requests, Lane::keep_where(violated, Lane::count(static_cast<std::int32_t>(requests))));
    ledger_.run = Lane::keep_where(violated, ledger_.run + Lane::count(1));
    ledger_.longest_run = larger<Lane>(ledger_.longest_run, ledger_.run);
  }

  /// Adds min(u, 64) of this tick, in 65536ths, to the sum over the window.
  FLEETCAST_FUNCTION void observe_utilization(std::uint32_t tick, Real load, Real replicas) {
    Real const most = Lane::real(64.0F);
    Mask const none = replicas == Lane::real(0.0F);
    Real const capacity = Lane::select(none, Lane::real(1.0F), replicas * Lane::real(static_cast<float>(rows_.tick_seconds)));
    Real used = load * (Lane::real(1.0F) / capacity);
    used = Lane::select(none, Lane::select(load > Lane::real(0.0F), most, Lane::real(0.0F)), used);
    used = Lane::select(used < most, used, most);
    Count const parts = Lane::truncate(Lane::real(65536.0F) * used);
    std::uint32_t const place = tick % group_.window_ticks;
    if (tick >= group_.window_ticks) window_sum_ = Lane::add_modulo(window_sum_, Lane::count(0) - window_.template get<Lane>(place));
    window_sum_ = Lane::add_modulo(window_sum_, parts);
    window_.template put<Lane>(place, parts);
  }

  FLEETCAST_FUNCTION void decide(std::uint32_t tick) {
    std::uint32_t const seen = tick + 1 < group_.window_ticks ? tick + 1 : group_.window_ticks;
    if (seen != thresholds_for_) {
      policy_.set_window(columns_, slot_, group_.signal, seen, rows_.tick_seconds);
      thresholds_for_ = seen;
    }
    Real up_at = policy_.up_at;
    Real down_at = policy_.down_at;
    Real observed;
    if (group_.signal == Signal::utilization) {
      observed = Lane::to_real_unsigned(window_sum_);
    } else {
      observed = Lane::real(signal_[tick]);
      if (group_.signal == Signal::tokens_per_replica) {
        Real const replicas = Lane::to_real(wanted_);
        up_at = up_at * replicas;
        down_at = down_at * replicas;
      }
    }
    Count const now = Lane::count(static_cast<std::int32_t>(tick));
    Mask const up = (observed > up_at) & (now >= up_allowed_);
    Mask const down = (observed < down_at) & (now >= down_allowed_);
    Count const lowered = Lane::select(down, wanted_ - policy_.step_down, wanted_);
    Count const moved = Lane::select(up, wanted_ + policy_.step_up, lowered);
    Count const next = smaller<Lane>(larger<Lane>(moved, policy_.min_replicas), policy_.max_replicas);
    Mask const rose = next > wanted_;
    Mask const fell = next < wanted_;
    up_allowed_ = Lane::select(rose, now + policy_.cooldown_up, up_allowed_);
    down_allowed_ = Lane::select(rose | fell, now + policy_.cooldown_down, down_allowed_);
    ledger_.scale_ups = ledger_.scale_ups + Lane::one_where(rose);
    ledger_.scale_downs = ledger_.scale_downs + Lane::one_where(fell);
    wanted_ = next;
  }

  PolicyGroup const& group_;
  PolicyColumns const& columns_;
  std::uint32_t slot_;
  std::uint32_t levels_;
  RowsView const& rows_;
  std::uint32_t realization_;
  History window_;
  LedgerSlot out_;
  std::uint32_t const* requests_ = nullptr;
  float const* work_ = nullptr;
  float const* signal_ = nullptr;

  Policy<Lane, MostLevels> policy_;
  Ledger<Lane, MostLevels> ledger_;
  BootPipeline boot_;
  Count wanted_;
  Real backlog_;
  Count up_allowed_, down_allowed_;
  Count window_sum_;
  std::uint32_t thresholds_for_ = 0;
};

/// Runs the policies of the lanes at `slot` through one realization, with the boot pipeline that fits the group.
template <class Lane, int MostLevels>
FLEETCAST_FUNCTION void walk_with_levels(PolicyGroup const& group, PolicyColumns const& columns, std::uint32_t slot, std::uint32_t levels,
                                         RowsView const& rows, std::uint32_t realization, History boot_memory, History window_memory,
                                         LedgerSlot out) {
  auto const walk = [&]<class BootPipeline>() {
    PolicyWalk<Lane, BootPipeline, MostLevels>(group, columns, slot, levels, rows, realization, boot_memory, window_memory, out).run();
  };
  switch (group.boot_ticks) {
    case 0: return walk.template operator()<RegisterBootPipeline<Lane, 0>>();
    case 1: return walk.template operator()<RegisterBootPipeline<Lane, 1>>();
    case 2: return walk.template operator()<RegisterBootPipeline<Lane, 2>>();
    case longest_register_boot: return walk.template operator()<RegisterBootPipeline<Lane, longest_register_boot>>();
    default: return walk.template operator()<MemoryBootPipeline<Lane>>();
  }
}

/// walk_with_levels for the sweep's number of latency levels.
template <class Lane>
FLEETCAST_FUNCTION void walk_policies(PolicyGroup const& group, PolicyColumns const& columns, std::uint32_t slot, std::uint32_t levels,
                                      RowsView const& rows, std::uint32_t realization, History boot_memory, History window_memory, LedgerSlot out) {
  if (levels == 0) return walk_with_levels<Lane, 0>(group, columns, slot, levels, rows, realization, boot_memory, window_memory, out);
  if (levels <= 4) return walk_with_levels<Lane, 4>(group, columns, slot, levels, rows, realization, boot_memory, window_memory, out);
  return walk_with_levels<Lane, max_latency_levels>(group, columns, slot, levels, rows, realization, boot_memory, window_memory, out);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
