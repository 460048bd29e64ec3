#include "oracle.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "cuda/model/exponential.cuh"
#include "cuda/model/gamma.cuh"
#include "cuda/model/normal.cuh"
#include "cuda/model/philox.cuh"
#include "cuda/model/poisson.cuh"
#include "cuda/model/streams.cuh"

namespace fleetcast::reference {

namespace {

// ---- Traffic ----

using Column = std::vector<std::uint64_t>;  ///< [tick], from the start of the warm-up

/// What one realization asks of the fleet in every tick.
struct Demand {
  Column requests, prompt_tokens, completion_tokens;
  std::uint32_t clamped_ticks;  ///< of the ledger

  std::uint64_t tokens(std::uint32_t tick) const { return prompt_tokens[tick] + completion_tokens[tick]; }
};

/// The draws of one realization, each named by what it is for.
struct Draws {
  std::uint64_t seed;
  std::uint32_t realization;

  PhiloxBlock<std::uint64_t> block(Stream stream, std::uint32_t request_class, std::uint32_t tick, std::uint32_t number) const {
    return philox<ScalarDrawLane>({number, tick, realization, stream_word(stream, request_class, realization)}, seed);
  }

  double normal(Stream stream, std::uint32_t scale, std::uint32_t tick) const {
    auto const words = block(stream, scale, tick, 0);
    return inverse_normal<ScalarDrawLane>(uniform_from<ScalarDrawLane>(words.x, words.y));
  }

  double burst(double variation, std::uint32_t interval) const {
    auto const sample = GammaSampler::with_variation(seed, variation);
    return sample.operator()<ScalarDrawLane>(interval, realization, realization);
  }

  std::uint32_t arrivals(double mean, std::uint32_t request_class, std::uint32_t tick) const {
    std::uint32_t const where = stream_word(Stream::arrivals, request_class, realization);
    return static_cast<std::uint32_t>(PoissonSampler{seed}.operator()<ScalarDrawLane>(mean, tick, realization, where));
  }

