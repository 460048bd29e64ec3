#include "keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "spelling.hpp"

namespace fleetcast {

namespace {

constexpr double billion = 1e9;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// Builds the table: one call a key.
class Table {
 public:
  std::vector<Key> keys;

  void number(std::string path, double& target, double smallest, double largest, std::string unit, std::string help) {
    keys.push_back({std::move(path), Key::Kind::number, &target, smallest, largest, {}, std::move(unit), std::move(help)});
  }
  void whole(std::string path, double& target, double smallest, double largest, std::string unit, std::string help) {
    keys.push_back({std::move(path), Key::Kind::whole, &target, smallest, largest, {}, std::move(unit), std::move(help)});
  }
  void flag(std::string path, bool& target, std::string help) {
    keys.push_back({std::move(path), Key::Kind::flag, &target, 0, 1, {}, "", std::move(help)});
  }
  void text(std::string path, std::string& target, std::string help) {
    keys.push_back({std::move(path), Key::Kind::text, &target, 0, 0, {}, "", std::move(help)});
  }
  void choice(std::string path, std::string& target, std::vector<std::string> choices, std::string help) {
    keys.push_back({std::move(path), Key::Kind::choice, &target, 0, 0, std::move(choices), "", std::move(help)});
  }
  void list(std::string path, std::vector<double>& target, double smallest, double largest, std::string unit, std::string help) {
    keys.push_back({std::move(path), Key::Kind::list, &target, smallest, largest, {}, std::move(unit), std::move(help)});
  }

  void length(std::string const& path, LengthConfig& law, std::string const& what) {
    if (law.mixture.empty()) log_normal(path, law.median, law.sigma, "the log-normal " + what + " length");
    for (std::size_t i = 0; i < law.mixture.size(); ++i) {
      auto& part = law.mixture[i];
      std::string const at = fmt::format("{}.mixture.{}", path, i);
      number(at + ".weight", part.weight, 0, 1e6, "", "of this log-normal among the " + what + " lengths; scaled to add up to 1");
      log_normal(at, part.median, part.sigma, "this log-normal");
    }
    whole(path + ".min", law.min, 0, 1048576, "tokens", "shorter draws count as this");
    whole(path + ".max", law.max, 1, 1048576, "tokens", "longer draws count as this");
  }

  void log_normal(std::string const& path, double& median, double& sigma, std::string const& what) {
    number(path + ".median", median, 0.01, 1e6, "tokens", "median of " + what);
    number(path + ".sigma", sigma, 0.001, 5, "", "standard deviation of its logarithm");
  }

  /// @param separator  between `path` and the names of its keys
  void drift(std::string const& path, char separator, DriftConfig& scale, double largest_log_sd, std::string const& what) {
    number(path + separator + "log_sd", scale.log_sd, 0, largest_log_sd, "", "standard deviation of the log of " + what);
    number(path + separator + "half_life_minutes", scale.half_life_minutes, 0.01, infinite, "min", "its half-life; inf: one factor per realization");
  }

  void curve(std::string const& path, CurveConfig& curve, std::string const& what) {
    choice(path + ".curve", curve.curve, {"none", "linear", "erlang_c", "measured"}, what + " as a function of utilization");
    number(path + ".base_ms", curve.base_ms, 0, billion, "ms", "at no load (linear, erlang_c)");
    number(path + ".slope_ms", curve.slope_ms, 0, billion, "ms", "added at full load (linear)");
    whole(path + ".slots", curve.slots, 1, 4096, "", "requests one replica serves at once (erlang_c)");
    number(path + ".service_ms", curve.service_ms, 0, billion, "ms", "time a request holds its slot (erlang_c)");
    text(path + ".file", curve.file, "CSV with columns utilization,latency_ms (measured)");
  }
};

std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char const c : text) {
    if ((c >= 0 && c < ' ') || c == '\x7f') {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));  // TOML takes no control characters as they are
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string number_toml(double value, Key const* key) {
  bool const is_flag = key != nullptr && key->kind == Key::Kind::flag;
  return is_flag ? (value != 0 ? "true" : "false") : shortest(value);
}

/// @param key  whose values they are; null: numbers
std::string list_toml(std::vector<double> const& values, Key const* key = nullptr) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) out += (i ? ", " : "") + number_toml(values[i], key);
  return out + "]";
}

