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

/// Writes the work of every tick of one realization to `work`.
/// @return whole replica-milliseconds over the ledger ticks, added up from each tick's whole microseconds
FLEETCAST_FUNCTION std::int64_t fill_work_row(ServiceRates rates, DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row,
                                              float* work) {
  std::uint64_t const* const prompt = demand.prompt_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t const* const completion = demand.completion_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::int64_t ledger_ms = 0;
  std::int64_t rest_us = 0;
  for (std::uint32_t tick = 0; tick < demand.ticks; ++tick) {
    work[tick] = tick_work(rates, prompt[tick], completion[tick]);
    if (tick < warmup_ticks) continue;
    std::int64_t const tick_us = whole_microseconds(work[tick]);
    ledger_ms += tick_us / 1000;
    rest_us += tick_us % 1000;
  }
  return ledger_ms + rest_us / 1000;
}

/// Writes the tokens of the last min(window_ticks, tick + 1) ticks, rounded to float, to `signal`.
FLEETCAST_FUNCTION void fill_signal_row(std::uint32_t window_ticks, DemandView const& demand, std::uint32_t row, float* signal) {
  std::uint64_t const* const prompt = demand.prompt_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t const* const completion = demand.completion_tokens + static_cast<std::uint64_t>(row) * demand.ticks;
  std::uint64_t sum = 0;
  for (std::uint32_t tick = 0; tick < demand.ticks; ++tick) {
    sum += prompt[tick] + completion[tick];
    if (tick >= window_ticks) sum -= prompt[tick - window_ticks] + completion[tick - window_ticks];
    signal[tick] = static_cast<float>(sum);
  }
}

/// Totals of one realization over its ledger ticks.
/// @param longest_segment  an upper bound on segment_ticks, from the largest replica count of the sweep
FLEETCAST_FUNCTION RealizationTotals sum_realization(DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row,
                                                     std::uint32_t longest_segment) {
  std::uint64_t const start = static_cast<std::uint64_t>(row) * demand.ticks;
  RealizationTotals totals{0, 0, 0, 0, demand.clamped_ticks[row], longest_segment};
  std::uint32_t busiest = 0;
  for (std::uint32_t tick = 0; tick < demand.ticks; ++tick) {
    std::uint32_t const requests = demand.requests[start + tick];
    busiest = requests > busiest ? requests : busiest;
    if (tick < warmup_ticks) continue;
    totals.requests += requests;
    totals.prompt_tokens += demand.prompt_tokens[start + tick];
    totals.completion_tokens += demand.completion_tokens[start + tick];
    totals.ticks_with_requests += requests > 0 ? 1 : 0;
  }
  std::uint32_t const countable = 0xffffffffU / (busiest > 0 ? busiest : 1);
  totals.segment_ticks = countable < longest_segment ? countable : longest_segment;
  return totals;
}

/// Replica-ticks of the least fleet in [min, max] that meets the SLA in each ledger tick on that tick's work alone:
/// max where none does, min on a tick without requests.
FLEETCAST_FUNCTION std::uint64_t reference_replica_ticks(ReferencePolicy policy, std::uint32_t const* requests, float const* work,
                                                         std::uint32_t warmup_ticks, std::uint32_t ticks) {
  std::uint64_t total = 0;
  for (std::uint32_t tick = warmup_ticks; tick < ticks; ++tick) {
    std::int32_t replicas = policy.min_replicas;
    if (requests[tick] > 0 && load_exceeds(work[tick], replicas, policy.load_limit)) {
      replicas = policy.max_replicas;
      if (policy.load_limit > 0.0F) {
        double const estimate = static_cast<double>(work[tick]) / static_cast<double>(policy.load_limit);
        if (estimate < static_cast<double>(policy.max_replicas)) {
          // the quotient is within one of the answer; the exact comparison decides
          replicas = static_cast<std::int32_t>(estimate);
          replicas = replicas < policy.min_replicas ? policy.min_replicas : replicas;
          while (replicas < policy.max_replicas && load_exceeds(work[tick], replicas, policy.load_limit)) ++replicas;
        }
      }
    }
    total += static_cast<std::uint64_t>(replicas);
  }
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