  /// Word `number` of a class and tick in a stream: words are dealt in fours.
  std::uint32_t word(Stream stream, std::uint32_t request_class, std::uint32_t tick, std::uint32_t number) const {
    auto const words = block(stream, request_class, tick, number / 4);
    std::uint64_t const dealt[4] = {words.x, words.y, words.z, words.w};
    return static_cast<std::uint32_t>(dealt[number % 4]);
  }
};

/// Adds the token sums of `count` requests of a class to a tick, drawn by the binary digits of the count.
void draw_sums(RequestClass const& law, Draws const& draws, std::uint32_t request_class, std::uint32_t tick, std::uint32_t count, Demand& demand) {
  CompoundLaw const& sums = law.compound;
  std::uint32_t const last = sums.first_digit + sums.digits - 1;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> digit_and_word;  // every draw: which table, which word
  for (std::uint32_t digit = sums.first_digit; digit < last; ++digit)
    if ((count / (1U << digit)) % 2 == 1) digit_and_word.emplace_back(digit, digit);
  for (std::uint32_t copy = 0; copy < count / (1U << last); ++copy) digit_and_word.emplace_back(last, last + copy);

  std::int64_t prompt = 0;
  std::int64_t rest = 0;
  for (auto const& [digit, number] : digit_and_word) {
    std::uint32_t const word = draws.word(Stream::compound, request_class, tick, number);
    std::size_t const table = digit - sums.first_digit;
    prompt += sums.prompt_base[table] + sums.prompt[table * quantile_table_size + (word >> 18)];
    rest += sums.rest_base[table] + sums.rest[table * quantile_table_size + (word >> 4 & (quantile_table_size - 1))];
  }
  demand.prompt_tokens[tick] += prompt;
  demand.completion_tokens[tick] += std::max<std::int64_t>(0, rest + std::llrint(sums.slope * static_cast<double>(prompt)));
}

/// Adds the lengths of `count` requests of a class to a tick.
void draw_lengths(RequestClass const& law, Draws const& draws, std::uint32_t request_class, std::uint32_t tick, std::uint32_t count, Demand& demand) {
  for (std::uint32_t number = 0; number < count; ++number) {
    std::uint32_t const word = draws.word(Stream::lengths, request_class, tick, number);
    bool const paired = law.pairs > 0;
    std::uint64_t const pair = static_cast<std::uint64_t>(word) * law.pairs >> 32;
    demand.prompt_tokens[tick] += law.prompt[paired ? pair : word >> 18];
    demand.completion_tokens[tick] += law.completion[paired ? pair : word >> 4 & (quantile_table_size - 1)];
  }
}

/// A Gaussian AR(1) from its innovations, one a tick.
std::vector<double> follow(DriftView const& drift, std::vector<double> const& innovations) {
  std::vector<double> z{innovations.front()};
  for (std::size_t tick = 1; tick < innovations.size(); ++tick) z.push_back(drift.persistence * z.back() + drift.innovation * innovations[tick]);
  return z;
}

double log_factor(DriftView const& drift, double z) { return drift.log_sd * z - 0.5 * drift.log_sd * drift.log_sd; }

/// Standard normals of a stream, one a tick.
std::vector<double> normals(Draws const& draws, Stream stream, std::uint32_t scale, std::uint32_t ticks) {
  std::vector<double> values;
  for (std::uint32_t tick = 0; tick < ticks; ++tick) values.push_back(draws.normal(stream, scale, tick));
  return values;
}

/// A_t of every tick.
std::vector<double> draw_drift(Scenario const& scenario, Draws const& draws, std::uint32_t ticks) {
  std::vector<double> logarithm(ticks, 0.0);
  for (std::uint32_t scale = 0; scale < scenario.drifts.size(); ++scale) {
    auto const z = follow(scenario.drifts[scale], normals(draws, Stream::drift, scale, ticks));
    for (std::uint32_t tick = 0; tick < ticks; ++tick) logarithm[tick] += log_factor(scenario.drifts[scale], z[tick]);
  }
  for (double& value : logarithm) value = exponential<ScalarDrawLane>(value);
  return logarithm;
}

/// Factor on the rate in every burst interval: 0 in silences.
std::vector<double> draw_gates(Scenario const& scenario, Draws const& draws, std::uint32_t ticks) {
  std::vector<double> gates(ticks / scenario.burst_ticks + 1, 1.0);
  if (scenario.silence.first == 0) return gates;
  bool silent = false;
  for (std::uint32_t interval = 0; interval < gates.size(); ++interval) {
    std::uint64_t const word = draws.block(Stream::silence, 0, interval, 0).x;
    if (interval == 0)
      silent = word < scenario.silence.first;
    else if (silent)
      silent = word >= scenario.silence.ends;
    else
      silent = word < scenario.silence.starts;
    gates[interval] = silent ? 0.0 : scenario.silence.open_rate;
  }
  return gates;
}

/// Multiplies each tick's tokens by the drift of lengths.
void apply_length_drift(Scenario const& scenario, Draws const& draws, Demand& demand) {
  LengthDriftView const& drift = scenario.length_drift;
  if (!drift.drifts) return;
  auto const ticks = static_cast<std::uint32_t>(demand.requests.size());
  auto const rate = normals(draws, Stream::drift, 0, ticks);
  auto prompt = normals(draws, Stream::prompt_drift, 0, ticks);
  auto completion = normals(draws, Stream::completion_drift, 0, ticks);
  for (std::uint32_t tick = 0; tick < ticks; ++tick) {
    InnovationMix const& mix = tick == 0 ? drift.at_start : drift.later;
    completion[tick] = mix.completion_rate * rate[tick] + (mix.completion_prompt * prompt[tick] + mix.completion_own * completion[tick]);
    prompt[tick] = mix.prompt_rate * rate[tick] + mix.prompt_own * prompt[tick];
  }
  auto const apply = [&](DriftView const& of_length, std::vector<double> const& innovations, Column& tokens) {
    auto const z = follow(of_length, innovations);
    for (std::uint32_t tick = 0; tick < ticks; ++tick) {
      double const factor = std::min(64.0, exponential<ScalarDrawLane>(log_factor(of_length, z[tick])));
      tokens[tick] = static_cast<std::uint64_t>(std::nearbyint(static_cast<double>(tokens[tick]) * factor));
    }
  };
  apply(drift.prompt, prompt, demand.prompt_tokens);
  apply(drift.completion, completion, demand.completion_tokens);
}

Demand draw_demand(Plan const& plan, Scenario const& scenario, Draws const& draws) {
  std::uint32_t const ticks = plan.total_ticks();
  Demand demand{Column(ticks), Column(ticks), Column(ticks), 0};
  auto const drift = draw_drift(scenario, draws, ticks);
  auto const gates = draw_gates(scenario, draws, ticks);
  for (std::uint32_t tick = 0; tick < ticks; ++tick) {
    double mean = scenario.expected_requests[tick] * drift[tick];
    double const burst = scenario.burst_variation > 0.0 ? draws.burst(scenario.burst_variation, tick / scenario.burst_ticks) : 1.0;
    mean *= burst * gates[tick / scenario.burst_ticks];
    if (mean > PoissonSampler::largest_mean) {
      mean = PoissonSampler::largest_mean;
      if (tick >= plan.warmup_ticks) ++demand.clamped_ticks;
    }
    for (std::uint32_t c = 0; c < scenario.classes.size(); ++c) {
      RequestClass const& law = *scenario.classes[c];
      std::uint32_t const count = draws.arrivals(law.share * mean, c, tick);
      demand.requests[tick] += count;
      // compound sampling draws the count's low digits request by request
      std::uint32_t const single = law.compound.digits == 0 ? count : count % (1U << law.compound.first_digit);
      draw_lengths(law, draws, c, tick, single, demand);
      if (single < count) draw_sums(law, draws, c, tick, count, demand);
    }
  }
  apply_length_drift(scenario, draws, demand);
  return demand;
}

// ---- Service ----

/// Work W_t of a tick in replica-seconds.
float tick_work(ServiceRates rates, Demand const& demand, std::uint32_t tick) {
  return std::fmaf(static_cast<float>(demand.completion_tokens[tick]), rates.seconds_per_completion_token,
                   static_cast<float>(demand.prompt_tokens[tick]) * rates.seconds_per_prompt_token);
}

/// Whether seconds > replicas·limit; in double the product is exact.
bool exceeds(float seconds, std::int32_t replicas, float limit) {
  return static_cast<double>(seconds) > static_cast<double>(replicas) * static_cast<double>(limit);
}

std::int64_t whole_milliseconds(float seconds) { return static_cast<std::int64_t>(1000.0 * static_cast<double>(seconds)); }

/// Work of the ledger in whole replica-milliseconds, from the whole microseconds of its ticks.
std::int64_t work_ms(Plan const& plan, ServiceRates rates, Demand const& demand) {
  Sum128 microseconds = 0;
  for (std::uint32_t tick = plan.warmup_ticks; tick < plan.total_ticks(); ++tick)
    microseconds += static_cast<std::int64_t>(1e6 * static_cast<double>(tick_work(rates, demand, tick)));
  return static_cast<std::int64_t>(microseconds / 1000);
}

/// Perfect foresight: the least replicas that meet the SLA on each tick's own work, max if none does, min on an empty
/// tick.
std::int64_t reference_replica_ticks(Plan const& plan, ReferencePolicy const& policy, Demand const& demand) {
  std::int64_t sum = 0;
  for (std::uint32_t tick = plan.warmup_ticks; tick < plan.total_ticks(); ++tick) {
    float const work = tick_work(plan.services[policy.service], demand, tick);
    std::int32_t replicas = policy.min_replicas;
    if (demand.requests[tick] > 0)
      while (replicas < policy.max_replicas && exceeds(work, replicas, policy.load_limit)) ++replicas;
    sum += replicas;
  }
  return sum;
}

// ---- Fleet and autoscaler ----

/// Ready replicas, those booting, oldest first, each with the tick it serves from, and those that drain, each with its last tick.
class Fleet {
 public:
  Fleet(std::int32_t ready, std::uint32_t drain_ticks) : ready_(ready), drain_ticks_(drain_ticks) {}

