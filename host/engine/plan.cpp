#include "plan.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "cuda/model/histogram_bins.cuh"
#include "cuda/model/length_drift.cuh"
#include "cuda/model/walk.cuh"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/io/mapped_file.hpp"
#include "policies.hpp"
#include "scenario.hpp"

namespace fleetcast {

namespace {

/// Raised whenever the same sweep file would give other integers.
constexpr int model_version = 1;

/// Parts of the names of keys younger than that.
constexpr char const* younger_keys[] = {"workload.sampler",        "workload.silence_",          "workload.prompt_drift_",
                                        "sla.stricter_objectives", "workload.completion_drift_", "workload.drift_correlation.",
                                        ".rank_correlation",       "autoscaler.drain_seconds"};

constexpr std::uint64_t histogram_bytes = 256ULL << 20;
constexpr std::uint32_t most_band_realizations = 1000;
constexpr std::uint32_t most_band_blocks = 1440;

[[noreturn]] void refuse(std::string const& message) { throw Error(ExitCode::bad_config, message); }

std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, std::uint64_t most, std::string const& what) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product) || product > most)
    refuse(fmt::format("[grid]: {} ({} at most can be held); shorten an axis or split the sweep", what, most));
  return product;
}

/// Why a key has no effect beside the other settings, or "".
std::string why_without_effect(std::string const& key, SweepConfig const& config) {
  if (!config.workload.profile.empty() && (key == "workload.requests_per_minute" || key.starts_with("workload.daily_")))
    return "workload.profile says how many requests come";
  if (!config.workload.drift.empty() && key == "workload.drift_half_life_minutes") return "[[workload.drift]] says how the rate drifts";
  for (std::size_t i = 0; i < config.workload.classes.size(); ++i)
    if (!config.workload.classes[i].pairs.empty() &&
        (key.starts_with(fmt::format("workload.class.{}.prompt", i)) || key.starts_with(fmt::format("workload.class.{}.completion", i))))
      return "the class draws measured pairs";
  for (auto const& [name, curve] : {std::pair("service.ttft.", &config.service.ttft), std::pair("service.tpot.", &config.service.tpot)}) {
    if (!key.starts_with(name)) continue;
    std::string const part = key.substr(std::string(name).size());
    bool const used = curve->curve == "linear"     ? part == "base_ms" || part == "slope_ms"
                      : curve->curve == "erlang_c" ? part == "base_ms" || part == "slots" || part == "service_ms"
                                                   : false;
    if (!used) return fmt::format("{}curve is \"{}\"", name, curve->curve);
  }
  return {};
}

void set_time(Plan& plan) {
  auto const& s = plan.config.sweep;
  double const seconds = s.minutes > 0 ? 60.0 * s.minutes : 86400.0 * s.days;
  double const warmup_seconds = 60.0 * s.warmup_minutes;
  if (std::fmod(seconds, s.tick_seconds) != 0 || std::fmod(warmup_seconds, s.tick_seconds) != 0)
    refuse(fmt::format("sweep.tick_seconds = {} does not divide the realization ({} s) and the warm-up ({} s); choose one that does",
                       shortest(s.tick_seconds), shortest(seconds), shortest(warmup_seconds)));
  double const ticks = (seconds + warmup_seconds) / s.tick_seconds;
  if (ticks > most_realization_ticks) refuse(fmt::format("a realization has {:.0f} ticks (1e8 at most); use longer ticks or fewer days", ticks));
  plan.tick_seconds = static_cast<std::uint32_t>(s.tick_seconds);
  plan.warmup_ticks = static_cast<std::uint32_t>(warmup_seconds / s.tick_seconds);
  plan.ledger_ticks = static_cast<std::uint32_t>(seconds / s.tick_seconds);
  plan.realizations = static_cast<std::uint32_t>(s.realizations);
  plan.seed = static_cast<std::uint64_t>(s.seed);
}

