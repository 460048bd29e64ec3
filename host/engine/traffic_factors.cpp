#include "traffic_factors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cuda/model/exponential.cuh"
#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

static_assert(most_drifts == most_drift_scales, "a sweep file can name as many scales as the model holds");

DriftView drift_view(DriftConfig const& drift, std::uint32_t tick_seconds) {
  double const half_lives = tick_seconds / 60.0 / drift.half_life_minutes;  // 0 for an infinite half-life
  double const persistence = exponential<ScalarDrawLane>(-0x1.62e42fefa39efp-1 * half_lives);
  return {drift.log_sd, persistence, std::sqrt(std::max(0.0, 1.0 - persistence * persistence))};
}

/// Correlation of the states of two stationary AR(1) whose innovations have the correlation `innovations`.
double stationary_correlation(double innovations, DriftView const& a, DriftView const& b) {
  if (a.persistence == b.persistence) return innovations;
  return innovations * a.innovation * b.innovation / (1.0 - a.persistence * b.persistence);
}

struct Correlations {
  double rate_prompt, rate_completion, prompt_completion;

  double determinant() const {
    return 1.0 - rate_prompt * rate_prompt - rate_completion * rate_completion - prompt_completion * prompt_completion +
           2.0 * rate_prompt * rate_completion * prompt_completion;
  }
};

/// Cholesky's factor of the correlation matrix of rate, prompt and completion.
InnovationMix mix(Correlations const& c) {
  double const prompt_own = std::sqrt(std::max(0.0, 1.0 - c.rate_prompt * c.rate_prompt));
  double const completion_prompt = prompt_own > 0.0 ? (c.prompt_completion - c.rate_prompt * c.rate_completion) / prompt_own : 0.0;
  double const rest = 1.0 - c.rate_completion * c.rate_completion - completion_prompt * completion_prompt;
  return {c.rate_prompt, prompt_own, c.rate_completion, completion_prompt, std::sqrt(std::max(0.0, rest))};
}

void set_drifts(Scenario& scenario, WorkloadConfig const& workload, std::uint32_t tick_seconds) {
  if (!workload.drift.empty() && workload.single_drift.log_sd > 0) {
    scenario.problem = "workload.drift_log_sd and [[workload.drift]] both say how the rate drifts; keep one of them";
    return;
  }
  auto const scales = workload.drift.empty() ? std::vector{workload.single_drift} : workload.drift;
  if (std::all_of(scales.begin(), scales.end(), [](DriftConfig const& scale) { return scale.log_sd == 0; })) return;
  for (auto const& scale : scales) scenario.drifts.push_back(drift_view(scale, tick_seconds));
}

void set_silence(Scenario& scenario, WorkloadConfig const& workload, std::uint32_t tick_seconds) {
  double const share = workload.silence_share;
  if (share == 0) return;
  if (workload.profile.empty() && workload.requests_per_minute / (1.0 - share) > 1e9) {
    scenario.problem = "workload.silence_share leaves more than 1e9 requests per minute to the time between silences; lower it or the rate";
    return;
  }
  double const interval_seconds = static_cast<double>(scenario.burst_ticks) * tick_seconds;
  double const ends = std::min(1.0, interval_seconds / workload.silence_seconds);
  double const starts = ends * share / (1.0 - share);
  double const largest_share = 1.0 / (1.0 + ends);
  if (share > largest_share + 1e-12) {
    scenario.problem = fmt::format(
        "silences of {} s can't make up {} of the time with a rest between them; lower workload.silence_share to {} or make them longer",
        shortest(std::max(workload.silence_seconds, interval_seconds)), shortest(share), shortest(std::floor(1000.0 * largest_share) / 1000.0));
    return;
  }
  auto const threshold = [](double probability) { return static_cast<std::uint64_t>(probability * 0x1p32); };
  scenario.silence = {threshold(share), threshold(ends), threshold(std::min(1.0, starts)), 1.0 / (1.0 - share)};
}

void set_length_drift(Scenario& scenario, WorkloadConfig const& workload, std::uint32_t tick_seconds) {
  if (workload.prompt_drift.log_sd == 0 && workload.completion_drift.log_sd == 0) return;
  auto const& correlation = workload.drift_correlation;
  Correlations const innovations{correlation.rate_prompt, correlation.rate_completion, correlation.prompt_completion};
  if (innovations.determinant() < -1e-12) {
    scenario.problem = fmt::format(
        "workload.drift_correlation: rate_prompt {}, rate_completion {} and prompt_completion {} can't hold together (their matrix is not positive "
        "semidefinite); bring one of them nearer to what the others imply",
        shortest(innovations.rate_prompt), shortest(innovations.rate_completion), shortest(innovations.prompt_completion));
    return;
  }
  DriftView const rate = drift_view(workload.drift.empty() ? workload.single_drift : workload.drift.front(), tick_seconds);
  DriftView const prompt = drift_view(workload.prompt_drift, tick_seconds);
  DriftView const completion = drift_view(workload.completion_drift, tick_seconds);
  Correlations const states{stationary_correlation(innovations.rate_prompt, rate, prompt),
                            stationary_correlation(innovations.rate_completion, rate, completion),
                            stationary_correlation(innovations.prompt_completion, prompt, completion)};
  scenario.length_drift = {true, prompt, completion, mix(states), mix(innovations)};
}

}  // namespace

void set_traffic_factors(Scenario& scenario, WorkloadConfig const& workload, std::uint32_t tick_seconds) {
  for (auto const set : {set_drifts, set_silence, set_length_drift}) {
    set(scenario, workload, tick_seconds);
    if (!scenario.problem.empty()) return;
  }
}

}  // namespace fleetcast