  std::int32_t ready() const { return ready_; }
  std::int32_t wanted() const { return ready_ + static_cast<std::int32_t>(booting_.size()); }

  void finish_boots(std::uint32_t tick) {
    for (; !booting_.empty() && booting_.front() <= tick; booting_.pop_front()) ++ready_;
    while (!draining_.empty() && draining_.front() < tick) draining_.pop_front();
  }
  std::int64_t draining() const { return static_cast<std::int64_t>(draining_.size()); }

  /// At the end of `tick`.
  void resize(std::int32_t wanted_next, std::uint32_t tick, std::uint32_t boot_ticks) {
    while (wanted() < wanted_next) booting_.push_back(tick + 1 + boot_ticks);
    while (wanted() > wanted_next) {
      if (booting_.empty()) {
        --ready_;
        draining_.push_back(tick + drain_ticks_);
      } else {
        booting_.pop_back();
      }
    }
  }

 private:
  std::int32_t ready_;
  std::uint32_t drain_ticks_;
  std::deque<std::uint32_t> booting_, draining_;
};

/// Utilization min(u, 64) of a tick in 65536ths.
std::uint64_t utilization_parts(float load, std::int32_t replicas, std::uint32_t tick_seconds) {
  if (replicas == 0) return load > 0.0F ? 64 * 65536 : 0;
  float const reciprocal = 1.0F / (static_cast<float>(replicas) * static_cast<float>(tick_seconds));
  return static_cast<std::uint64_t>(65536.0F * std::min(load * reciprocal, 64.0F));
}

/// One policy on its way through one realization.
class Walk {
 public:
  Walk(Plan const& plan, std::uint32_t slot, Demand const& demand)
      : plan_(plan),
        table_(plan.table),
        slot_(slot),
        group_(*std::find_if(plan.groups.begin(), plan.groups.end(), [&](PolicyGroup const& g) { return slot < g.first_slot + g.slot_count; })),
        demand_(demand),
        fleet_(plan.table.initial_replicas[slot], group_.drain_ticks),
        ledger_(fixed_entries + plan.levels) {}