/// The list of tables that "workload.class.0" is an entry of: "workload.class"; "" for other tables.
std::string_view list_of_tables(std::string_view path) {
  for (std::string_view const list : {"workload.class", "workload.drift"})
    if (path.starts_with(list) && path.substr(list.size()).starts_with('.') && path.size() > list.size() + 1 && path[list.size() + 1] <= '9')
      return list;
  return {};
}

/// The table a key stands in: "workload.class.0" for "workload.class.0.prompt.min", else the first name.
std::string table_of(std::string const& path) {
  return path.substr(0, path.find('.', list_of_tables(path).empty() ? 0 : list_of_tables(path).size() + 1));
}

/// Keys "….0.weight", "….0.median", "….1.weight" as `[{ weight = 1, median = 2 }, { weight = 3 }]`.
std::string tables_in_line(std::span<Key const> keys) {
  std::string out;
  std::string entry;
  for (auto const& key : keys) {
    std::size_t const leaf = key.path.rfind('.');
    bool const is_new = entry != key.path.substr(0, leaf);
    out += is_new ? (entry.empty() ? "[{ " : " }, { ") : ", ";
    entry = key.path.substr(0, leaf);
    out += key.path.substr(leaf + 1) + " = " + key.as_toml();
  }
  return out + " }]";
}

}  // namespace

std::string shortest(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::to_string(static_cast<long long>(value));
  return fmt::format("{}", value);
}

double Key::number() const {
  if (auto const* flag = std::get_if<bool*>(&target)) return **flag ? 1.0 : 0.0;
  return *std::get<double*>(target);
}

void Key::set_number(double value) const {
  if (auto const* flag = std::get_if<bool*>(&target))
    **flag = value != 0.0;
  else
    *std::get<double*>(target) = value;
}

std::string Key::as_toml() const {
  switch (kind) {
    case Kind::number:
    case Kind::whole: return shortest(*std::get<double*>(target));
    case Kind::flag: return *std::get<bool*>(target) ? "true" : "false";
    case Kind::text:
    case Kind::choice: return quoted(*std::get<std::string*>(target));
    case Kind::list: return list_toml(*std::get<std::vector<double>*>(target));
  }
  return {};
}

std::string Key::complaint(double value) const {
  if (std::isnan(value) || (std::isinf(value) && value != largest)) return "must be a finite number";
  if (kind == Kind::whole && value != std::floor(value)) return "must be a whole number";
  if (value < smallest || value > largest)
    return fmt::format("must lie in {} to {}{}", shortest(smallest), shortest(largest), unit.empty() ? "" : " " + unit);
  return {};
}

namespace {

std::vector<std::string> stop_metrics() {
  return {"none",          "selection",        "cost_usd",   "violated_share", "violated_request_share", "objective_met_share",
          "mean_replicas", "mean_utilization", "shed_share", "regret_usd",     "cost_over_reference",    "usd_per_million_tokens"};
}

}  // namespace

