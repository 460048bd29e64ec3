/// Rows that every policy of a tile reads: work per tick, tokens in the window, the perfect-foresight reference.
#pragma once

#include <cstdint>
#include <cstring>

#include "function.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// a·b + c rounded once, for finite results. Without FMA hardware: the product is exact in double, and the sum is rounded to odd
/// before it is rounded to float (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
FLEETCAST_FUNCTION float fused_multiply_add(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(a, b, c);
#elif defined(__FMA__)
  return __builtin_fmaf(a, b, c);
#else
  double const product = static_cast<double>(a) * static_cast<double>(b);
  double const addend = c;
  double sum = product + addend;
  double const addend_part = sum - product;
  double const error = (product - (sum - addend_part)) + (addend - addend_part);
  std::uint64_t bits;
  memcpy(&bits, &sum, sizeof bits);
  if (error != 0.0 && (bits & 1) == 0) {
    bits += (error > 0.0) == (sum > 0.0) ? 1 : static_cast<std::uint64_t>(-1);
    memcpy(&sum, &bits, sizeof sum);
  }
  return static_cast<float>(sum);
#endif
}

/// Whether load > replicas·limit, decided on the exact product (24 bits times 24 bits fit a double).
FLEETCAST_FUNCTION bool load_exceeds(float load, std::int32_t replicas, float limit) {
  return static_cast<double>(load) > static_cast<double>(replicas) * static_cast<double>(limit);
}

/// Whole milliseconds in x ≥ 0 seconds, toward zero; the product with 1000 is exact.
FLEETCAST_FUNCTION std::int64_t whole_milliseconds(float seconds) { return static_cast<std::int64_t>(1000.0 * static_cast<double>(seconds)); }

/// Whole microseconds in x ≥ 0 seconds, toward zero; the product with 1e6 is exact.
FLEETCAST_FUNCTION std::int64_t whole_microseconds(float seconds) { return static_cast<std::int64_t>(1e6 * static_cast<double>(seconds)); }

/// Work W_t of a tick, in replica-seconds.
FLEETCAST_FUNCTION float tick_work(ServiceRates rates, std::uint64_t prompt_tokens, std::uint64_t completion_tokens) {
  return fused_multiply_add(static_cast<float>(completion_tokens), rates.seconds_per_completion_token,
                            static_cast<float>(prompt_tokens) * rates.seconds_per_prompt_token);
}

/// Work of a realization's ledger: the whole milliseconds in the sum of its ticks' whole microseconds, which can outgrow a word.
struct WorkSum {
  std::uint64_t whole_ms = 0;
  std::uint64_t rest_us = 0;

  FLEETCAST_FUNCTION void add(float work) {
    auto const tick_us = static_cast<std::uint64_t>(whole_microseconds(work));
    whole_ms += tick_us / 1000;
    rest_us += tick_us % 1000;
  }
  FLEETCAST_FUNCTION std::int64_t milliseconds() const { return static_cast<std::int64_t>(whole_ms + rest_us / 1000); }
};

/// Writes the work of every tick of one realization to `work`.
/// @return whole replica-milliseconds over the ledger ticks
FLEETCAST_FUNCTION std::int64_t fill_work_row(ServiceRates rates, DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row,
                                              float* work) {
  std::uint64_t const* const prompt = demand.prompt_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t const* const completion = demand.completion_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  WorkSum sum;
  for (std::uint32_t tick = 0; tick < demand.ticks; ++tick) {
    work[tick] = tick_work(rates, prompt[tick], completion[tick]);
    if (tick >= warmup_ticks) sum.add(work[tick]);
  }
  return sum.milliseconds();
}