int weekday_number(std::string const& name) {
  static constexpr std::array names{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Refuses names of request classes that a table could not hold, or that two classes share.
void check_class_names(WorkloadConfig const& workload) {
  constexpr std::size_t longest = 64;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < workload.classes.size(); ++i) {
    std::string const& name = workload.classes[i].name;
    bool const is_word = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
    if (!is_word || name.size() > longest)
      refuse(fmt::format("workload.class.{}.name = \"{}\" is no word of a table; use letters, digits, _, - and ., {} at most", i, name, longest));
    if (!seen.insert(name.empty() ? fmt::format("{}", i) : name).second)
      refuse(fmt::format("workload.class.{}.name = \"{}\" is another class's name, or its number; choose another", i, name));
  }
}

/// Visits every setting of the axes of one kind in cell order, the others at their file's value.
template <class Visit>
void for_each_setting(SweepConfig& working, std::vector<Axis> const& axes, bool workload, Visit visit) {
  auto const keys = bind_keys(working);
  std::vector<std::pair<Key const*, Axis const*>> bound;
  for (auto const& axis : axes)
    if (axis.is_workload == workload) bound.emplace_back(find_key(keys, axis.key), &axis);
  std::vector<std::size_t> position(bound.size(), 0);
  for (;;) {
    for (std::size_t i = 0; i < bound.size(); ++i) bound[i].first->set_number(bound[i].second->values[position[i]]);
    visit();
    std::size_t i = bound.size();
    while (i > 0 && ++position[i - 1] == bound[i - 1].second->values.size()) position[--i] = 0;
    if (i == 0) return;
  }
}

std::uint64_t most_replicas_of(Plan const& plan) {
  std::uint64_t most = 1;
  for (std::int32_t const n : plan.table.max_replicas) most = std::max<std::uint64_t>(most, static_cast<std::uint64_t>(n));
  return most;
}

/// Replica-ticks that a realization can bill at most, below 2^63 by the bounds of the keys: a fleet can be replaced in every tick.
std::uint64_t most_billed_of(Plan const& plan) {
  std::uint64_t most_drain = 0;
  for (PolicyGroup const& group : plan.groups) most_drain = std::max<std::uint64_t>(most_drain, group.drain_ticks);
  return most_replicas_of(plan) * plan.ledger_ticks * (1 + std::min<std::uint64_t>(most_drain, plan.ledger_ticks));
}

/// The finest bins with which the histograms of all cells stay within histogram_bytes.
void set_histograms(Plan& plan) {
  std::uint64_t const most_replicas = most_replicas_of(plan);
  std::uint64_t const most_billed = most_billed_of(plan);
  std::uint64_t const columns = static_cast<std::uint64_t>(plan.table.slots) * plan.scenarios.size();
  for (std::uint32_t bits = 7;; --bits) {
    plan.billed_bins = {bits, histogram_bin(bits, most_billed) + 1};
    plan.violated_bins = {bits, histogram_bin(bits, plan.ledger_ticks) + 1};
    if (bits == 0 || columns * (plan.billed_bins.count + plan.violated_bins.count) * sizeof(std::uint32_t) <= histogram_bytes) break;
  }
  plan.longest_segment = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (1ULL << 24) / most_replicas));
  // n·Δ must be exact in a float
  if (most_replicas * plan.tick_seconds >= (1U << 24))
    refuse(
        fmt::format("autoscaler.max_replicas = {} times sweep.tick_seconds = {} exceeds 2^24; use shorter ticks", most_replicas, plan.tick_seconds));
}

