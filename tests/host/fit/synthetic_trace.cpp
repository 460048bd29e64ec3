#include "synthetic_trace.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cuda/model/paired_lengths.hpp"
#include "host/fit/fit_random.hpp"

namespace fleetcast {

namespace {

/// AR(1) of unit variance.
struct Process {
  double half_life_minutes;
  double z = 0;

  double persistence() const { return std::exp2(-1 / half_life_minutes); }
  void move(double innovation) { z = persistence() * z + std::sqrt(1 - persistence() * persistence()) * innovation; }
  double factor(double log_sd) const { return std::exp(log_sd * z - log_sd * log_sd / 2); }
};

/// Innovations of rate, prompt and completion with given correlations, or their stationary counterparts.
class Innovations {
 public:
  Innovations(double rate_prompt, double rate_completion, double prompt_completion)
      : a_(rate_prompt),
        b_(std::sqrt(1 - a_ * a_)),
        c_(rate_completion),
        d_(b_ > 0 ? (prompt_completion - a_ * c_) / b_ : 0),
        f_(std::sqrt(std::max(0.0, 1 - c_ * c_ - d_ * d_))) {}

  double prompt(double e0, double e1) const { return a_ * e0 + b_ * e1; }
  double completion(double e0, double e1, double e2) const { return c_ * e0 + d_ * e1 + f_ * e2; }