std::vector<Key> bind_keys(SweepConfig& c) {
  Table t;
  t.text("sweep.name", c.sweep.name, "name of the sweep, and of its result file");
  t.whole("sweep.realizations", c.sweep.realizations, 1, billion, "", "simulated days (or spans of `minutes`)");
  t.whole("sweep.days", c.sweep.days, 1, 3660, "d", "length of a realization");
  t.whole("sweep.minutes", c.sweep.minutes, 0, 5270400, "min", "length of a realization instead of `days`; 0: `days` counts");
  t.whole("sweep.tick_seconds", c.sweep.tick_seconds, 1, 3600, "s", "length of a tick; divides the realization and the warm-up");
  t.whole("sweep.warmup_minutes", c.sweep.warmup_minutes, 0, 100000, "min", "time before midnight that is run but not billed");
  t.choice("sweep.start_weekday", c.sweep.start_weekday, {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
           "weekday a realization starts on");
  t.whole("sweep.seed", c.sweep.seed, 0, 9007199254740992.0, "", "key of all random numbers");
  t.number("sweep.confidence", c.sweep.confidence, 0.5, 0.9999, "", "of every interval");
  t.list("sweep.quantiles", c.sweep.quantiles, 0, 1, "", "quantiles over realizations");

  t.text("workload.file", c.workload.file, "TOML file whose [workload] replaces this table's keys (fleetcast fit writes one)");
  t.number("workload.requests_per_minute", c.workload.requests_per_minute, 0, 1e9, "1/min", "mean arrival rate of the fleet");
  t.text("workload.profile", c.workload.profile,
         "CSV with columns minute,requests_per_minute: a step function that repeats, in place of the mean and daily curve");
  t.number("workload.daily_amplitude", c.workload.daily_amplitude, 0, 1, "", "of the daily cosine, as a share of the mean");
  t.number("workload.daily_peak_hour", c.workload.daily_peak_hour, 0, 24, "h", "clock time of its peak");
  t.list("workload.weekday_factors", c.workload.weekday_factors, 0, 1000, "", "seven factors from Monday on, normalised to mean 1");
  t.drift("workload.drift", '_', c.workload.single_drift, 3, "the slow drift of the rate");
  t.number("workload.burst_cv", c.workload.burst_cv, 0, 10, "", "coefficient of variation of the burst factor");
  t.whole("workload.burst_seconds", c.workload.burst_seconds, 1, 86400, "s", "time a burst factor is held; a multiple of the tick");
  t.choice("workload.sampler", c.workload.sampler, {"request", "compound"},
           "request: every request's lengths are drawn; compound: a tick's sums at once, at a cost that hardly grows with the rate");
  t.number("workload.silence_share", c.workload.silence_share, 0, 0.99, "",
           "of the time in which nothing arrives; the rate in between makes up for it");
  t.number("workload.silence_seconds", c.workload.silence_seconds, 1, 86400 * 7, "s", "mean length of a silence, at least one burst_seconds");
  t.drift("workload.prompt_drift", '_', c.workload.prompt_drift, largest_length_drift_log_sd, "the slow drift of prompt lengths");
  t.drift("workload.completion_drift", '_', c.workload.completion_drift, largest_length_drift_log_sd, "the slow drift of completion lengths");
  auto& correlation = c.workload.drift_correlation;
  std::string const of_changes = "correlation of the drifts' changes: ";
  t.number("workload.drift_correlation.rate_prompt", correlation.rate_prompt, -1, 1, "", of_changes + "rate (its first scale) and prompt lengths");
  t.number("workload.drift_correlation.rate_completion", correlation.rate_completion, -1, 1, "", of_changes + "rate and completion lengths");
  t.number("workload.drift_correlation.prompt_completion", correlation.prompt_completion, -1, 1, "", of_changes + "prompt and completion lengths");
  for (std::size_t i = 0; i < c.workload.drift.size(); ++i)
    t.drift(fmt::format("workload.drift.{}", i), '.', c.workload.drift[i], 3, "one scale of the drift; up to three multiply");
  for (std::size_t i = 0; i < c.workload.classes.size(); ++i) {
    auto& k = c.workload.classes[i];
    std::string const path = fmt::format("workload.class.{}", i);
    t.text(path + ".name", k.name, "what generated requests of the class are called; its number without");
    t.number(path + ".share", k.share, 0, 1, "", "of all arrivals; the classes' shares add up to 1");
    t.number(path + ".rank_correlation", k.rank_correlation, -0.99, 0.99, "", "Spearman's rho of prompt and completion length");
    t.text(path + ".pairs", k.pairs, "CSV with columns prompt_tokens,completion_tokens: measured pairs in place of both laws");
    t.length(path + ".prompt", k.prompt, "prompt");
    t.length(path + ".completion", k.completion, "completion");
  }

  t.number("service.prefill_tokens_per_second", c.service.prefill_tokens_per_second, 0.001, billion, "1/s", "prompt tokens one replica takes in");
  t.number("service.decode_tokens_per_second", c.service.decode_tokens_per_second, 0.001, billion, "1/s", "completion tokens one replica puts out");
  t.number("service.startup_seconds", c.service.startup_seconds, 0, 86400, "s", "from scale-up to serving, rounded up to ticks");
  t.curve("service.ttft", c.service.ttft, "time to first token");
  t.curve("service.tpot", c.service.tpot, "time per output token");
  t.flag("service.backlog", c.service.backlog, "whether work that finds no capacity waits; false: the memoryless baseline");
  t.number("service.max_backlog_seconds", c.service.max_backlog_seconds, 0, 1e6, "s", "waiting work per replica; more is shed");
  t.flag("service.bill_startup", c.service.bill_startup, "whether booting replicas are billed");

  t.choice("autoscaler.kind", c.autoscaler.kind, {"threshold"}, "the autoscaler");
  t.choice("autoscaler.signal", c.autoscaler.signal, {"tokens_per_minute", "tokens_per_replica", "utilization"}, "what it watches");
  t.number("autoscaler.scale_up_at", c.autoscaler.scale_up_at, 0, 1e15, "", "above this it adds replicas; tokens per minute, or a utilization");
  t.number("autoscaler.scale_down_at", c.autoscaler.scale_down_at, 0, 1e15, "", "below this it removes replicas");
  t.whole("autoscaler.min_replicas", c.autoscaler.min_replicas, 0, 1048576, "", "fewest replicas, ready and booting");
  t.whole("autoscaler.max_replicas", c.autoscaler.max_replicas, 1, 1048576, "", "most replicas");
  t.whole("autoscaler.initial_replicas", c.autoscaler.initial_replicas, -1, 1048576, "", "ready at the start; -1: min_replicas");
  t.whole("autoscaler.step_up", c.autoscaler.step_up, 1, 1048576, "", "replicas added at once");
  t.whole("autoscaler.step_down", c.autoscaler.step_down, 1, 1048576, "", "replicas removed at once");
  t.number("autoscaler.window_minutes", c.autoscaler.window_minutes, 0.01, 10080, "min", "time the signal is averaged over, rounded up to ticks");
  t.number("autoscaler.interval_minutes", c.autoscaler.interval_minutes, 0.01, 10080, "min", "time between decisions, rounded up to ticks");
  t.number("autoscaler.cooldown_up_minutes", c.autoscaler.cooldown_up_minutes, 0, 10080, "min", "least time between scale-ups, rounded up to ticks");
  t.number("autoscaler.cooldown_down_minutes", c.autoscaler.cooldown_down_minutes, 0, 10080, "min",
           "least time from any change to a scale-down, rounded up to ticks");
  t.number("autoscaler.drain_seconds", c.autoscaler.drain_seconds, 0, 86400, "s",
           "a ready replica that is removed is billed this much longer, rounded up to ticks");

  t.number("sla.ttft_ms", c.sla.ttft_ms, 0, billion, "ms", "promised time to first token");
  t.number("sla.tpot_ms", c.sla.tpot_ms, 0, billion, "ms", "promised time per output token; 0: none");
  t.choice("sla.per", c.sla.per, {"requests", "minutes"}, "what the objective is a share of");
  t.number("sla.objective", c.sla.objective, 0, 1, "", "share that keeps the promise, per realization");
  t.number("sla.reliability", c.sla.reliability, 0.5, 0.99999, "", "share of realizations that shall meet the objective");
  t.list("sla.stricter_objectives", c.sla.stricter_objectives, 0, 1, "", "up to 8 objectives that realizations are counted against, too");
  t.list("sla.latency_levels_ms", c.sla.latency_levels_ms, 0, billion, "ms", "up to 8 levels above which ticks are counted");

  t.number("price.gpu_hour_usd", c.price.gpu_hour_usd, 0, 1e6, "USD", "price of one GPU for one hour");
  t.number("price.gpus_per_replica", c.price.gpus_per_replica, 0.001, 100000, "", "GPUs of one replica");

  t.choice("stop.metric", c.stop.metric, stop_metrics(),
           "what must be known well enough for the run to end early: a quantity, or which setting to choose");
  t.number("stop.half_width", c.stop.half_width, 0, 1e15, "", "of the metric's interval, in its unit; 0: not asked for");
  t.number("stop.relative_half_width", c.stop.relative_half_width, 0, 1, "",
           "of the interval, as a share of the mean; for violated shares, of 1 - objective; 0: not asked for");
  t.choice("stop.cells", c.stop.cells, {"all", "front"}, "whose intervals count: every cell's, or those of the front of cost and violations");
  t.number("stop.indifference", c.stop.indifference, 0, 1, "",
           "a cheaper setting does not matter below this share of the chosen one's cost (selection)");
  t.number("stop.max_seconds", c.stop.max_seconds, 0, 1e9, "s", "a look after this time is the last; 0: no limit");
  t.whole("stop.first_look", c.stop.first_look, 50, billion, "", "realizations before the first look; looks follow at twice as many each");
  t.flag("search.race", c.search.race, "whether cells that can't be best any more get no further realizations");
  return std::move(t.keys);
}

Key const* find_key(std::vector<Key> const& keys, std::string_view path) {
  auto const found = std::find_if(keys.begin(), keys.end(), [&](Key const& k) { return k.path == path; });
  return found == keys.end() ? nullptr : &*found;
}

std::string nearest_key(std::vector<Key> const& keys, std::string_view path) {
  for (auto const& key : keys)
    if (key.path.ends_with("." + std::string(path))) return key.path;
  std::vector<std::string> paths;
  for (auto const& key : keys) paths.push_back(key.path);
  return nearest_word(paths, path);
}

std::string resolved_toml(SweepConfig const& config) {
  SweepConfig copy = config;
  std::string out;
  std::string table;
  auto const keys = bind_keys(copy);
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (key->path == "workload.file") continue;  // its keys stand here resolved
    std::string const here = table_of(key->path);
    if (here != table) {
      table = here;
      std::string const list(list_of_tables(here));
      out += list.empty() ? (out.empty() ? "" : "\n") + ("[" + here + "]\n") : "\n[[" + list + "]]\n";
    }
    std::string const name = key->path.substr(here.size() + 1);
    std::size_t const mixture = name.find(".mixture.");
    if (mixture == std::string::npos) {
      out += name + " = " + key->as_toml() + "\n";
      continue;
    }
    auto const last = std::find_if(key, keys.end(), [&](Key const& k) { return !k.path.starts_with(here + "." + name.substr(0, mixture + 9)); });
    out += name.substr(0, mixture) + ".mixture = " + tables_in_line({key, last}) + "\n";
    key = last - 1;
  }
  if (!config.baseline.empty()) out += "\n[baseline]\n";
  for (auto const& at : config.baseline) out += quoted(at.key) + " = " + number_toml(at.value, find_key(keys, at.key)) + "\n";
  out += "\n[grid]\n";
  for (auto const& axis : config.grid) out += quoted(axis.key) + " = " + list_toml(axis.values, find_key(keys, axis.key)) + "\n";
  return out;
}

std::string keys_help() {
  SweepConfig defaults;
  defaults.workload.classes.resize(1);
  defaults.workload.drift.resize(1);
  auto keys = bind_keys(defaults);
  SweepConfig mixtures = defaults;
  mixtures.workload.classes[0].prompt.mixture = mixtures.workload.classes[0].completion.mixture = {{}};
  for (auto const& key : bind_keys(mixtures))
    if (key.path.find(".mixture.") != std::string::npos)
      keys.insert(std::find_if(keys.begin(), keys.end(), [](Key const& k) { return k.path.starts_with("service."); }), key);
  std::string out;
  std::string section;
  for (auto const& key : keys) {
    std::string const here = key.path.substr(0, key.path.find('.'));
    if (here != section) {
      section = here;
      out += fmt::format("\n[{}]\n", here);
    }
    std::string const name = key.path.substr(here.size() + 1);
    std::string help = key.help;
    if (!key.choices.empty()) help += fmt::format(" ({})", fmt::join(key.choices, " | "));
    out += fmt::format("  {:<26} {:<20} {:<6}  {}\n", name, key.as_toml(), key.unit, help);
  }
  return out;
}

}  // namespace fleetcast