  /// Runs warm-up and ledger.
  /// @return  [entry], the latency levels last
  std::vector<std::int64_t> run() {
    float backlog_at_start = 0.0F;
    for (std::uint32_t tick = 0; tick < plan_.total_ticks(); ++tick) {
      if (tick == plan_.warmup_ticks) {
        std::fill(ledger_.begin(), ledger_.end(), 0);
        run_of_violations_ = 0;
        backlog_at_start = backlog_;
      }
      step(tick);
    }
    entry(Entry::served_replica_ms) = work_ms(plan_, plan_.services[group_.service], demand_) + whole_milliseconds(backlog_at_start) -
                                      whole_milliseconds(backlog_) - entry(Entry::shed_replica_ms);
    return ledger_;
  }

 private:
  std::int64_t& entry(Entry e) { return ledger_[static_cast<std::size_t>(e)]; }

  void step(std::uint32_t tick) {
    fleet_.finish_boots(tick);
    float const backlog_before = backlog_;
    float const load = tick_work(plan_.services[group_.service], demand_, tick) + backlog_before;
    bool const sheds = group_.backlog == Backlog::carried && serve(load);
    record_fleet();
    record_latency(tick, load, backlog_before, sheds);
    utilization_.push_back(utilization_parts(load, fleet_.ready(), plan_.tick_seconds));
    if ((tick + 1) % group_.interval_ticks == 0) decide(tick);
  }

  /// Leaves in the backlog what the ready replicas can't take.
  /// @return  whether the backlog can't hold it all
  bool serve(float load) {
    auto const replicas = static_cast<float>(fleet_.ready());
    float const unserved = std::max(0.0F, load - replicas * static_cast<float>(plan_.tick_seconds));
    backlog_ = std::min(unserved, replicas * table_.max_backlog_seconds[slot_]);
    float const shed = unserved - backlog_;
    entry(Entry::shed_replica_ms) += whole_milliseconds(shed);
    return shed > 0.0F;
  }

  void record_fleet() {
    std::int64_t const wanted = fleet_.wanted();
    entry(Entry::billed_replica_ticks) += (group_.billing == Billing::standing ? wanted : fleet_.ready()) + fleet_.draining();
    entry(Entry::peak_replicas) = std::max(entry(Entry::peak_replicas), wanted);
    if (wanted == table_.max_replicas[slot_]) ++entry(Entry::ticks_at_max);
  }

