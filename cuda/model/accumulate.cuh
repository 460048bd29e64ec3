/// Folds the ledgers of a tile into the integer sums of the sweep.
#pragma once

#include <cstdint>

#include "function.cuh"
#include "histogram_bins.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Ledgers of a tile: entry e of realization r and slot s at entries[(e·realizations + r)·slots + s - first_slot].
struct LedgerView {
  std::int64_t const* entries;
  std::int64_t const* baseline;  ///< the baseline policy's, [entry < baseline_entries][realization]; null without one
  std::uint32_t realizations;
  std::uint32_t first_slot;
  std::uint32_t slots;

  FLEETCAST_FUNCTION std::int64_t at(std::uint32_t entry, std::uint32_t realization, std::uint32_t slot) const {
    return entries[(static_cast<std::uint64_t>(entry) * realizations + realization) * slots + (slot - first_slot)];
  }
};

/// Whether a realization meets the objective: violated·1e9 ≤ (1e9 - objective in parts per billion)·total, exactly.
FLEETCAST_FUNCTION bool meets_objective(std::int64_t violated, std::uint64_t total, std::uint64_t allowed_ppb) {
  return static_cast<Sum128>(violated) * 1000000000 <= static_cast<Sum128>(total) * static_cast<Sum128>(allowed_ppb);
}

/// Additions to a sum that other threads of a device may add to as well: exact in any order. On a CPU a slot has one owner.
struct SharedSum {
  FLEETCAST_FUNCTION static void add(std::uint64_t& to, std::uint64_t x) {
#ifdef __CUDA_ARCH__
    atomicAdd(reinterpret_cast<unsigned long long*>(&to), x);
#else
    to += x;
#endif
  }
  FLEETCAST_FUNCTION static void add(std::uint32_t& to, std::uint32_t x) {
#ifdef __CUDA_ARCH__
    atomicAdd(&to, x);
#else
    to += x;
#endif
  }
  FLEETCAST_FUNCTION static void add(Sum128& to, Sum128 x) {
#ifdef __CUDA_ARCH__
    auto* const halves = reinterpret_cast<unsigned long long*>(&to);
    auto const low = static_cast<unsigned long long>(x);
    unsigned long long const before = atomicAdd(halves, low);
    unsigned long long const carry = before + low < before ? 1 : 0;
    atomicAdd(halves + 1, static_cast<unsigned long long>(x >> 64) + carry);
#else
    to += x;
#endif
  }
  FLEETCAST_FUNCTION static void keep_smaller(std::int64_t& to, std::int64_t x) {
#ifdef __CUDA_ARCH__
    atomicMin(reinterpret_cast<long long*>(&to), static_cast<long long>(x));
#else
    to = x < to ? x : to;
#endif
  }
  FLEETCAST_FUNCTION static void keep_larger(std::int64_t& to, std::int64_t x) {
#ifdef __CUDA_ARCH__
    atomicMax(reinterpret_cast<long long*>(&to), static_cast<long long>(x));
#else
    to = x > to ? x : to;
#endif
  }
};

