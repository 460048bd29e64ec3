/// A sweep as its file says it: every key with its default. keys.cpp holds the one table of all keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fleetcast {

/// One log-normal of a mixture.
struct LengthPartConfig {
  double weight = 1;
  double median = 0;  ///< 0: missing
  double sigma = 0;
};

/// Integer law of a log-normal, or of a mixture of them; tails added to `min` and `max`.
struct LengthConfig {
  double median = 0;
  double sigma = 0;
  double min = 1;
  double max = 0;
  std::vector<LengthPartConfig> mixture = {};  ///< in place of median and sigma; weights are scaled to add up to 1

  /// The log-normals of the law.
  std::vector<LengthPartConfig> parts() const { return mixture.empty() ? std::vector{LengthPartConfig{1, median, sigma}} : mixture; }
};

struct RequestClassConfig {
  double share = 1.0;
  LengthConfig prompt{1020, 0.99, 1, 16384};
  LengthConfig completion{129, 0.86, 1, 4096};
  double rank_correlation = 0;  ///< Spearman's rho of prompt and completion length
  std::string pairs;            ///< CSV of measured (prompt, completion) pairs; replaces both laws
  std::string name;             ///< what generated requests are called; "": the class's number
};

/// Scales of the rate's drift, at most.
inline constexpr std::size_t most_drifts = 3;
/// Larger spreads of mean lengths than this from one hour to the next are no drift: with it a factor passes the
/// model's bound of 64 once in 1e9 ticks.
inline constexpr double largest_length_drift_log_sd = 0.7;

/// A slow log-normal factor of mean 1.
struct DriftConfig {
  double log_sd = 0;
  double half_life_minutes = 30;  ///< infinite: one factor per realization
};

/// Correlations between the innovations of the drift of the rate (its first scale) and of both lengths.
struct DriftCorrelationConfig {
  double rate_prompt = 0;
  double rate_completion = 0;
  double prompt_completion = 0;
};

struct WorkloadConfig {
  std::string file;
  double requests_per_minute = 1000;
  std::string profile;
  double daily_amplitude = 0;
  double daily_peak_hour = 15;
  std::vector<double> weekday_factors;
  DriftConfig single_drift;        ///< drift_log_sd, drift_half_life_minutes: one scale, in short
  std::vector<DriftConfig> drift;  ///< scales that multiply, in its place
  double burst_cv = 0;
  double burst_seconds = 60;
  double silence_share = 0;
  double silence_seconds = 60;
  DriftConfig prompt_drift, completion_drift;
  DriftCorrelationConfig drift_correlation;
  std::string sampler = "request";  ///< or "compound"
  std::vector<RequestClassConfig> classes;
};

/// Latency as a function of utilization: none, linear, erlang_c or measured.
struct CurveConfig {
  std::string curve = "none";
  double base_ms = 0;
  double slope_ms = 0;
  double slots = 1;
  double service_ms = 0;
  std::string file;
};

struct ServiceConfig {
  double prefill_tokens_per_second = 8000;
  double decode_tokens_per_second = 1200;
  double startup_seconds = 300;
  CurveConfig ttft{"erlang_c", 220, 0, 32, 4000, {}};
  CurveConfig tpot;
  bool backlog = true;
  double max_backlog_seconds = 30;
  bool bill_startup = true;
};

struct AutoscalerConfig {
  std::string kind = "threshold";
  std::string signal = "tokens_per_replica";
  double scale_up_at = 220000;
  double scale_down_at = 120000;
  double min_replicas = 1;
  double max_replicas = 64;
  double initial_replicas = -1;  ///< -1: min_replicas
  double step_up = 1;
  double step_down = 1;
  double window_minutes = 1;
  double interval_minutes = 1;
  double cooldown_up_minutes = 1;
  double cooldown_down_minutes = 5;
  double drain_seconds = 0;
};

struct SlaConfig {
  double ttft_ms = 500;
  double tpot_ms = 0;  ///< 0: no limit
  std::string per = "requests";
  double objective = 0.99;
  double reliability = 0.95;  ///< share of realizations that shall meet the objective
  std::vector<double> stricter_objectives{0.99, 0.995, 0.999};
  std::vector<double> latency_levels_ms;
};

struct PriceConfig {
  double gpu_hour_usd = 2.99;
  double gpus_per_replica = 1;
};

struct SweepSection {
  std::string name = "sweep";
  double realizations = 1000;
  double days = 1;
  double minutes = 0;  ///< 0: `days` counts
  double tick_seconds = 60;
  double warmup_minutes = 60;
  std::string start_weekday = "monday";
  double seed = 1;
  double confidence = 0.95;
  std::vector<double> quantiles{0.05, 0.25, 0.5, 0.75, 0.95};
};

/// When a run may end before all its realizations are done.
struct StopConfig {
  std::string metric = "none";     ///< a quantity, "objective_met_share" or "selection"
  double half_width = 0;           ///< of its interval; 0: not asked for
  double relative_half_width = 0;  ///< of its mean, or of what the promise leaves open; 0: not asked for
  std::string cells = "all";       ///< or "front": which cells' intervals count
  double indifference = 0.01;      ///< share of the chosen setting's cost below which a cheaper one does not matter
  double max_seconds = 0;          ///< 0: no limit
  double first_look = 50;          ///< realizations; looks follow at twice as many each
};

struct SearchConfig {
  bool race = false;  ///< whether cells that can't be best any more get no further realizations
};

/// One axis of the grid: the key it varies and its values, in order.
struct AxisConfig {
  std::string key;
  std::vector<double> values;
  std::string where;  ///< file:line:column, for messages
};

/// A value that the baseline has along an axis.
struct BaselineValue {
  std::string key;
  double value;
  std::string where;  ///< file:line:column, for messages
};

struct SweepConfig {
  SweepSection sweep;
  WorkloadConfig workload;
  ServiceConfig service;
  AutoscalerConfig autoscaler;
  SlaConfig sla;
  PriceConfig price;
  StopConfig stop;
  SearchConfig search;
  std::vector<AxisConfig> grid;
  std::vector<BaselineValue> baseline;  ///< by key; empty: no baseline

  /// Whether a run looks at what it has before all realizations are done.
  bool looks() const { return stop.metric != "none" || search.race; }
};

}  // namespace fleetcast
