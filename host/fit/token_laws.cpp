#include "token_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cuda/model/paired_lengths.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr double block_seconds = 300;
constexpr std::size_t fewest_lengths = 50;     // on each side of a held-out comparison
constexpr double parametric_handicap = 0.01;   // KS distance that a law of few numbers may cost

using Lengths = std::vector<std::uint32_t>;

std::uint32_t without_drift(std::uint32_t tokens, LogFactors const& drift, std::uint32_t bin) {
  if (drift.empty() || tokens == 0) return tokens;
  return static_cast<std::uint32_t>(std::clamp(std::round(tokens * std::exp(-drift.mean[bin])), 1.0, static_cast<double>(longest_tokens)));
}

Lengths sorted(Lengths lengths) {
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

double quantile(Lengths const& ascending, double share) {
  double const at = share * static_cast<double>(ascending.size() - 1);
  auto const below = static_cast<std::size_t>(at);
  std::size_t const above = std::min(below + 1, ascending.size() - 1);
  double const low = ascending[below];
  return low + (at - static_cast<double>(below)) * (static_cast<double>(ascending[above]) - low);
}

/// A part whose lengths keep to themselves: what is left of the sample, in two.
template <class Belongs>
std::pair<Lengths, Lengths> split(Lengths const& lengths, Belongs&& belongs) {
  std::pair<Lengths, Lengths> parts;
  for (std::size_t i = 0; i < lengths.size(); ++i) (belongs(i) ? parts.first : parts.second).push_back(lengths[i]);
  return {sorted(std::move(parts.first)), sorted(std::move(parts.second))};
}

HeldOutDistance distance(Lengths const& fitted, Lengths const& held_out, std::size_t parts, Tails tails) {
  return {ks_distance(std::span(held_out), std::span(fitted)), ks_distance(fit_mixture(fitted, parts, tails).law, held_out)};
}

std::optional<HeldOutDistance> both_ways(std::pair<Lengths, Lengths> const& parts, std::size_t mixture_parts, Tails tails) {
  if (std::min(parts.first.size(), parts.second.size()) < fewest_lengths) return std::nullopt;
  auto const there = distance(parts.first, parts.second, mixture_parts, tails), back = distance(parts.second, parts.first, mixture_parts, tails);
  return HeldOutDistance{0.5 * (there.empirical + back.empirical), 0.5 * (there.parametric + back.parametric)};
}

/// Smoothing leaves an error in each bin's factor, which the lengths less drift lack: it belongs to the law's spread.
void widen(MixtureLaw& law, LogFactors const& drift, std::vector<SampledRequest> const& sample) {
  if (drift.empty()) return;
  double sum = 0;
  for (auto const& request : sample) sum += drift.variance[request.bin];
  for (auto& part : law.parts) part.sigma = std::sqrt(part.sigma * part.sigma + sum / static_cast<double>(sample.size()));
}

LengthMargin fit_margin(TraceSummary const& trace, Lengths const& lengths, LogFactors const& drift) {
  Tails const tails = drift.empty() ? Tails::atoms : Tails::censored;
  Lengths const ascending = sorted(lengths);
  LengthMargin margin;
  for (std::uint32_t const length : ascending) margin.mean += static_cast<double>(length) / static_cast<double>(ascending.size());
  margin.median = quantile(ascending, 0.5);
  margin.p99 = quantile(ascending, 0.99);
  margin.shortest = ascending.front();
  margin.longest = ascending.back();
  margin.fit = choose_mixture(ascending, tails);
  widen(margin.fit.law, drift, trace.sample);
  margin.tabled = cut_until_tabled(margin.fit.law);
  margin.trace_ks = ks_distance(margin.fit.law, ascending);
  std::size_t const parts = margin.fit.law.parts.size();
  auto const block = [&](std::size_t i) { return static_cast<std::uint64_t>(trace.sample[i].bin * trace.bin_seconds / block_seconds); };
  margin.blocks = both_ways(split(lengths, [&](std::size_t i) { return block(i) % 2 == 0; }), parts, tails);
  std::uint32_t const middle = trace.sample[trace.sample.size() / 2].bin;
  auto const halves = split(lengths, [&](std::size_t i) { return trace.sample[i].bin < middle; });
  if (std::min(halves.first.size(), halves.second.size()) >= fewest_lengths) margin.halves = distance(halves.first, halves.second, parts, tails);
  return margin;
}

/// Fisher's transform with the error of Bonett and Wright (Psychometrika 65, 2000).
Uncertain rank_correlation(Lengths const& prompt, Lengths const& completion) {
  Uncertain rho;
  rho.value = spearman_rho(prompt, completion);
  double const n = std::max(static_cast<double>(prompt.size()), 5.0);
  double const z = std::atanh(std::clamp(rho.value, -0.999999, 0.999999));
  double const error = std::sqrt((1 + rho.value * rho.value / 2) / (n - 3));
  rho.std_error = (1 - rho.value * rho.value) * error;
  rho.low = std::tanh(z - 1.959964 * error);
  rho.high = std::tanh(z + 1.959964 * error);
  return rho;
}

bool serves(LengthMargin const& margin) {
  return margin.tabled && margin.blocks && margin.blocks->parametric <= margin.blocks->empirical + parametric_handicap;
}

}  // namespace

