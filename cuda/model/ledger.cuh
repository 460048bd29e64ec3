/// What the walk counts: the ledger of a realization under each lane's policy.
#pragma once

#include <cstdint>

#include "records.cuh"
#include "step_lane.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Where the ledgers of the lanes go: entry e of lane l at base + e·entry_stride + l·lane_stride, for the first `lanes` of them.
struct LedgerSlot {
  std::int64_t* base;
  std::uint64_t entry_stride;
  std::uint64_t lane_stride;
  int lanes;

  FLEETCAST_FUNCTION std::int64_t& at(Entry entry, int lane) const {
    return base[static_cast<std::uint64_t>(entry) * entry_stride + static_cast<std::uint64_t>(lane) * lane_stride];
  }
  FLEETCAST_FUNCTION void add(Entry entry, int lane, std::int64_t amount) const { at(entry, lane) += amount; }
};

/// Counts of the current segment (segment_ticks keeps them within their words), and what can't be
/// split into segments.
template <class Lane, int MostLevels>
struct Ledger {
  using Real = typename Lane::Real;
  using Count = typename Lane::Count;
  Real billed, peak;
  Count scale_ups, scale_downs, ticks_below_max;
  typename Lane::ViolationCount violated;
  Count above[MostLevels > 0 ? MostLevels : 1];
  Count run, longest_run;
  std::int64_t shed_ms[Lane::width];

  FLEETCAST_FUNCTION void clear() {
    clear_segment();
    peak = Lane::real(0.0F);
    run = longest_run = Lane::count(0);
    Lane::for_each_lane(FLEETCAST_LANES { shed_ms[lane] = 0; });
  }

  /// Adds the segment to the realization's ledger and starts the next.
  /// @param ticks  ticks of the segment
  FLEETCAST_FUNCTION void close_segment(std::uint32_t ticks, std::uint32_t levels, LedgerSlot out) {
    Lane::for_each_lane(FLEETCAST_LANES {
      if (lane >= out.lanes) return;
      out.add(Entry::billed_replica_ticks, lane, static_cast<std::int64_t>(Lane::get(billed, lane)));
      out.add(Entry::violated_ticks, lane, violated.ticks(lane));
      out.add(Entry::violated_requests, lane, violated.requests(lane));
      out.add(Entry::scale_ups, lane, value(scale_ups, lane));
      out.add(Entry::scale_downs, lane, value(scale_downs, lane));
      out.add(Entry::ticks_at_max, lane, static_cast<std::int64_t>(ticks) - value(ticks_below_max, lane));
      FLEETCAST_UNROLL
      for (int i = 0; i < MostLevels; ++i)
        if (static_cast<std::uint32_t>(i) < levels)
          out.add(static_cast<Entry>(fixed_entries + static_cast<std::uint32_t>(i)), lane, value(above[i], lane));
    });
    clear_segment();
  }

 private:
  FLEETCAST_FUNCTION static std::int64_t value(Count const& counts, int lane) {
    return static_cast<std::int64_t>(static_cast<std::uint32_t>(Lane::get(counts, lane)));
  }

  FLEETCAST_FUNCTION void clear_segment() {
    billed = Lane::real(0.0F);
    violated.clear();
    scale_ups = scale_downs = ticks_below_max = Lane::count(0);
    FLEETCAST_UNROLL
    for (int i = 0; i < MostLevels; ++i) above[i] = Lane::count(0);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
