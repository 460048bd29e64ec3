/// The plain data that plan, backends and kernels share. No functions, so no code to build twice.
#pragma once

#include <cstdint>

namespace fleetcast {

/// Entries of a quantile table: equally likely cells, 14 bits of a draw.
inline constexpr std::uint32_t quantile_table_bits = 14;
inline constexpr std::uint32_t quantile_table_size = 1U << quantile_table_bits;

inline constexpr int max_latency_levels = 8;

/// Policies are laid out in groups padded to this many slots, so that any backend's lanes fit.
inline constexpr std::uint32_t slot_alignment = 32;

/// Token lengths of a request class, as tables. `pairs` = 0: two independent quantile tables of
/// quantile_table_size entries; otherwise `pairs` equally likely (prompt, completion) pairs.
struct LengthLawView {
  std::uint32_t const* prompt;
  std::uint32_t const* completion;
  std::uint32_t pairs;
};

/// Token sums of 2^digit requests of a class, as tables: sum = base + entry. compound_law.hpp says what they approximate.
struct CompoundLawView {
  std::uint32_t first_digit;
  std::uint32_t digits;             ///< tables; 0: every request is drawn by itself
  double slope;                     ///< completion tokens that go with a prompt token
  std::int64_t const* prompt_base;  ///< [digit]
  std::int64_t const* rest_base;
  std::uint32_t const* prompt;  ///< [digit][quantile_table_size]
  std::uint32_t const* rest;
};

struct RequestClassView {
  double share;  ///< of all arrivals
  LengthLawView lengths;
  CompoundLawView compound;
};

/// A log-normal factor exp(s·z - s²/2) of mean 1, z a stationary Gaussian AR(1).
struct DriftView {
  double log_sd = 0;       ///< s
  double persistence = 0;  ///< φ, from one tick to the next
  double innovation = 1;   ///< sqrt(1 - φ²)
};

/// Scales of the rate's drift that can multiply.
inline constexpr std::uint32_t most_drift_scales = 3;

/// A gate that stops all arrivals, a two-state Markov chain over burst intervals. Probabilities are in 2^-32.
struct SilenceView {
  std::uint64_t first = 0;  ///< of a silence in interval 0; 0: there are no silences
  std::uint64_t ends = 0;   ///< of a silence's end, in each interval
  std::uint64_t starts = 0;
  double open_rate = 1;  ///< factor on the rate between silences, which keeps the mean
};

/// Innovations of the drifts of prompt and completion lengths, from three independent ones: the rate's, and one of each length's own.
struct InnovationMix {
  double prompt_rate = 0, prompt_own = 1;
  double completion_rate = 0, completion_prompt = 0, completion_own = 1;
};

/// Slow factors on prompt and completion lengths.
struct LengthDriftView {
  bool drifts = false;
  DriftView prompt, completion;
  InnovationMix at_start;  ///< in tick 0, so that the drifts are jointly stationary
  InnovationMix later;
};

/// One scenario's traffic.
struct TrafficView {
  std::uint64_t seed;
  std::uint32_t warmup_ticks;
  std::uint32_t total_ticks;        ///< warm-up included
  double const* expected_requests;  ///< [total_ticks], per tick, before drift, bursts and silence
  std::uint32_t drift_scales;
  DriftView drifts[most_drift_scales];
  double burst_variation;     ///< coefficient of variation of the burst factor; 0: none
  std::uint32_t burst_ticks;  ///< ticks that share a burst factor
  SilenceView silence;
  LengthDriftView length_drift;
  std::uint32_t class_count;
  RequestClassView const* classes;
};

/// Demand of a tile of realizations. Rows are realizations, columns ticks from the start of the warm-up.
struct DemandView {
  std::uint32_t ticks;
  std::uint32_t* class_requests;     ///< [class][realization][tick]
  std::uint32_t* requests;           ///< [realization][tick]
  std::uint64_t* prompt_tokens;      ///< [realization][tick]
  std::uint64_t* completion_tokens;  ///< [realization][tick]
  std::uint32_t* clamped_ticks;      ///< [realization]
};

/// What a realization adds up to over its ledger ticks, whatever the policy.
struct RealizationTotals {
  std::uint64_t requests;
  std::uint64_t prompt_tokens;
  std::uint64_t completion_tokens;
  std::uint64_t ticks_with_requests;
  std::uint32_t clamped_ticks;
  std::uint32_t busiest_tick;  ///< most requests in any tick, warm-up included
};

/// Rates of one replica as the model uses them: the nearest floats of 1/prefill and 1/decode, in seconds per token.
struct ServiceRates {
  float seconds_per_prompt_token;
  float seconds_per_completion_token;
};

/// Setting of the perfect-foresight reference.
struct ReferencePolicy {
  std::uint32_t service;  ///< index of the ServiceRates
  float load_limit;       ///< seconds of work one replica takes per tick within the SLA
  std::int32_t min_replicas;
  std::int32_t max_replicas;
};

enum class Signal : std::uint32_t { tokens_per_minute, tokens_per_replica, utilization };
enum class Backlog : std::uint32_t { memoryless, carried };

/// Which replicas are paid for: all that stand, or those that serve.
enum class Billing : std::uint32_t { standing, ready };
/// Whether a change of the fleet ever holds back the next.
enum class Cooldown : std::uint32_t { none, some };
/// Whether replicas come and go one at a time.
enum class Steps : std::uint32_t { single, any };

/// Policies that walk through time alike: same rows, same window, same boot time.
struct PolicyGroup {
  std::uint32_t first_slot;
  std::uint32_t slot_count;    ///< a multiple of slot_alignment
  std::uint32_t policy_count;  ///< the slots beyond repeat the last policy
  Signal signal;
  Backlog backlog;
  Billing billing;
  Cooldown cooldown;
  Steps steps;
  std::uint32_t service;     ///< index of the work row
  std::uint32_t window_row;  ///< index of the signal row; unused with Signal::utilization
  std::uint32_t window_ticks;
  std::uint32_t interval_ticks;
  std::uint32_t boot_ticks;
  std::uint32_t drain_ticks;  ///< in which a removed ready replica is still billed
};

/// Settings of every slot, one column a setting.
struct PolicyColumns {
  double const* scale_up_at;  ///< per minute, or a utilization
  double const* scale_down_at;
  float const* max_backlog_seconds;
  float const* load_limits;     ///< θ, [limit][slot]; limit 0 is the SLA, then the latency levels
  float const* backlog_limits;  ///< φ, [limit][slot]
  std::int32_t const* min_replicas;
  std::int32_t const* max_replicas;
  std::int32_t const* initial_replicas;
  std::int32_t const* step_up;
  std::int32_t const* step_down;
  std::int32_t const* cooldown_up_ticks;
  std::int32_t const* cooldown_down_ticks;
  std::uint32_t const* reference;               ///< index of the ReferencePolicy
  std::uint64_t const* violations_allowed_ppb;  ///< 1e9 · (1 - objective), share of requests or of ticks
  std::uint32_t slots;
};

/// Realizations whose rows are interleaved for a walk with a realization in each lane.
inline constexpr std::uint32_t interleave = 32;

/// Rows derived from the demand of a tile, [index][realization][tick].
struct RowsView {
  std::uint32_t ticks;
  std::uint32_t warmup_ticks;
  std::uint32_t realizations;
  std::uint32_t tick_seconds;
  std::uint32_t longest_segment;    ///< ticks whose replica counts a float sums exactly
  std::uint32_t const* requests;    ///< [realization][tick]
  float const* work;                ///< [service][realization][tick], replica-seconds
  float const* signal;              ///< [window][realization][tick], tokens in the window
  std::int64_t const* work_ms;      ///< [service][realization], over ledger ticks
  std::uint64_t const* reference;   ///< [reference][realization], replica-ticks
  RealizationTotals const* totals;  ///< [realization]

