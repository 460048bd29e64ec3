#include "likelihood.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "count_update.hpp"
#include "gaussian_state.hpp"

namespace fleetcast {

namespace {

/// The two-state gate of silence from bin to bin.
struct SilenceGate {
  double share, leave, enter;

  SilenceGate(RateParameters const& rate, double bin_minutes)
      : share(rate.silence_share), leave(std::min(1.0, bin_minutes / rate.silence_minutes)), enter(leave * share / (1 - share)) {}
};

/// Belief about the latent state under both states of the gate. Without silence the closed one has no weight.
template <std::size_t D>
class RecordFilter {
 public:
  using Matrix = std::array<std::array<double, D>, D>;

  RecordFilter(BinSeries const& series, RateParameters const& rate, LatentDynamics<D> const& dynamics)
      : series_(series), rate_(rate), dynamics_(dynamics), gate_(rate, series.bin_minutes), law_(rate.burst_cv) {
    for (std::size_t j = 0; j < rate.drift.size(); ++j) {
      double const s = rate.drift[j].log_sd;
      loadings_[j] = s;
      base_ -= 0.5 * s * s;
    }
    base_ += std::log(rate.requests_per_minute * series.bin_minutes / (1 - rate.silence_share));
    profiled_ = rate.daily_amplitude > 0 || !rate.weekday_factors.empty();
    open_.covariance = closed_.covariance = dynamics.stationary;
    closed_weight_ = rate.silence_share;
  }

  GaussianState<D>& open() { return open_; }
  double closed_weight() const { return closed_weight_; }

  /// Moves on to a bin and takes in its count; the gain in ln P.
  double count(std::size_t bin) {
    if (bin > 0) move();
    double const requests = series_.requests[bin];
    double const offset = base_ + (profiled_ ? log_profile(rate_, series_.clock, bin) : 0.0);
    auto const before = open_.project(loadings_);
    auto const update = update_by_count(law_, requests, offset + before.mean, before.variance);
    open_.learn(before, update.mean - offset, update.variance);
    if (gate_.share <= 0) return update.log_evidence;
    double const open_share = 1 - closed_weight_;
    if (requests > 0) {
      closed_weight_ = 0;
      return update.log_evidence + std::log(open_share);
    }
    double const empty = open_share * std::exp(update.log_evidence) + closed_weight_;
    closed_weight_ /= empty;
    return std::log(empty);
  }

 private:
  void move() {
    if (gate_.share > 0) {
      double const from_closed_to_open = closed_weight_ * gate_.leave;
      double const from_open_to_open = (1 - closed_weight_) * (1 - gate_.enter);
      double const from_closed_to_closed = closed_weight_ * (1 - gate_.leave);
      double const from_open_to_closed = (1 - closed_weight_) * gate_.enter;
      GaussianState<D> const open_before = open_;
      open_.mix(from_open_to_open, closed_, from_closed_to_open);
      closed_.mix(from_closed_to_closed, open_before, from_open_to_closed);
      closed_weight_ = from_closed_to_closed + from_open_to_closed;
      closed_.predict(dynamics_);
    }
    open_.predict(dynamics_);
  }

