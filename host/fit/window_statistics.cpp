#include "window_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fleetcast {

namespace {

std::vector<double> sums_of(std::span<double const> values, std::size_t size) {
  std::vector<double> sums(values.size() / size);
  for (std::size_t i = 0; i < sums.size() * size; ++i) sums[i / size] += values[i];
  return sums;
}

struct Moments {
  double mean = 0, variance = 0;  ///< divisor n − 1
};

Moments moments_of(std::span<double const> values) {
  Moments m;
  auto const n = static_cast<double>(values.size());
  for (double const value : values) m.mean += value / n;
  for (double const value : values) m.variance += (value - m.mean) * (value - m.mean) / (n - 1);
  return m;
}

/// Bins that make a window.
std::size_t bins_a_window(double bin_minutes) {
  double const bins = std::round(1 / bin_minutes);
  return bin_minutes < 1 && std::fabs(bins * bin_minutes - 1) < 1e-9 ? static_cast<std::size_t>(bins) : 1;
}

double quantile(std::span<double const> ascending, double share) {
  double const at = share * static_cast<double>(ascending.size() - 1);
  auto const below = static_cast<std::size_t>(at);
  std::size_t const above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (at - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

/// Adds the statistics of one series of window sums.
void describe(std::string const& name, std::vector<double> const& windows, double window_minutes, std::vector<Statistic>& out) {
  out.push_back({name + "_cv", coefficient_of_variation(windows)});
  for (double const minutes : {1.0, 5.0, 15.0}) {
    double const size = minutes / window_minutes;
    bool const whole = size >= 1 && std::fabs(size - std::round(size)) < 1e-9;
    out.push_back({fmt::format("{}_dispersion_{:.0f}min", name, minutes),
                   whole ? dispersion(windows, static_cast<std::size_t>(std::round(size))) : std::nullopt});
  }
  out.push_back({name + "_lag1", lag_one_correlation(windows)});
  std::vector<double> sorted(windows);
  std::sort(sorted.begin(), sorted.end());
  for (int const percent : {5, 50, 95, 99})
    out.push_back({fmt::format("{}_q{:02}", name, percent),
                   sorted.size() < fewest_windows ? std::nullopt : std::optional(quantile(sorted, percent / 100.0) / window_minutes)});
}

}  // namespace

std::optional<double> coefficient_of_variation(std::span<double const> values) {
  if (values.size() < fewest_windows) return std::nullopt;
  Moments const m = moments_of(values);
  return m.mean > 0 ? std::optional(std::sqrt(m.variance) / m.mean) : std::nullopt;
}

std::optional<double> dispersion(std::span<double const> values, std::size_t size) {
  auto const sums = sums_of(values, size);
  if (sums.size() < fewest_windows) return std::nullopt;
  Moments const m = moments_of(sums);
  return m.mean > 0 ? std::optional(m.variance / m.mean) : std::nullopt;
}

std::optional<double> lag_one_correlation(std::span<double const> values) {
  if (values.size() < fewest_windows) return std::nullopt;
  Moments const m = moments_of(values);
  if (!(m.variance > 0)) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 1; i < values.size(); ++i) sum += (values[i] - m.mean) * (values[i - 1] - m.mean);
  return sum / (m.variance * static_cast<double>(values.size() - 1));
}

double window_minutes(double bin_minutes) { return bin_minutes * static_cast<double>(bins_a_window(bin_minutes)); }

std::vector<Statistic> record_statistics(BinSeries const& record, TokenWork const& work) {
  std::size_t const bins = bins_a_window(record.bin_minutes);
  double const minutes = window_minutes(record.bin_minutes);
  std::vector<Statistic> all;
  auto const requests = sums_of(record.requests, bins);
  describe("requests_per_minute", requests, minutes, all);
  if (record.has_tokens()) {
    auto const prompt = sums_of(record.prompt_tokens, bins), completion = sums_of(record.completion_tokens, bins);
    std::vector<double> tokens(prompt.size()), seconds(prompt.size());
    for (std::size_t i = 0; i < prompt.size(); ++i) {
      tokens[i] = prompt[i] + completion[i];
      seconds[i] = prompt[i] / work.prefill_tokens_per_second + completion[i] / work.decode_tokens_per_second;
    }
    describe("tokens_per_minute", tokens, minutes, all);
    describe("prompt_tokens_per_minute", prompt, minutes, all);
    describe("completion_tokens_per_minute", completion, minutes, all);
    describe("work_per_minute", seconds, minutes, all);
  }
  double empty = 0;
  for (double const count : requests) empty += count <= 0 ? 1 : 0;
  all.push_back(
      {"empty_minutes_share", requests.size() < fewest_windows ? std::nullopt : std::optional(empty / static_cast<double>(requests.size()))});
  return all;
}

}  // namespace fleetcast
