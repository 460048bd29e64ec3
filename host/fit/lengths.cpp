#include "lengths.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cuda/model/length_law.hpp"

namespace fleetcast {

namespace {

constexpr double least_median = 0.01, most_median = 1e6;
constexpr double least_sigma = 0.001, most_sigma = 5;

double rounded_to_six_digits(double value) {
  if (value <= 0) return value;
  double const scale = std::pow(10.0, 5 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}

LogNormalLaw most_likely(std::span<std::uint32_t const> lengths, std::uint32_t shortest, std::uint32_t longest) {
  double sum = 0;
  double squares = 0;
  auto const n = static_cast<double>(lengths.size());
  double const about = std::log(std::max(static_cast<double>(lengths[0]), 0.5));
  for (std::uint32_t const length : lengths) {
    double const off = std::log(std::max(static_cast<double>(length), 0.5)) - about;
    sum += off;
    squares += off * off;
  }
  double const mean = sum / n;
  double const sigma = std::sqrt(std::max(squares / n - mean * mean, 0.0));
  // at a median of ½ and no spread half the draws would round up to 1
  double const median = longest == 0 ? least_median : std::exp(about + mean);
  return {rounded_to_six_digits(std::clamp(median, least_median, most_median)), rounded_to_six_digits(std::clamp(sigma, least_sigma, most_sigma)),
          shortest, std::max(longest, 1U)};
}

LengthTable table_of(LogNormalLaw const& law) {
  return LogNormalTableBuilder(law.median_tokens, law.sigma, law.least_tokens, law.most_tokens).build();
}

double log_normal_cdf(LogNormalLaw const& law, double tokens) {
  return 0.5 * std::erfc((std::log(law.median_tokens) - std::log(tokens)) / (law.sigma * std::numbers::sqrt2));
}

/// Lowers `most_tokens` as little as the table needs; false if nothing helps.
bool cut_until_tabled(LogNormalLaw& law) {
  if (is_tabled(law)) return true;
  LogNormalLaw tried = law;
  std::uint32_t refused = 0;
  std::uint32_t const floor = std::max(law.least_tokens, 1U);
  do {
    refused = tried.most_tokens;
    if (refused <= floor) return false;
    tried.most_tokens = std::max(floor, std::min(refused - 1, static_cast<std::uint32_t>(0.9 * refused)));
  } while (!is_tabled(tried));
  while (refused - tried.most_tokens > 1) {
    LogNormalLaw middle = tried;
    middle.most_tokens += (refused - tried.most_tokens) / 2;
    if (is_tabled(middle))
      tried = middle;
    else
      refused = middle.most_tokens;
  }
  law = tried;
  return true;
}

/// Quantile of ascending values, linear between neighbours.
double quantile(std::span<std::uint32_t const> ascending, double share) {
  double const at = share * static_cast<double>(ascending.size() - 1);
  auto const below = static_cast<std::size_t>(at);
  std::size_t const above = std::min(below + 1, ascending.size() - 1);
  double const low = ascending[below];
  return low + (at - static_cast<double>(below)) * (static_cast<double>(ascending[above]) - low);
}

std::vector<std::uint32_t> ascending(std::span<std::uint32_t const> lengths) {
  std::vector<std::uint32_t> sorted(lengths.begin(), lengths.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double ks_to_ascending(LogNormalLaw const& law, std::span<std::uint32_t const> sorted) {
  auto const n = static_cast<double>(sorted.size());
  double worst = 0;
  double below = 0;  // share of lengths below the current one
  for (std::size_t i = 0; i < sorted.size();) {
    std::uint32_t const k = sorted[i];
    while (i < sorted.size() && sorted[i] == k) ++i;
    double const upto = static_cast<double>(i) / n;
    // between two lengths the law alone rises: it is furthest off just before the next, or at a length
    if (k > 0) worst = std::max(worst, std::fabs(distribution(law, k - 1) - below));
    worst = std::max(worst, std::fabs(distribution(law, k) - upto));
    below = upto;
  }
  return worst;
}

}  // namespace

double distribution(LogNormalLaw const& law, std::uint32_t k) {
  if (k < law.least_tokens) return 0;
  if (k >= law.most_tokens) return 1;
  return log_normal_cdf(law, k + 0.5);
}

TokenMoments law_moments(LogNormalLaw const& law) {
  LengthTable const table = table_of(law);
  return {table.mean, table.variance};
}

bool is_tabled(LogNormalLaw const& law) {
  LawErrors const errors = table_of(law).errors;
  return errors.ks_distance <= largest_law_errors.ks_distance && errors.mean_error <= largest_law_errors.mean_error &&
         errors.variance_error <= largest_law_errors.variance_error;
}

double ks_distance(LogNormalLaw const& law, std::span<std::uint32_t const> lengths) { return ks_to_ascending(law, ascending(lengths)); }

double ks_distance(std::span<std::uint32_t const> a, std::span<std::uint32_t const> b) {
  auto const left = ascending(a);
  auto const right = ascending(b);
  double worst = 0;
  std::size_t i = 0, j = 0;
  while (i < left.size() && j < right.size()) {
    std::uint32_t const k = std::min(left[i], right[j]);
    while (i < left.size() && left[i] == k) ++i;
    while (j < right.size() && right[j] == k) ++j;
    worst = std::max(
        worst, std::fabs(static_cast<double>(i) / static_cast<double>(left.size()) - static_cast<double>(j) / static_cast<double>(right.size())));
  }
  return worst;
}

LengthFit fit_lengths(std::span<std::uint32_t const> lengths) {
  auto const sorted = ascending(lengths);
  LengthFit fit;
  double sum = 0;
  for (std::uint32_t const length : sorted) sum += length;
  fit.mean = sum / static_cast<double>(sorted.size());
  fit.median = quantile(sorted, 0.5);
  fit.p99 = quantile(sorted, 0.99);
  fit.shortest = sorted.front();
  fit.longest = sorted.back();
  fit.law = most_likely(lengths, fit.shortest, fit.longest);
  fit.law_tabled = cut_until_tabled(fit.law);
  if (fit.law.most_tokens < fit.longest) fit.cut_share = 1 - log_normal_cdf(fit.law, fit.law.most_tokens + 0.5);
  fit.log_normal_ks = ks_to_ascending(fit.law, sorted);
  if (auto const rows = pair_rows(lengths.size()); rows.size() < lengths.size()) {
    std::vector<std::uint32_t> kept;
    kept.reserve(rows.size());
    for (std::size_t const row : rows) kept.push_back(lengths[row]);
    fit.empirical_ks = ks_distance(kept, sorted);
  }
  return fit;
}

std::vector<std::size_t> pair_rows(std::size_t requests) {
  std::size_t const kept = std::min(requests, most_pairs);
  std::vector<std::size_t> rows(kept);
  // the middle of each of `kept` equal parts
  for (std::size_t i = 0; i < kept; ++i) rows[i] = (2 * i + 1) * requests / (2 * kept);
  return rows;
}

TokenMoments pair_moments(Trace const& trace, std::span<std::size_t const> rows) {
  auto const tokens = [&](std::size_t row) { return static_cast<double>(trace.prompt_tokens[row]) + trace.completion_tokens[row]; };
  double sum = 0;
  for (std::size_t const row : rows) sum += tokens(row);
  double const mean = sum / static_cast<double>(rows.size());
  double squares = 0;
  for (std::size_t const row : rows) squares += (tokens(row) - mean) * (tokens(row) - mean);
  return {mean, squares / static_cast<double>(rows.size())};
}

}  // namespace fleetcast