  BinSeries const& series_;
  RateParameters const& rate_;
  LatentDynamics<D> const& dynamics_;
  SilenceGate gate_;
  CountLaw law_;
  std::array<double, D> loadings_{};
  double base_ = 0;
  bool profiled_ = false;
  GaussianState<D> open_, closed_;
  double closed_weight_ = 0;
};

template <std::size_t D>
double count_log_likelihood_of(BinSeries const& series, RateParameters const& rate) {
  std::array<double, D> phi{};
  for (std::size_t j = 0; j < rate.drift.size(); ++j) phi[j] = persistence(rate.drift[j].half_life_minutes, series.bin_minutes);
  LatentDynamics<D> const dynamics(phi, identity_matrix<D>());
  RecordFilter<D> filter(series, rate, dynamics);
  double sum = 0;
  for (std::size_t bin = 0; bin < series.bins(); ++bin) sum += filter.count(bin);
  return sum;
}

/// Takes in a normal observation of a projection; ln of its density.
template <std::size_t D>
double observe(GaussianState<D>& state, std::array<double, D> const& loadings, double residual, double noise) {
  auto const before = state.project(loadings);
  double const total = before.variance + noise;
  double const gap = residual - before.mean;
  state.learn(before, before.mean + before.variance / total * gap, before.variance * noise / total);
  constexpr double log_two_pi = 1.8378770664093454;
  return -0.5 * (log_two_pi + std::log(total) + gap * gap / total);
}

/// ln(mean length) of a bin less what the law and the noise's skewness make it on average.
double length_residual(double tokens, double requests, LengthDrift const& drift, double log_noise) {
  return std::log(tokens / requests) - drift.log_mean_tokens + 0.5 * drift.log_sd * drift.log_sd + 0.5 * log_noise;
}

double log_noise(double variation, double requests) { return std::log1p(variation / requests); }

/// The belief at the end, its processes in their places among most_processes.
template <std::size_t D>
LatentEnd end_of(GaussianState<D> const& state, double closed) {
  auto const place = [](std::size_t i) { return i < D - 2 ? i : most_processes - D + i; };
  LatentEnd end;
  end.closed = closed;
  std::array<std::array<double, most_processes>, most_processes> covariance{};
  for (std::size_t i = 0; i < D; ++i) {
    end.mean[place(i)] = state.mean[i];
    for (std::size_t j = 0; j < D; ++j) covariance[place(i)][place(j)] = state.covariance[i][j];
  }
  end.root = root_of(covariance);
  return end;
}

template <std::size_t D>
double joint_log_likelihood_of(BinSeries const& series, RateParameters const& rate, LengthDynamics const& lengths, LengthNoise const& noise,
                               LatentEnd* end) {
  constexpr std::size_t prompt = D - 2, completion = D - 1;
  auto const dynamics = joint_dynamics<D>(rate, lengths, series.bin_minutes);
  RecordFilter<D> filter(series, rate, dynamics);
  double sum = 0;
  for (std::size_t bin = 0; bin < series.bins(); ++bin) {
    sum += filter.count(bin);
    double const n = series.requests[bin];
    if (!series.has_tokens() || n <= 0 || series.prompt_tokens[bin] <= 0 || series.completion_tokens[bin] <= 0) continue;
    double const of_prompt = log_noise(noise.prompt_variation, n);
    double const of_completion = log_noise(noise.completion_variation, n);
    double const shared = std::log1p(std::max(noise.covariation, -0.99 * n) / n);
    double const tie = shared / of_prompt;
    double const prompt_residual = length_residual(series.prompt_tokens[bin], n, lengths.prompt, of_prompt);
    double const completion_residual = length_residual(series.completion_tokens[bin], n, lengths.completion, of_completion);
    std::array<double, D> loadings{};
    loadings[prompt] = lengths.prompt.log_sd;
    sum += observe(filter.open(), loadings, prompt_residual, of_prompt);
    // what of the completion's noise the prompt's does not tell
    loadings[prompt] = -tie * lengths.prompt.log_sd;
    loadings[completion] = lengths.completion.log_sd;
    sum +=
        observe(filter.open(), loadings, completion_residual - tie * prompt_residual, std::max(of_completion - tie * shared, 1e-3 * of_completion));
  }
  if (end != nullptr) *end = end_of<D>(filter.open(), filter.closed_weight());
  return sum;
}

}  // namespace

double count_log_likelihood(BinSeries const& series, RateParameters const& rate) {
  switch (rate.drift.size()) {
    case 0:
    case 1: return count_log_likelihood_of<1>(series, rate);
    case 2: return count_log_likelihood_of<2>(series, rate);
    default: return count_log_likelihood_of<3>(series, rate);
  }
}

double length_log_likelihood(BinSeries const& series, std::vector<double> const& tokens, LengthDrift const& drift, double variation,
                             std::vector<FilterStep>* path) {
  LatentDynamics<1> const dynamics({persistence(drift.half_life_minutes, series.bin_minutes)}, identity_matrix<1>());
  GaussianState<1> state;
  state.covariance = dynamics.stationary;
  double sum = 0;
  for (std::size_t bin = 0; bin < series.bins(); ++bin) {
    if (bin > 0) state.predict(dynamics);
    FilterStep step{state.mean[0], state.covariance[0][0], 0, 0};
    double const n = series.requests[bin];
    if (n > 0 && tokens[bin] > 0) {
      double const noise = log_noise(variation, n);
      sum += observe<1>(state, {drift.log_sd}, length_residual(tokens[bin], n, drift, noise), noise);
    }
    step.mean = state.mean[0];
    step.variance = state.covariance[0][0];
    if (path != nullptr) path->push_back(step);
  }
  return sum;
}

double joint_log_likelihood(BinSeries const& series, RateParameters const& rate, LengthDynamics const& lengths, LengthNoise const& noise,
                            LatentEnd* end) {
  switch (rate.drift.size()) {
    case 0:
    case 1: return joint_log_likelihood_of<3>(series, rate, lengths, noise, end);
    case 2: return joint_log_likelihood_of<4>(series, rate, lengths, noise, end);
    default: return joint_log_likelihood_of<5>(series, rate, lengths, noise, end);
  }
}

}  // namespace fleetcast