/// Adds realizations [first, last) of the tile to the sums of one slot.
///
/// @param service  index of the slot's work row
FLEETCAST_FUNCTION void accumulate_slot(LedgerView const& ledgers, RowsView const& rows, PolicyColumns const& columns, ObjectivePer per,
                                        std::uint32_t service, std::uint32_t slot, std::uint32_t first, std::uint32_t last,
                                        AccumulatorView const& into) {
  std::uint32_t const ledger_ticks = rows.ticks - rows.warmup_ticks;
  std::uint32_t const entries = fixed_entries + into.levels;
  std::uint64_t const allowed_ppb = columns.violations_allowed_ppb[slot];
  std::uint64_t const reference_row = static_cast<std::uint64_t>(columns.reference[slot]) * rows.realizations;
  std::uint64_t const service_row = static_cast<std::uint64_t>(service) * rows.realizations;
  std::uint64_t const stride = into.slots;

  for (std::uint32_t entry = 0; entry < entries; ++entry) {
    Sum128 sum = 0;
    Sum128 square = 0;
    std::int64_t least = INT64_MAX;
    std::int64_t most = INT64_MIN;
    for (std::uint32_t r = first; r < last; ++r) {
      std::int64_t const value = ledgers.at(entry, r, slot);
      sum += value;
      square += static_cast<Sum128>(value) * value;
      least = value < least ? value : least;
      most = value > most ? value : most;
    }
    SharedSum::add(into.sums[entry * stride + slot], sum);
    SharedSum::add(into.squares[entry * stride + slot], square);
    if (entry < extreme_entries) {
      SharedSum::keep_smaller(into.smallest[entry * stride + slot], least);
      SharedSum::keep_larger(into.largest[entry * stride + slot], most);
    }
  }

  Sum128 products[product_count] = {};
  std::uint64_t met_at[most_objective_levels] = {};
  std::int64_t least_regret = INT64_MAX;
  std::int64_t most_regret = INT64_MIN;
  std::uint64_t met = 0;
  std::uint64_t violating = 0;
  for (std::uint32_t r = first; r < last; ++r) {
    RealizationTotals const& totals = rows.totals[r];
    auto const entry = [&](Entry e) { return ledgers.at(static_cast<std::uint32_t>(e), r, slot); };
    auto const add = [&](Product p, Sum128 a, Sum128 b) { products[static_cast<std::uint32_t>(p)] += a * b; };
    std::int64_t const billed = entry(Entry::billed_replica_ticks);
    std::int64_t const violated_ticks = entry(Entry::violated_ticks);
    std::int64_t const violated_requests = entry(Entry::violated_requests);
    auto const reference = static_cast<std::int64_t>(rows.reference[reference_row + r]);
    add(Product::billed_reference, billed, reference);
    add(Product::billed_tokens, billed, static_cast<Sum128>(totals.prompt_tokens) + static_cast<Sum128>(totals.completion_tokens));
    add(Product::billed_served, billed, entry(Entry::served_replica_ms));
    add(Product::violated_requests_requests, violated_requests, static_cast<Sum128>(totals.requests));
    add(Product::shed_work, entry(Entry::shed_replica_ms), rows.work_ms[service_row + r]);
    add(Product::billed_work, billed, rows.work_ms[service_row + r]);
    std::int64_t const regret = billed - reference;
    least_regret = regret < least_regret ? regret : least_regret;
    most_regret = regret > most_regret ? regret : most_regret;
    bool const per_requests = per == ObjectivePer::requests;
    std::int64_t const violated = per_requests ? violated_requests : violated_ticks;
    std::uint64_t const total = per_requests ? totals.requests : ledger_ticks;
    met += meets_objective(violated, total, allowed_ppb) ? 1 : 0;
    for (std::uint32_t level = 0; level < into.objective_levels.count; ++level)
      met_at[level] += meets_objective(violated, total, into.objective_levels.allowed_ppb[level]) ? 1 : 0;
    violating += violated_ticks > 0 ? 1 : 0;
    SharedSum::add(into.billed_histogram[static_cast<std::uint64_t>(slot) * into.billed_bins.count +
                                         histogram_bin(into.billed_bins.exact_bits, static_cast<std::uint64_t>(billed))],
                   1U);
    SharedSum::add(into.violated_histogram[static_cast<std::uint64_t>(slot) * into.violated_bins.count +
                                           histogram_bin(into.violated_bins.exact_bits, static_cast<std::uint64_t>(violated_ticks))],
                   1U);
  }
  for (std::uint32_t p = 0; p < product_count; ++p) SharedSum::add(into.products[p * stride + slot], products[p]);
  SharedSum::keep_smaller(into.smallest[extreme_entries * stride + slot], least_regret);
  SharedSum::keep_larger(into.largest[extreme_entries * stride + slot], most_regret);
  if (ledgers.baseline != nullptr) {
    for (std::uint32_t e = 0; e < baseline_entries; ++e) {
      Sum128 product = 0;
      for (std::uint32_t r = first; r < last; ++r)
        product += static_cast<Sum128>(ledgers.at(e, r, slot)) * ledgers.baseline[static_cast<std::uint64_t>(e) * ledgers.realizations + r];
      SharedSum::add(into.baseline_products[e * stride + slot], product);
    }
  }
  SharedSum::add(into.objective_met[slot], met);
  for (std::uint32_t level = 0; level < into.objective_levels.count; ++level)
    SharedSum::add(into.objective_met_at[level * stride + slot], met_at[level]);
  SharedSum::add(into.violating[slot], violating);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