  void record_latency(std::uint32_t tick, float load, float backlog_before, bool sheds) {
    auto const above = [&](std::uint32_t limit) {
      std::size_t const column = static_cast<std::size_t>(limit) * table_.slots + slot_;
      return exceeds(load, fleet_.ready(), table_.load_limits[column]) || exceeds(backlog_before, fleet_.ready(), table_.backlog_limits[column]) ||
             sheds;
    };
    for (std::uint32_t level = 0; level < plan_.levels; ++level)
      if (above(1 + level)) ++ledger_[fixed_entries + level];
    bool const violated = demand_.requests[tick] > 0 && above(0);
    run_of_violations_ = violated ? run_of_violations_ + 1 : 0;
    entry(Entry::longest_violated_ticks) = std::max(entry(Entry::longest_violated_ticks), run_of_violations_);
    if (!violated) return;
    ++entry(Entry::violated_ticks);
    entry(Entry::violated_requests) += static_cast<std::int64_t>(demand_.requests[tick]);
  }

  /// The signal's sum over the last `ticks` ticks.
  float observe(std::uint32_t tick, std::uint32_t ticks) const {
    std::uint64_t sum = 0;
    for (std::uint32_t t = tick + 1 - ticks; t <= tick; ++t) sum += group_.signal == Signal::utilization ? utilization_[t] : demand_.tokens(t);
    return static_cast<float>(sum);
  }

  /// What that sum is compared with.
  float threshold(double setting, std::uint32_t ticks) const {
    if (group_.signal == Signal::utilization) return static_cast<float>(setting * (65536.0 * ticks));
    auto const tokens = static_cast<float>(setting * (static_cast<double>(ticks) * plan_.tick_seconds) / 60.0);
    return group_.signal == Signal::tokens_per_replica ? tokens * static_cast<float>(fleet_.wanted()) : tokens;
  }

  void decide(std::uint32_t tick) {
    std::uint32_t const ticks = std::min(group_.window_ticks, tick + 1);
    float const observed = observe(tick, ticks);
    auto const now = static_cast<std::int64_t>(tick);
    std::int32_t const wanted = fleet_.wanted();
    std::int32_t next = wanted;
    if (observed > threshold(table_.scale_up_at[slot_], ticks) && now >= last_rise_ + table_.cooldown_up_ticks[slot_])
      next = wanted + table_.step_up[slot_];
    else if (observed < threshold(table_.scale_down_at[slot_], ticks) && now >= last_change_ + table_.cooldown_down_ticks[slot_])
      next = wanted - table_.step_down[slot_];
    next = std::min(std::max(next, table_.min_replicas[slot_]), table_.max_replicas[slot_]);
    if (next == wanted) return;

    ++entry(next > wanted ? Entry::scale_ups : Entry::scale_downs);
    if (next > wanted) last_rise_ = now;
    last_change_ = now;
    fleet_.resize(next, tick, group_.boot_ticks);
  }

  static constexpr std::int64_t long_ago = -(1LL << 40);