/// Refuses a sweep whose integers could outgrow the words they are kept in.
///
/// A tick draws at most 1e9 requests give or take its Poisson noise; a realization is taken to stay below ten thousand
/// times its mean where that is the smaller bound.
void check_sizes(Plan const& plan) {
  constexpr double most_in_tick = 1.002e9;
  constexpr double most_over_mean = 1e4;
  for (auto const& scenario : plan.scenarios) {
    if (!scenario.problem.empty()) continue;
    double expected = 0;
    for (double const requests : scenario.expected_requests) expected += requests;
    double const requests = std::min(most_in_tick * plan.total_ticks(), most_over_mean * (expected + 1.0));
    double prompt = 0;
    double completion = 0;
    for (auto const& c : scenario.classes) {
      prompt = std::max<double>(prompt, *std::max_element(c->prompt.begin(), c->prompt.end()));
      completion = std::max<double>(completion, *std::max_element(c->completion.begin(), c->completion.end()));
    }
    if (scenario.length_drift.drifts) {
      prompt *= largest_length_factor;
      completion *= largest_length_factor;
    }
    double largest = std::max(requests * (prompt + completion), static_cast<double>(most_billed_of(plan)));
    for (auto const& rates : plan.services) {
      double const work_ms = 1000.0 * (prompt * static_cast<double>(rates.seconds_per_prompt_token) +
                                       completion * static_cast<double>(rates.seconds_per_completion_token));
      if (most_in_tick * 1000.0 * work_ms >= 0x1p62)
        refuse(
            fmt::format("a tick's work could exceed 2^62 replica-microseconds (prompts up to {:.0f}, completions up to {:.0f} tokens); "
                        "raise service.prefill_tokens_per_second or lower the lengths' max",
                        prompt, completion));
      largest = std::max(largest, requests * work_ms);
    }
    if (largest >= 0x1p62 || largest * largest * plan.realizations >= 0x1p126)
      refuse(
          "the tokens, the work or the bill of a realization could outgrow the integers they are summed in; use shorter realizations, "
          "faster replicas, shorter lengths or smaller fleets");
  }
}

/// Objectives to count realizations against.
ObjectiveLevels objective_levels(std::vector<double> const& objectives) {
  if (objectives.size() > most_objective_levels) refuse("sla.stricter_objectives holds more than 8 objectives");
  if (!std::is_sorted(objectives.begin(), objectives.end(), std::less_equal<>{}))
    refuse("sla.stricter_objectives must rise from objective to objective");
  ObjectiveLevels levels{static_cast<std::uint32_t>(objectives.size()), {}};
  std::transform(objectives.begin(), objectives.end(), levels.allowed_ppb, violations_allowed_ppb);
  return levels;
}

/// first_look, twice that, and so on, then all realizations; all of them at once where nothing is asked before.
std::vector<std::uint64_t> looks_of(SweepConfig const& config) {
  auto const all = static_cast<std::uint64_t>(config.sweep.realizations);
  std::vector<std::uint64_t> looks;
  if (config.looks())
    for (auto n = static_cast<std::uint64_t>(config.stop.first_look); n < all; n *= 2) looks.push_back(n);
  looks.push_back(all);
  return looks;
}

/// Refuses a [stop] that asks for nothing, or for two things at once.
void check_stop(StopConfig const& stop, SearchConfig const& search, double realizations) {
  bool const widths = stop.half_width > 0 || stop.relative_half_width > 0;
  bool const of_quantity = stop.metric != "none" && stop.metric != "selection";
  if (of_quantity && !widths)
    refuse(fmt::format("stop.metric = \"{}\" needs stop.half_width or stop.relative_half_width: how well must it be known?", stop.metric));
  if (!of_quantity && widths)
    refuse(fmt::format(
        "stop.half_width and stop.relative_half_width are those of a quantity's interval, but stop.metric is \"{}\"; name the quantity there",
        stop.metric));
  if (!of_quantity && stop.cells != "all") refuse("stop.cells chooses whose intervals count; it needs a quantity as stop.metric");
  if (search.race && stop.cells == "front")
    refuse("stop.cells = \"front\" needs all cells, and search.race gives up those that break the promise; leave one of them out");
  if (stop.metric == "none" && stop.max_seconds > 0) refuse("stop.max_seconds is looked at with the rest of [stop]; it needs a stop.metric");
  if (stop.metric != "none" && stop.first_look >= realizations)
    refuse(fmt::format("stop.first_look = {} leaves nothing to stop: sweep.realizations is {}; raise that, it is the most there will be",
                       shortest(stop.first_look), shortest(realizations)));
}