 private:
  double a_, b_, c_, d_, f_;
};

double stationary(double rho, Process const& x, Process const& y) {
  double const a = x.persistence(), b = y.persistence();
  return rho * std::sqrt((1 - a * a) * (1 - b * b)) / (1 - a * b);
}

std::vector<std::uint32_t> table(MixtureLaw const& law) {
  return LogNormalTableBuilder(law.parts, law.least_tokens, law.most_tokens).build().lengths;
}

}  // namespace

TraceSummary synthetic_trace(SyntheticTruth const& truth, std::size_t minutes, std::uint64_t seed) {
  auto const& rate = truth.rate;
  FitRandom random(seed, 99);
  auto const prompts = table(truth.prompt), completions = table(truth.completion);
  auto const partner = correlated_cells(truth.rank_correlation);
  std::vector<Process> drift;
  for (auto const& scale : rate.drift) drift.push_back({scale.half_life_minutes});
  Process const no_drift{30};
  Process prompt{truth.lengths.prompt.half_life_minutes}, completion{truth.lengths.completion.half_life_minutes};
  auto const& rho = truth.lengths.correlation;
  Process const& first = drift.empty() ? no_drift : drift[0];
  Innovations const later(rho.rate_prompt, rho.rate_completion, rho.prompt_completion);
  Innovations const at_start(stationary(rho.rate_prompt, first, prompt), stationary(rho.rate_completion, first, completion),
                             stationary(rho.prompt_completion, prompt, completion));
  double const leave = std::min(1.0, 1 / rate.silence_minutes), enter = leave * rate.silence_share / (1 - rate.silence_share);
  bool closed = random.uniform() < rate.silence_share;

  TraceSummary trace;
  trace.name = "synthetic";
  trace.whole_end = minutes;
  trace.duration_seconds = 60.0 * static_cast<double>(minutes);
  for (std::size_t minute = 0; minute < minutes; ++minute) {
    double const e0 = random.normal(), e1 = random.normal(), e2 = random.normal();
    for (std::size_t j = 0; j < drift.size(); ++j) {
      double const innovation = j == 0 ? e0 : random.normal();
      minute == 0 ? void(drift[j].z = innovation) : drift[j].move(innovation);
    }
    if (minute == 0) {
      prompt.z = at_start.prompt(e0, e1);
      completion.z = at_start.completion(e0, e1, e2);
    } else {
      prompt.move(later.prompt(e0, e1));
      completion.move(later.completion(e0, e1, e2));
      double const u = random.uniform();
      closed = closed ? u >= leave : u < enter;
    }
    double mean = closed ? 0.0 : rate.requests_per_minute / (1 - rate.silence_share);
    for (std::size_t j = 0; j < drift.size(); ++j) mean *= drift[j].factor(rate.drift[j].log_sd);
    if (rate.burst_cv > 0) mean *= random.gamma(rate.burst_cv);
    double const requests = random.poisson(mean);
    double const prompt_factor = prompt.factor(truth.lengths.prompt.log_sd), completion_factor = completion.factor(truth.lengths.completion.log_sd);
    std::array<std::uint64_t, 4> sums{};  // raw prompt and completion, and drifted
    for (double k = 0; k < requests; k += 1) {
      std::uint32_t const cell = random.below(quantile_table_size);
      sums[0] += prompts[cell];
      sums[1] += completions[partner[cell]];
      auto const upto = [](double factor, std::uint64_t raw) {
        return static_cast<std::uint64_t>(std::nearbyint(factor * static_cast<double>(raw)));
      };
      std::uint64_t const p = upto(prompt_factor, sums[0]), d = upto(completion_factor, sums[1]);
      trace.sample.push_back({static_cast<std::uint32_t>(minute), static_cast<std::uint32_t>(p - sums[2]), static_cast<std::uint32_t>(d - sums[3])});
      sums[2] = p;
      sums[3] = d;
    }
    trace.requests.push_back(requests);
    trace.prompt_tokens.push_back(sums[2]);
    trace.completion_tokens.push_back(sums[3]);
  }
  trace.rows = trace.sample.size();
  return trace;
}

std::vector<std::pair<std::string, double>> SyntheticTruth::parameters() const {
  std::vector<std::pair<std::string, double>> all{{"workload.requests_per_minute", rate.requests_per_minute}, {"workload.burst_cv", rate.burst_cv}};
  for (std::size_t j = 0; j < rate.drift.size(); ++j) {
    std::string const path = rate.drift.size() == 1 ? "workload.drift_" : fmt::format("workload.drift.{}.", j);
    all.emplace_back(path + "log_sd", rate.drift[j].log_sd);
    all.emplace_back(path + "half_life_minutes", rate.drift[j].half_life_minutes);
  }
  if (rate.silence_share > 0) {
    all.emplace_back("workload.silence_share", rate.silence_share);
    all.emplace_back("workload.silence_seconds", 60 * rate.silence_minutes);
  }
  auto const drifts = [&](char const* name, LengthDrift const& drift) {
    if (drift.log_sd <= 0) return;
    all.emplace_back(fmt::format("workload.{}_drift_log_sd", name), drift.log_sd);
    all.emplace_back(fmt::format("workload.{}_drift_half_life_minutes", name), drift.half_life_minutes);
  };
  drifts("prompt", lengths.prompt);
  drifts("completion", lengths.completion);
  if (lengths.prompt.log_sd > 0 && lengths.completion.log_sd > 0) {
    all.emplace_back("workload.drift_correlation.rate_prompt", lengths.correlation.rate_prompt);
    all.emplace_back("workload.drift_correlation.rate_completion", lengths.correlation.rate_completion);
    all.emplace_back("workload.drift_correlation.prompt_completion", lengths.correlation.prompt_completion);
  }
  auto const law = [&](char const* name, MixtureLaw const& mixture) {
    if (mixture.parts.size() != 1) return;
    all.emplace_back(fmt::format("workload.class.0.{}.median", name), mixture.parts[0].median);
    all.emplace_back(fmt::format("workload.class.0.{}.sigma", name), mixture.parts[0].sigma);
  };
  law("prompt", prompt);
  law("completion", completion);
  all.emplace_back("workload.class.0.rank_correlation", rank_correlation);
  return all;
}

SyntheticTruth study_hour(Family family, std::uint64_t index) {
  FitRandom random(1000 + index, static_cast<std::uint32_t>(family));
  auto const between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
  auto const between_logs = [&](double low, double high) { return low * std::pow(high / low, random.uniform()); };
  SyntheticTruth truth;
  truth.rate.requests_per_minute = between_logs(30, 1200);
  double const log_sd = between(0.15, 0.6), half_life = between_logs(5, 60), burst_cv = between(0.1, 0.8);
  if (family != Family::bursts) truth.rate.drift = {{log_sd, half_life}};
  if (family != Family::drift) truth.rate.burst_cv = burst_cv;
  return truth;
}

SyntheticTruth study_day() {
  SyntheticTruth truth;
  truth.rate.requests_per_minute = 300;
  truth.rate.drift = {{0.35, 30}};
  truth.rate.burst_cv = 0.2;
  truth.rate.silence_share = 0.1;
  truth.rate.silence_minutes = 3;
  truth.lengths.prompt = {0, 0.15, 20};
  truth.lengths.completion = {0, 0.2, 45};
  truth.lengths.correlation = {0.4, -0.3, 0.1};
  truth.rank_correlation = 0.3;
  return truth;
}

}  // namespace fleetcast
