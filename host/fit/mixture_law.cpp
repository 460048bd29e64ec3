#include "mixture_law.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fleetcast {

namespace {

double normal_distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// Largest distance of two step functions given at both sides of every step.
template <class Law>
double largest_gap(std::span<std::uint32_t const> ascending, Law&& law) {
  auto const n = static_cast<double>(ascending.size());
  double worst = 0;
  double below = 0;  // share of lengths below the current one
  for (std::size_t i = 0; i < ascending.size();) {
    std::uint32_t const k = ascending[i];
    while (i < ascending.size() && ascending[i] == k) ++i;
    double const upto = static_cast<double>(i) / n;
    // between two lengths the law alone rises: it is furthest off just before the next, or at a length
    if (k > 0) worst = std::max(worst, std::fabs(law(k - 1) - below));
    worst = std::max(worst, std::fabs(law(k) - upto));
    below = upto;
  }
  return worst;
}

}  // namespace

double distribution(MixtureLaw const& law, std::uint32_t k) {
  if (k < law.least_tokens) return 0;
  if (k >= law.most_tokens) return 1;
  double sum = 0;
  for (auto const& part : law.parts) sum += part.weight * normal_distribution(std::log((k + 0.5) / part.median) / part.sigma);
  return sum;
}

MixtureLaw spread_by_drift(MixtureLaw law, double log_sd) {
  for (auto& part : law.parts) {
    part.median *= std::exp(-0.5 * log_sd * log_sd);
    part.sigma = std::hypot(part.sigma, log_sd);
  }
  return law;
}

double rounded_to_six_digits(double value) {
  if (value <= 0) return value;
  double const scale = std::pow(10.0, 5 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}

bool is_tabled(MixtureLaw const& law) {
  LawErrors const errors = LogNormalTableBuilder(law.parts, law.least_tokens, law.most_tokens).build().errors;
  return errors.ks_distance <= largest_law_errors.ks_distance && errors.mean_error <= largest_law_errors.mean_error &&
         errors.variance_error <= largest_law_errors.variance_error;
}

bool cut_until_tabled(MixtureLaw& law) {
  if (is_tabled(law)) return true;
  MixtureLaw tried = law;
  std::uint32_t refused = 0;
  std::uint32_t const floor = std::max(law.least_tokens, 1U);
  do {
    refused = tried.most_tokens;
    if (refused <= floor) return false;
    tried.most_tokens = std::max(floor, std::min(refused - 1, static_cast<std::uint32_t>(0.9 * refused)));
  } while (!is_tabled(tried));
  while (refused - tried.most_tokens > std::max(refused / 128, 1U)) {
    MixtureLaw middle = tried;
    middle.most_tokens += (refused - tried.most_tokens) / 2;
    if (is_tabled(middle))
      tried = middle;
    else
      refused = middle.most_tokens;
  }
  law = tried;
  return true;
}

double ks_distance(MixtureLaw const& law, std::span<std::uint32_t const> ascending) {
  return largest_gap(ascending, [&](std::uint32_t k) { return distribution(law, k); });
}

double ks_distance(std::span<std::uint32_t const> ascending_a, std::span<std::uint32_t const> ascending_b) {
  auto const share_upto = [&](std::uint32_t k) {
    auto const end = std::upper_bound(ascending_b.begin(), ascending_b.end(), k);
    return static_cast<double>(end - ascending_b.begin()) / static_cast<double>(ascending_b.size());
  };
  return largest_gap(ascending_a, share_upto);
}

MixtureFit choose_mixture(std::span<std::uint32_t const> ascending, Tails tails) {
  double const price = 1.5 * std::log(static_cast<double>(ascending.size()));
  MixtureFit best = fit_mixture(ascending, 1, tails);
  for (std::size_t parts = 2; parts <= most_mixture_parts; ++parts) {
    MixtureFit richer = fit_mixture(ascending, parts, tails);
    if (richer.log_likelihood - price * static_cast<double>(richer.law.parts.size()) <=
        best.log_likelihood - price * static_cast<double>(best.law.parts.size()))
      break;
    best = std::move(richer);
  }
  return best;
}

}  // namespace fleetcast