/// The policy that [baseline] names: on each axis the value it gives there, else the sweep's own.
std::uint32_t baseline_policy(Plan const& plan) {
  SweepConfig own = plan.config;
  auto const keys = bind_keys(own);
  for (auto const& at : plan.config.baseline) {
    auto const axis = std::find_if(plan.axes.begin(), plan.axes.end(), [&](Axis const& a) { return a.key == at.key; });
    if (axis == plan.axes.end() || axis->is_workload)
      refuse(fmt::format("{}: {} is {}; the baseline names values of axes that traffic does not depend on", at.where, at.key,
                         axis == plan.axes.end() ? "no axis of [grid]" : "an axis of the workload"));
  }
  std::uint64_t policy = 0;
  for (auto const& axis : plan.axes) {
    if (axis.is_workload) continue;
    auto const at = std::find_if(plan.config.baseline.begin(), plan.config.baseline.end(), [&](BaselineValue const& v) { return v.key == axis.key; });
    bool const named = at != plan.config.baseline.end();
    double const value = named ? at->value : find_key(keys, axis.key)->number();
    auto const position = axis.position_of(value);
    if (!position)
      refuse(fmt::format("{}: the baseline's {} = {} {}is not on its axis; the nearest there are {}", named ? at->where : "[baseline]", axis.key,
                         shortest(value), named ? "" : "(the sweep's own, since [baseline] names none) ", axis.nearest_to(value)));
    policy = policy * axis.values.size() + *position;
  }
  PolicyInfo const& info = plan.policies[policy];
  if (!info.problem.empty()) refuse("[baseline]: the baseline's settings contradict each other: " + info.problem);
  return static_cast<std::uint32_t>(policy);
}

/// Hash of all the integers depend on: settings by value, files by content.
Hash128 hash_plan(SweepConfig const& config, std::vector<Axis> const& axes, std::optional<std::uint32_t> baseline) {
  SweepConfig copy = config;
  std::string text = fmt::format("fleetcast model {}\n", model_version);
  std::set<std::string> const derived{"sweep.realizations", "sweep.confidence",       "workload.file",
                                      "price.gpu_hour_usd", "price.gpus_per_replica", "sla.reliability"};
  auto const is_derived = [&](std::string const& path) { return derived.contains(path) || path.starts_with("stop.") || path.starts_with("search."); };
  SweepConfig defaults;
  defaults.workload.classes.resize(config.workload.classes.size());
  auto const default_keys = bind_keys(defaults);
  for (auto const& key : bind_keys(copy)) {
    if (is_derived(key.path) || key.path.ends_with(".name")) continue;
    // a key that is younger than the model version counts where it is not at its default
    Key const* const by_default = find_key(default_keys, key.path);
    bool const is_younger =
        std::any_of(std::begin(younger_keys), std::end(younger_keys), [&](char const* part) { return key.path.find(part) != std::string::npos; });
    if (is_younger && by_default != nullptr && key.as_toml() == by_default->as_toml()) continue;
    std::string value = key.as_toml();
    if (key.is_file() && !std::get<std::string*>(key.target)->empty()) {
      MappedFile const file(*std::get<std::string*>(key.target));
      XXH128_hash_t const h = XXH3_128bits(file.text().data(), file.text().size());
      value = Hash128{h.low64, h.high64}.hex();
    }
    text += key.path + "=" + value + "\n";
  }
  for (auto const& axis : axes) {
    text += axis.key + ":";
    for (double const value : axis.values) text += " " + shortest(value);
    text += "\n";
  }
  if (baseline) text += fmt::format("baseline {}\n", *baseline);
  XXH128_hash_t const h = XXH3_128bits(text.data(), text.size());
  return {h.low64, h.high64};
}

}  // namespace