  /// Requests, work and signal again, for walks with a realization in each lane: [index][realization / interleave][tick][interleave],
  /// the last block filled up with copies of the last realization; null where no group walks so.
  std::int32_t const* interleaved_requests;
  float const* interleaved_work;
  float const* interleaved_signal;
};

/// Policies of a device's launch that only keep their block company, at most: they need walk memory, too.
inline constexpr std::uint32_t spare_policies = 512;

/// What every walk of a tile needs.
struct WalkContext {
  PolicyColumns columns;
  RowsView rows;
  std::uint32_t levels;
};

/// The ledger of one policy on one realization. Levels follow from `ticks_above` on.
enum class Entry : std::uint32_t {
  billed_replica_ticks,
  violated_ticks,
  violated_requests,
  scale_ups,
  scale_downs,
  peak_replicas,
  ticks_at_max,
  longest_violated_ticks,
  shed_replica_ms,
  served_replica_ms,
  ticks_above
};
inline constexpr std::uint32_t fixed_entries = static_cast<std::uint32_t>(Entry::ticks_above);

/// Products of two entries (or of an entry and a total) whose sums the ratio estimators need.
enum class Product : std::uint32_t { billed_reference, billed_tokens, billed_served, violated_requests_requests, shed_work, billed_work, count };
inline constexpr std::uint32_t product_count = static_cast<std::uint32_t>(Product::count);

/// The first entries of the ledger: their products with those of the baseline policy are summed, where one is named.
inline constexpr std::uint32_t baseline_entries = 3;

/// Objectives that realizations are counted against beside the promised one.
inline constexpr std::uint32_t most_objective_levels = 8;
struct ObjectiveLevels {
  std::uint32_t count;
  std::uint64_t allowed_ppb[most_objective_levels];  ///< as violations_allowed_ppb
};

/// Entries whose smallest and largest value are kept: the first eight, and after them billed minus reference.
inline constexpr std::uint32_t extreme_entries = 8;
inline constexpr std::uint32_t extremes = extreme_entries + 1;

__extension__ typedef __int128 Sum128;

/// Bins of a histogram of non-negative integers: exact below 2^exact_bits, then 2^exact_bits per octave.
struct HistogramBins {
  std::uint32_t exact_bits;
  std::uint32_t count;
};

/// Integer sums over realizations, one column per slot. All a result is derived from.
struct AccumulatorView {
  std::uint32_t slots = 0;
  std::uint32_t levels = 0;
  Sum128* sums = nullptr;                       ///< [entry][slot]
  Sum128* squares = nullptr;                    ///< [entry][slot]
  Sum128* products = nullptr;                   ///< [product][slot]
  std::int64_t* smallest = nullptr;             ///< [extreme][slot]
  std::int64_t* largest = nullptr;              ///< [extreme][slot]
  Sum128* baseline_products = nullptr;          ///< [entry < baseline_entries][slot]; null without a baseline
  std::uint64_t* objective_met = nullptr;       ///< [slot], realizations
  std::uint64_t* objective_met_at = nullptr;    ///< [objective level][slot], realizations
  std::uint64_t* violating = nullptr;           ///< [slot], realizations with a violated tick
  std::uint32_t* billed_histogram = nullptr;    ///< [slot][bin]
  std::uint32_t* violated_histogram = nullptr;  ///< [slot][bin]
  HistogramBins billed_bins{};
  HistogramBins violated_bins{};
  ObjectiveLevels objective_levels{};
};

/// How a GPU makes token sums: drawn and added in registers, or written out and summed with thrust::reduce_by_key.
/// A class with a compound law has no requests to write out and always takes the fused path.
enum class TokenPath : std::uint32_t { fused, plain };

/// Seconds spent in each kernel since the backend was made.
struct KernelSeconds {
  double arrivals = 0;    ///< drift, bursts and Poisson counts
  double tokens = 0;      ///< token lengths and their sums
  double rows = 0;        ///< work, signal and reference rows
  double walk = 0;        ///< policies through time
  double accumulate = 0;  ///< ledgers into sums
};

/// What a device can do at most.
struct DeviceLimits {
  double issue_slots_per_second;  ///< thread instructions
  double bytes_per_second;        ///< of its memory
};

/// What an objective is a share of.
enum class ObjectivePer : std::uint32_t { requests, minutes };

}  // namespace fleetcast