TokenLaws fit_token_laws(TraceSummary const& trace, LogFactors const& prompt_drift, LogFactors const& completion_drift,
                         std::optional<LawChoice> asked) {
  Lengths prompt, completion;
  TokenLaws laws;
  for (auto const& request : trace.sample) {
    prompt.push_back(without_drift(request.prompt_tokens, prompt_drift, request.bin));
    completion.push_back(without_drift(request.completion_tokens, completion_drift, request.bin));
    laws.pairs.push_back({prompt.back(), completion.back()});
  }
  laws.prompt = fit_margin(trace, prompt, prompt_drift);
  laws.completion = fit_margin(trace, completion, completion_drift);
  laws.rank_correlation = rank_correlation(prompt, completion);
  bool const tabled = laws.prompt.tabled && laws.completion.tabled;
  if (asked == LawChoice::parametric && !tabled)
    throw Error(ExitCode::bad_data, fmt::format("{}: no log-normal mixture of the {} lengths can be tabled well enough, however low its max (a run would "
                                                "refuse it); use --law empirical",
                                                trace.name, laws.prompt.tabled ? "completion" : "prompt"));
  laws.choice = asked.value_or(serves(laws.prompt) && serves(laws.completion) ? LawChoice::parametric : LawChoice::empirical);
  return laws;
}

MixtureLaw law_of_moments(double mean, double variation) {
  double const sigma = std::clamp(std::sqrt(std::log1p(variation)), 0.001, 5.0);
  double const median = std::clamp(mean / std::sqrt(1 + variation), 0.01, 1e6);
  double const most = std::clamp(median * std::exp(4.5 * sigma), 2.0, static_cast<double>(longest_tokens));
  MixtureLaw law{{{1, median, sigma}}, 1, static_cast<std::uint32_t>(most)};
  cut_until_tabled(law);
  return law;
}

std::vector<LengthPair> drawn_pairs(MixtureLaw const& prompt, MixtureLaw const& completion, double rank_correlation) {
  auto const table = [](MixtureLaw const& law) { return LogNormalTableBuilder(law.parts, law.least_tokens, law.most_tokens).build().lengths; };
  auto const prompts = table(prompt), completions = table(completion);
  auto const partner = correlated_cells(rank_correlation);
  std::vector<LengthPair> pairs;
  for (std::size_t cell = 0; cell < prompts.size(); ++cell)
    pairs.push_back({static_cast<double>(prompts[cell]), static_cast<double>(completions[partner[cell]])});
  return pairs;
}

std::vector<LengthPair> drawn_pairs(TokenLaws const& laws) {
  if (laws.choice == LawChoice::parametric)
    return drawn_pairs(laws.prompt.fit.law, laws.completion.fit.law, std::clamp(laws.rank_correlation.value, -0.99, 0.99));
  std::vector<LengthPair> pairs;
  for (auto const& [prompt, completion] : laws.pairs) pairs.push_back({static_cast<double>(prompt), static_cast<double>(completion)});
  return pairs;
}

}  // namespace fleetcast
