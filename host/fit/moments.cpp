#include "moments.hpp"

#include <fmt/format.h>

#include <cmath>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr double most_bins = 1048576;

std::size_t whole_bins(Trace const& trace, double bin_seconds) {
  if (!(bin_seconds >= 1 && bin_seconds <= 86400) || bin_seconds != std::floor(bin_seconds))
    throw Error(ExitCode::usage, fmt::format("bins of {} s: must be whole seconds from 1 to 86400 (they become burst_seconds); use 60", bin_seconds));
  double const bins = std::floor(trace.duration_seconds() / bin_seconds);
  if (bins < static_cast<double>(fewest_bins))
    throw Error(ExitCode::bad_data, fmt::format("{}: {} requests in {:.6g} s fill {:.0f} bins of {} s ({} are needed to tell drift from noise); "
                                                "give a longer record or shorter bins",
                                                trace.name, trace.requests(), trace.duration_seconds(), bins, bin_seconds, fewest_bins));
  if (bins > most_bins)
    throw Error(ExitCode::bad_data, fmt::format("{}: {:.6g} s make {:.0f} bins of {} s ({:.0f} at most); use longer bins, or check the dates",
                                                trace.name, trace.duration_seconds(), bins, bin_seconds, most_bins));
  return static_cast<std::size_t>(bins);
}

}  // namespace

BinnedTrace bin_trace(Trace const& trace, double bin_seconds) {
  std::size_t const bins = whole_bins(trace, bin_seconds);
  BinnedTrace binned{bin_seconds, std::vector<double>(bins), std::vector<double>(bins)};
  for (std::size_t i = 0; i < trace.requests(); ++i) {
    auto const bin = static_cast<std::size_t>(trace.seconds[i] / bin_seconds);
    if (bin >= bins) break;
    binned.requests[bin] += 1;
    binned.tokens[bin] += static_cast<double>(trace.prompt_tokens[i]) + trace.completion_tokens[i];
  }
  return binned;
}

double sample_mean(std::span<double const> values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::vector<double> sample_autocovariance(std::span<double const> values, std::size_t lags) {
  double const mean = sample_mean(values);
  std::vector<double> covariance(lags + 1);
  for (std::size_t lag = 0; lag <= lags; ++lag) {
    double sum = 0;
    for (std::size_t t = 0; t + lag < values.size(); ++t) sum += (values[t] - mean) * (values[t + lag] - mean);
    covariance[lag] = sum / static_cast<double>(values.size());
  }
  return covariance;
}

double sample_variance(std::span<double const> values) {
  auto const n = static_cast<double>(values.size());
  return sample_autocovariance(values, 0)[0] * n / (n - 1);
}

double sample_cv(std::span<double const> values) {
  double const mean = sample_mean(values);
  return mean > 0 ? std::sqrt(sample_variance(values)) / mean : 0.0;
}

}  // namespace fleetcast