  Plan const& plan_;
  PolicyTable const& table_;
  std::uint32_t slot_;
  PolicyGroup const& group_;
  Demand const& demand_;
  Fleet fleet_;
  std::vector<std::int64_t> ledger_;
  std::vector<std::uint64_t> utilization_;  ///< [tick], 65536ths
  float backlog_ = 0.0F;
  std::int64_t run_of_violations_ = 0;
  std::int64_t last_rise_ = long_ago;
  std::int64_t last_change_ = long_ago;
};

// ---- Sums ----

/// What a realization adds up to over its ledger, whatever the policy.
struct Totals {
  std::int64_t requests = 0, prompt_tokens = 0, completion_tokens = 0, ticks_with_requests = 0;
  std::vector<std::int64_t> work_ms;    ///< [service]
  std::vector<std::int64_t> reference;  ///< [reference], replica-ticks
};

Totals add_scenario(Plan const& plan, Demand const& demand, ScenarioSums& into) {
  Totals totals;
  for (std::uint32_t tick = plan.warmup_ticks; tick < plan.total_ticks(); ++tick) {
    totals.requests += static_cast<std::int64_t>(demand.requests[tick]);
    totals.prompt_tokens += static_cast<std::int64_t>(demand.prompt_tokens[tick]);
    totals.completion_tokens += static_cast<std::int64_t>(demand.completion_tokens[tick]);
    totals.ticks_with_requests += demand.requests[tick] > 0 ? 1 : 0;
  }
  for (std::size_t i = 0; i < plan.services.size(); ++i) {
    totals.work_ms.push_back(work_ms(plan, plan.services[i], demand));
    into.work_ms[i].add(totals.work_ms[i]);
  }
  for (std::size_t i = 0; i < plan.references.size(); ++i) {
    totals.reference.push_back(reference_replica_ticks(plan, plan.references[i], demand));
    into.reference[i].add(totals.reference[i]);
  }
  into.requests.add(totals.requests);
  into.tokens.add(totals.prompt_tokens + totals.completion_tokens);
  into.prompt_tokens.add(totals.prompt_tokens);
  into.completion_tokens.add(totals.completion_tokens);
  into.ticks_with_requests.add(totals.ticks_with_requests);
  into.clamped_ticks.add(demand.clamped_ticks);
  return totals;
}

/// Bin of a value: bins are 1 wide below 2^exact_bits, then 2^exact_bits of them fill each octave.
std::uint32_t histogram_bin(HistogramBins bins, std::int64_t value) {
  std::uint32_t const per_octave = 1U << bins.exact_bits;
  std::int64_t width = 1;
  std::int64_t end = 0;
  for (std::uint32_t bin = 0;; ++bin) {
    if (bin >= 2 * per_octave && bin % per_octave == 0) width *= 2;
    end += width;
    if (value < end) return bin;
  }
}

/// Adds one policy's ledger of one realization to its slot.
///
/// @param baseline  the ledger of the policy that all are compared with, or null
void add_cell(Plan const& plan, std::uint32_t slot, std::vector<std::int64_t> const& ledger, Totals const& totals,
              std::vector<std::int64_t> const* baseline, AccumulatorView const& into) {
  auto const value = [&](Entry e) { return ledger[static_cast<std::size_t>(e)]; };
  auto const at = [&](std::size_t row) { return row * into.slots + slot; };
  auto const add_product = [&](Product product, Sum128 a, std::int64_t b) { into.products[at(static_cast<std::size_t>(product))] += a * b; };
  std::int64_t const billed = value(Entry::billed_replica_ticks);
  std::int64_t const violated_ticks = value(Entry::violated_ticks);
  std::int64_t const violated_requests = value(Entry::violated_requests);
  std::int64_t const reference = totals.reference[plan.table.reference[slot]];
  for (std::size_t e = 0; e < ledger.size(); ++e) {
    into.sums[at(e)] += ledger[e];
    into.squares[at(e)] += static_cast<Sum128>(ledger[e]) * ledger[e];
  }
  add_product(Product::billed_reference, billed, reference);
  add_product(Product::billed_tokens, billed, totals.prompt_tokens + totals.completion_tokens);
  add_product(Product::billed_served, billed, value(Entry::served_replica_ms));
  add_product(Product::violated_requests_requests, violated_requests, totals.requests);
  add_product(Product::shed_work, value(Entry::shed_replica_ms), totals.work_ms[plan.slot_service[slot]]);
  add_product(Product::billed_work, billed, totals.work_ms[plan.slot_service[slot]]);
  if (baseline != nullptr) {
    into.baseline_products[at(0)] += static_cast<Sum128>(billed) * (*baseline)[static_cast<std::size_t>(Entry::billed_replica_ticks)];
    into.baseline_products[at(1)] += static_cast<Sum128>(violated_ticks) * (*baseline)[static_cast<std::size_t>(Entry::violated_ticks)];
    into.baseline_products[at(2)] += static_cast<Sum128>(violated_requests) * (*baseline)[static_cast<std::size_t>(Entry::violated_requests)];
  }
  for (std::size_t e = 0; e < extremes; ++e) {
    std::int64_t const candidate = e < extreme_entries ? ledger[e] : billed - reference;
    into.smallest[at(e)] = std::min(into.smallest[at(e)], candidate);
    into.largest[at(e)] = std::max(into.largest[at(e)], candidate);
  }

  bool const per_requests = plan.objective_per == ObjectivePer::requests;
  Sum128 const violated = per_requests ? violated_requests : violated_ticks;
  Sum128 const total = per_requests ? totals.requests : static_cast<std::int64_t>(plan.ledger_ticks);
  into.objective_met[slot] += violated * 1000000000 <= total * plan.table.violations_allowed_ppb[slot] ? 1 : 0;
  for (std::size_t level = 0; level < plan.config.sla.stricter_objectives.size(); ++level) {
    Sum128 const kept_ppb = std::llround(1e9 * plan.config.sla.stricter_objectives[level]);
    into.objective_met_at[at(level)] += (total - violated) * 1000000000 >= total * kept_ppb ? 1 : 0;
  }
  into.violating[slot] += violated_ticks > 0 ? 1 : 0;
  ++into.billed_histogram[std::size_t{slot} * into.billed_bins.count + histogram_bin(into.billed_bins, billed)];
  ++into.violated_histogram[std::size_t{slot} * into.violated_bins.count + histogram_bin(into.violated_bins, violated_ticks)];
}

/// The smallest of ascending values with at least a share q at or below it; 1e-12 forgives the rounding of q.
std::uint64_t order_statistic(std::vector<std::uint64_t> const& ascending, double q) {
  double const needed = q * static_cast<double>(ascending.size()) * (1.0 - 1e-12);
  std::size_t at_or_below = 1;
  while (static_cast<double>(at_or_below) < needed) ++at_or_below;
  return ascending[at_or_below - 1];
}

/// Spread of each block's requests and tokens over realizations.
Bands make_bands(Plan const& plan, std::vector<Demand> const& demands) {
  auto const& quantiles = plan.config.sweep.quantiles;
  Bands bands;
  bands.quantiles.resize(Bands::quantities * quantiles.size() * plan.band_blocks);
  for (std::size_t quantity = 0; quantity < Bands::quantities; ++quantity) {
    for (std::size_t block = 0; block < plan.band_blocks; ++block) {
      std::size_t const first = plan.warmup_ticks + block * plan.band_ticks;
      std::size_t const last = std::min<std::size_t>(first + plan.band_ticks, plan.total_ticks());
      std::vector<std::uint64_t> block_sums;
      for (auto const& d : demands) {
        auto const& row = quantity == 0 ? d.requests : quantity == 1 ? d.prompt_tokens : d.completion_tokens;
        block_sums.push_back(0);
        for (std::size_t tick = first; tick < last; ++tick) block_sums.back() += row[tick];
      }
      std::sort(block_sums.begin(), block_sums.end());
      bands.sums.push_back(0);
      for (std::uint64_t const sum : block_sums) bands.sums.back() += sum;
      for (std::size_t q = 0; q < quantiles.size(); ++q)
        bands.quantiles[(quantity * quantiles.size() + q) * plan.band_blocks + block] = order_statistic(block_sums, quantiles[q]);
    }
  }
  return bands;
}

}  // namespace

SweepSums run(Plan const& plan) {
  SweepSums sums(plan);
  for (std::size_t s = 0; s < plan.scenarios.size(); ++s) {
    if (!plan.scenarios[s].problem.empty()) continue;
    std::vector<Demand> first_demands;
    for (std::uint32_t realization = 0; realization < plan.realizations; ++realization) {
      Demand const demand = draw_demand(plan, plan.scenarios[s], {plan.seed, realization});
      Totals const totals = add_scenario(plan, demand, sums.scenarios[s]);
      if (realization < plan.band_realizations) first_demands.push_back(demand);
      std::vector<std::int64_t> baseline;
      if (plan.baseline) baseline = Walk(plan, plan.policies[*plan.baseline].slot, demand).run();
      for (auto const& policy : plan.policies)
        if (policy.problem.empty())
          add_cell(plan, policy.slot, Walk(plan, policy.slot, demand).run(), totals, plan.baseline ? &baseline : nullptr, sums.cells[s].view());
    }
    sums.cells[s].add_realizations(plan.realizations);
    sums.scenarios[s].bands = make_bands(plan, first_demands);
  }
  sums.realizations_done = plan.realizations;
  return sums;
}

}  // namespace fleetcast::reference