std::vector<Axis> axes_of(SweepConfig const& config) {
  constexpr std::size_t most_axes = 31;  // a dataset of HDF5 has at most 32 dimensions, one of which may be quantiles
  if (config.grid.size() > most_axes) refuse(fmt::format("[grid] has {} axes; give it {} at most", config.grid.size(), most_axes));
  SweepConfig copy = config;
  auto const keys = bind_keys(copy);
  std::vector<Axis> axes;
  for (auto const& axis : config.grid) {
    Key const* const key = find_key(keys, axis.key);
    if (key == nullptr) refuse(fmt::format("{}: axis {} names no key", axis.where, axis.key));
    std::string const reason = why_without_effect(axis.key, config);
    if (!reason.empty()) refuse(fmt::format("{}: axis {} changes nothing, since {}", axis.where, axis.key, reason));
    axes.push_back({axis.key, axis.values, key->unit, key->help, key->is_workload(), key->kind == Key::Kind::flag});
  }
  return axes;
}

std::string Hash128::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

Plan make_plan(SweepConfig const& config) {
  Plan plan;
  plan.config = config;
  set_time(plan);
  auto const& name = config.sweep.name;
  if (name.empty() || name.front() == '.' || std::any_of(name.begin(), name.end(), [](char c) { return c == '/' || (c >= 0 && c < ' '); }))
    refuse("sweep.name must be good for a file name: not empty, no slash, no dot in front");
  check_class_names(config.workload);
  auto const& levels = config.sla.latency_levels_ms;
  if (levels.size() > max_latency_levels) refuse("sla.latency_levels_ms holds more than 8 levels");
  if (!std::is_sorted(levels.begin(), levels.end(), std::less_equal<>{})) refuse("sla.latency_levels_ms must rise from level to level");
  if (!std::is_sorted(config.sweep.quantiles.begin(), config.sweep.quantiles.end(), std::less_equal<>{})) refuse("sweep.quantiles must rise");
  plan.levels = static_cast<std::uint32_t>(levels.size());
  plan.objective_per = config.sla.per == "requests" ? ObjectivePer::requests : ObjectivePer::minutes;
  plan.objective_levels = objective_levels(config.sla.stricter_objectives);

  plan.axes = axes_of(config);
  for (auto const& axis : plan.axes) plan.cells = checked_product(plan.cells, axis.values.size(), most_grid_cells, "the grid has too many cells");

  SweepConfig working = config;
  ScenarioBuilder scenario_builder(plan.tick_seconds, plan.warmup_ticks, plan.ledger_ticks, weekday_number(config.sweep.start_weekday));
  for_each_setting(working, plan.axes, true, [&] { plan.scenarios.push_back(scenario_builder.build(working.workload)); });
  working = config;
  PolicyBuilder policy_builder(plan.tick_seconds, levels);
  for_each_setting(working, plan.axes, false, [&] { policy_builder.add(working); });
  policy_builder.finish(plan);

  // what is wrong in every cell is wrong in the file
  auto const all_wrong = [](auto const& list) {
    return std::all_of(list.begin(), list.end(), [](auto const& entry) { return !entry.problem.empty(); });
  };
  if (all_wrong(plan.scenarios)) refuse(plan.scenarios.front().problem);
  if (all_wrong(plan.policies)) refuse("no cell is valid: " + plan.policies.front().problem);

  if (!config.baseline.empty()) plan.baseline = baseline_policy(plan);
  set_histograms(plan);
  check_sizes(plan);
  check_stop(config.stop, config.search, config.sweep.realizations);
  plan.looks = looks_of(config);
  plan.band_realizations = static_cast<std::uint32_t>(std::min<std::uint64_t>(plan.looks.front(), most_band_realizations));
  plan.band_ticks = (plan.ledger_ticks + most_band_blocks - 1) / most_band_blocks;
  plan.band_blocks = (plan.ledger_ticks + plan.band_ticks - 1) / plan.band_ticks;
  plan.hash = hash_plan(config, plan.axes, plan.baseline);
  return plan;
}

std::size_t Plan::most_classes() const {
  std::size_t most = 1;
  for (auto const& scenario : scenarios) most = std::max(most, scenario.classes.size());
  return most;
}