/// Writes the tokens of the last min(window_ticks, tick + 1) ticks, rounded to float, to `signal`, for ticks [first, last).
FLEETCAST_FUNCTION void fill_signal_row(std::uint32_t window_ticks, DemandView const& demand, std::uint32_t row, float* signal, std::uint32_t first,
                                        std::uint32_t last) {
  std::uint64_t const* const prompt = demand.prompt_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t const* const completion = demand.completion_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t sum = 0;
  for (std::uint32_t tick = first < window_ticks ? 0 : first - window_ticks + 1; tick < first; ++tick) sum += prompt[tick] + completion[tick];
  for (std::uint32_t tick = first; tick < last; ++tick) {
    sum += prompt[tick] + completion[tick];
    signal[tick] = static_cast<float>(sum);
    if (tick + 1 >= window_ticks) sum -= prompt[tick + 1 - window_ticks] + completion[tick + 1 - window_ticks];
  }
}

/// Adds ticks first, first + stride, … of a realization to its totals; those of the warm-up count for busiest_tick alone.
FLEETCAST_FUNCTION void add_ticks(RealizationTotals& totals, DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row,
                                  std::uint32_t first, std::uint32_t stride) {
  std::uint64_t const start = static_cast<std::uint64_t>(row) * demand.ticks;
  for (std::uint32_t tick = first; tick < demand.ticks; tick += stride) {
    std::uint32_t const requests = demand.requests[start + tick];
    totals.busiest_tick = requests > totals.busiest_tick ? requests : totals.busiest_tick;
    if (tick < warmup_ticks) continue;
    totals.requests += requests;
    totals.prompt_tokens += demand.prompt_tokens[start + tick];
    totals.completion_tokens += demand.completion_tokens[start + tick];
    totals.ticks_with_requests += requests > 0 ? 1 : 0;
  }
}

/// Ticks over which a walk's 31-bit counts of requests and sums of replicas in a float can't overflow.
FLEETCAST_FUNCTION std::uint32_t segment_ticks(RowsView const& rows, std::uint32_t row) {
  std::uint32_t const busiest = rows.totals[row].busiest_tick;
  std::uint32_t const countable = 0x7fffffffU / (busiest > 0 ? busiest : 1);
  return countable < rows.longest_segment ? countable : rows.longest_segment;
}

/// Least fleet in [min, max] that meets the SLA on a tick's work alone: max where none does, min on a tick without requests.
FLEETCAST_FUNCTION std::int32_t reference_replicas(ReferencePolicy const& policy, std::uint32_t requests, float work) {
  if (requests == 0 || !load_exceeds(work, policy.min_replicas, policy.load_limit)) return policy.min_replicas;
  if (policy.load_limit <= 0.0F) return policy.max_replicas;
  double const estimate = static_cast<double>(work) / static_cast<double>(policy.load_limit);
  if (estimate >= static_cast<double>(policy.max_replicas)) return policy.max_replicas;
  // the quotient is within one of the answer; the exact comparison decides
  auto replicas = static_cast<std::int32_t>(estimate);
  replicas = replicas < policy.min_replicas ? policy.min_replicas : replicas;
  while (replicas < policy.max_replicas && load_exceeds(work, replicas, policy.load_limit)) ++replicas;
  return replicas;
}

/// Replica-ticks of reference_replicas over the ledger's ticks first, first + stride, …
FLEETCAST_FUNCTION std::uint64_t reference_replica_ticks(ReferencePolicy const& policy, std::uint32_t const* requests, float const* work,
                                                         std::uint32_t first, std::uint32_t ticks, std::uint32_t stride) {
  std::uint64_t total = 0;
  for (std::uint32_t tick = first; tick < ticks; tick += stride)
    total += static_cast<std::uint64_t>(reference_replicas(policy, requests[tick], work[tick]));
  return total;
}

/// Sum over ticks [first, last) of a row, for the workload bands.
template <class Integer>
FLEETCAST_FUNCTION std::uint64_t sum_ticks(Integer const* row, std::uint32_t first, std::uint32_t last) {
  std::uint64_t sum = 0;
  for (std::uint32_t tick = first; tick < last; ++tick) sum += row[tick];
  return sum;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
