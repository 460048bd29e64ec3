#include "model_fit.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace fleetcast {

namespace {

constexpr std::size_t draws_kept = 400;

/// Names parameters and takes their estimates from the draws.
class Estimates {
 public:
  using Read = std::function<double(TrafficDraw const&)>;

  explicit Estimates(std::vector<TrafficDraw> const& draws) : draws_(draws) {}

  double number(std::string const& key, std::string const& unit, Read const& read) { return add(key, unit, uncertain_from(values(read))); }
  /// One whose smallest value, 0, means that there is nothing.
  double size(std::string const& key, std::string const& unit, Read const& read) { return add(key, unit, uncertain_size_from(values(read))); }
  /// An hour of the day, 0 to 24: draws are taken around their mean direction, so that midnight is no edge; the interval may reach beyond it.
  double hour(std::string const& key, Read const& read) {
    auto hours = values(read);
    double sine = 0, cosine = 0;
    for (double const hour : hours) {
      sine += std::sin(hour * std::numbers::pi / 12);
      cosine += std::cos(hour * std::numbers::pi / 12);
    }
    double const centre = std::atan2(sine, cosine) * 12 / std::numbers::pi;
    for (double& hour : hours) hour = centre + std::remainder(hour - centre, 24.0);
    Uncertain estimate = uncertain_from(std::move(hours));
    double const days = 24 * std::floor(estimate.value / 24);
    return add(key, "h", {estimate.value - days, estimate.std_error, estimate.low - days, estimate.high - days});
  }
  double add(std::string const& key, std::string const& unit, Uncertain const& estimate) {
    parameters.push_back({key, unit, estimate});
    return estimate.value;
  }

  std::vector<Parameter> parameters;

 private:
  std::vector<double> values(Read const& read) const {
    std::vector<double> out;
    for (auto const& draw : draws_) out.push_back(read(draw));
    return out;
  }