std::uint32_t Plan::distinct_policies() const {
  std::uint32_t count = 0;
  for (auto const& group : groups) count += group.policy_count;
  return count;
}

std::uint32_t Plan::walk_memory_values() const {
  std::uint32_t most = 0;
  for (auto const& group : groups) most = std::max(most, fleetcast::walk_memory_values(group));
  return most;
}

bool Plan::walks_realizations() const {
  return std::any_of(groups.begin(), groups.end(), [](PolicyGroup const& group) { return fleetcast::walks_realizations(group); });
}

std::vector<std::size_t> cell_position(std::vector<Axis> const& axes, std::uint64_t cell) {
  std::vector<std::size_t> position(axes.size());
  for (std::size_t i = axes.size(); i-- > 0;) {
    position[i] = cell % axes[i].values.size();
    cell /= axes[i].values.size();
  }
  return position;
}

namespace {

std::uint32_t index_along(Plan const& plan, std::uint64_t cell, bool workload) {
  std::uint64_t index = 0;
  auto const position = cell_position(plan.axes, cell);
  for (std::size_t i = 0; i < plan.axes.size(); ++i)
    if (plan.axes[i].is_workload == workload) index = index * plan.axes[i].values.size() + position[i];
  return static_cast<std::uint32_t>(index);
}

}  // namespace

std::uint32_t Plan::scenario_of(std::uint64_t cell) const { return index_along(*this, cell, true); }
std::uint32_t Plan::policy_of(std::uint64_t cell) const { return index_along(*this, cell, false); }

bool Plan::is_valid(std::uint64_t cell) const { return scenarios[scenario_of(cell)].problem.empty() && policies[policy_of(cell)].problem.empty(); }

std::uint64_t Plan::valid_cells() const {
  auto const valid = [](auto const& list) {
    return static_cast<std::uint64_t>(std::count_if(list.begin(), list.end(), [](auto const& entry) { return entry.problem.empty(); }));
  };
  return valid(scenarios) * valid(policies);
}

double Plan::expected_work_ms(std::uint32_t scenario, ServiceRates rates) const {
  Scenario const& s = scenarios[scenario];
  // a drift of lengths that goes with the rate's first scale puts more tokens into busy ticks
  auto const with_rate = [&](DriftView const& length, double correlation) {
    return s.length_drift.drifts && !s.drifts.empty() ? std::exp(s.drifts.front().log_sd * length.log_sd * correlation) : 1.0;
  };
  double const prompt = with_rate(s.length_drift.prompt, s.length_drift.at_start.prompt_rate) * static_cast<double>(rates.seconds_per_prompt_token);
  double const completion =
      with_rate(s.length_drift.completion, s.length_drift.at_start.completion_rate) * static_cast<double>(rates.seconds_per_completion_token);
  double seconds_per_request = 0;
  for (auto const& c : s.classes) seconds_per_request += c->share * (c->prompt_mean * prompt + c->completion_mean * completion);
  double const requests = std::accumulate(s.expected_requests.begin() + warmup_ticks, s.expected_requests.end(), 0.0);
  return 1000.0 * requests * seconds_per_request;
}

double Plan::unservable_share(std::uint64_t cell) const {
  Scenario const& scenario = scenarios[scenario_of(cell)];
  PolicyInfo const& policy = policies[policy_of(cell)];
  double const spare_seconds = (policy.ttft_limit_ms - policy.ttft_at_rest_ms) / 1000.0;
  double typical_prompt = 0;
  for (auto const& c : scenario.classes) typical_prompt += c->share * c->prompt_mean;
  double const longest = typical_prompt + spare_seconds * policy.prefill_tokens_per_second;
  double share = 0;
  for (auto const& c : scenario.classes) {
    auto const beyond = std::count_if(c->prompt.begin(), c->prompt.end(), [&](std::uint32_t p) { return p > longest; });
    share += c->share * static_cast<double>(beyond) / static_cast<double>(c->prompt.size());
  }
  return share;
}

}  // namespace fleetcast