  std::vector<TrafficDraw> const& draws_;
};

/// The curve over days and weeks.
void estimate_profile(RateStructure const& structure, Estimates& out, RateParameters& rate) {
  if (structure.daily) {
    rate.daily_amplitude = out.number("workload.daily_amplitude", "", [](TrafficDraw const& d) { return d.rate.daily_amplitude; });
    rate.daily_peak_hour = out.hour("workload.daily_peak_hour", [](TrafficDraw const& d) { return d.rate.daily_peak_hour; });
  }
  if (structure.week != RateStructure::Week::none)
    for (std::size_t day = 0; day < 7; ++day)
      rate.weekday_factors.push_back(
          out.number(fmt::format("workload.weekday_factors.{}", day), "", [day](TrafficDraw const& d) { return d.rate.weekday_factors[day]; }));
}

/// The mean over whole days and weeks that gives the record's own requests; its uncertainty is the model's: drift makes a short record's
/// mean uncertain.
/// @param profile  its curve alone is read
Uncertain mean_rate(BinSeries const& series, RateParameters const& profile, std::vector<TrafficDraw> const& draws) {
  std::vector<double> values;
  for (auto const& draw : draws) values.push_back(draw.rate.requests_per_minute);
  Uncertain rate = uncertain_from(std::move(values));
  double requests = 0, mean_minutes = 0;
  for (std::size_t bin = 0; bin < series.bins(); ++bin) {
    requests += series.requests[bin];
    mean_minutes += series.bin_minutes * std::exp(log_profile(profile, series.clock, bin));
  }
  rate.value = requests / mean_minutes;
  return rate;
}

RateParameters estimate_rate(BinSeries const& series, RateStructure const& structure, std::vector<TrafficDraw> const& draws, Estimates& out) {
  RateParameters rate;
  Estimates profile(draws);
  estimate_profile(structure, profile, rate);
  rate.requests_per_minute = out.add("workload.requests_per_minute", "1/min", mean_rate(series, rate, draws));
  for (auto const& parameter : profile.parameters) out.parameters.push_back(parameter);
  for (std::size_t j = 0; j < structure.drift_scales; ++j) {
    std::string const path = structure.drift_scales == 1 ? "workload.drift_" : fmt::format("workload.drift.{}.", j);
    double const log_sd = out.size(path + "log_sd", "", [j](TrafficDraw const& d) { return d.rate.drift[j].log_sd; });
    rate.drift.push_back(
        {log_sd, out.number(path + "half_life_minutes", "min", [j](TrafficDraw const& d) { return d.rate.drift[j].half_life_minutes; })});
  }
  rate.burst_cv = out.size("workload.burst_cv", "", [](TrafficDraw const& d) { return d.rate.burst_cv; });
  rate.silence_minutes = series.bin_minutes;
  if (structure.silence) {
    rate.silence_share = out.size("workload.silence_share", "", [](TrafficDraw const& d) { return d.rate.silence_share; });
    double const seconds = out.number("workload.silence_seconds", "s", [](TrafficDraw const& d) { return 60 * d.rate.silence_minutes; });
    // medians need not go together: closed bins must be reachable often enough
    double const shortest = 1.001 * series.bin_minutes * std::max(1.0, rate.silence_share / (1 - rate.silence_share));
    rate.silence_minutes = std::min(std::max(seconds / 60, shortest), longest_silence_minutes);
  }
  return rate;
}

/// Correlations at their medians, drawn together until they are possible.
DriftCorrelation possible(DriftCorrelation c) {
  auto const determinant = [&] {
    double const a = c.rate_prompt, b = c.rate_completion, d = c.prompt_completion;
    return 1 + 2 * a * b * d - a * a - b * b - d * d;
  };
  while (determinant() < 1e-6)
    for (double* rho : {&c.rate_prompt, &c.rate_completion, &c.prompt_completion}) *rho *= 0.98;
  return c;
}

void estimate_lengths(LengthDriftFit const& fit, std::vector<TrafficDraw> const& draws, Estimates& out, LengthDynamics& middle) {
  auto const one = [&](bool drifts, std::string const& name, LengthDrift LengthDynamics::*which, LengthDrift& into) {
    std::vector<double> log_means;
    for (auto const& draw : draws) log_means.push_back((draw.lengths.*which).log_mean_tokens);
    into.log_mean_tokens = uncertain_from(std::move(log_means)).value;
    if (!drifts) return;
    into.log_sd = out.number("workload." + name + "_drift_log_sd", "", [=](TrafficDraw const& d) { return (d.lengths.*which).log_sd; });
    into.half_life_minutes = out.number("workload." + name + "_drift_half_life_minutes", "min",
                                        [=](TrafficDraw const& d) { return (d.lengths.*which).half_life_minutes; });
  };
  one(fit.prompt_drifts, "prompt", &LengthDynamics::prompt, middle.prompt);
  one(fit.completion_drifts, "completion", &LengthDynamics::completion, middle.completion);
  auto const tie = [&](bool there, char const* name, double DriftCorrelation::*which) {
    if (there)
      middle.correlation.*which =
          out.number(std::string("workload.drift_correlation.") + name, "", [=](TrafficDraw const& d) { return d.lengths.correlation.*which; });
  };
  tie(fit.prompt_drifts, "rate_prompt", &DriftCorrelation::rate_prompt);
  tie(fit.completion_drifts, "rate_completion", &DriftCorrelation::rate_completion);
  tie(fit.prompt_drifts && fit.completion_drifts, "prompt_completion", &DriftCorrelation::prompt_completion);
  middle.correlation = possible(middle.correlation);
}

}  // namespace

ModelFit fit_model(BinSeries const& series, LengthNoise const& noise, std::uint64_t seed) {
  RateFit const rate = fit_rate(series, draws_kept, seed);
  ModelFit fit;
  fit.structure = rate.structure;
  for (auto const& draw : rate.draws) fit.draws.push_back({draw, {}});
  Estimates estimates(fit.draws);
  fit.middle.rate = estimate_rate(series, rate.structure, fit.draws, estimates);
  if (series.has_tokens()) {
    LengthDriftFit const lengths = fit_length_drift(series, fit.middle.rate, noise, draws_kept, seed + 1);
    fit.prompt_drifts = lengths.prompt_drifts;
    fit.completion_drifts = lengths.completion_drifts;
    for (std::size_t i = 0; i < draws_kept; ++i) fit.draws[i].lengths = lengths.draws[i];
    estimate_lengths(lengths, fit.draws, estimates, fit.middle.lengths);
  }
  fit.parameters = std::move(estimates.parameters);
  return fit;
}

}  // namespace fleetcast
