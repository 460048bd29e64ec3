#include "token_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "cuda/model/paired_lengths.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr double block_seconds = 300;
constexpr std::size_t fewest_lengths = 50;    // on each side of a held-out comparison
constexpr double parametric_handicap = 0.01;  // KS distance that a law of few numbers may cost
constexpr double largest_distance = 0.05;     // KS distance that a law may have at all, where measured pairs keep to it

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

/// One column of lengths as measured, and with the drift of their mean taken off.
class Column {
 public:
  Column(TraceSummary const& trace, LogFactors const& drift, std::uint32_t SampledRequest::*which)
      : trace_(trace), drift_(drift), tails_(drift.empty() ? Tails::atoms : Tails::censored) {
    for (auto const& request : trace.sample) {
      measured_.push_back(request.*which);
      still_.push_back(without_drift(request.*which, drift, request.bin));
    }
  }

  Lengths const& measured() const { return measured_; }
  Lengths const& still() const { return still_; }

  LengthMargin fit() const {
    Lengths const ascending = sorted(measured_);
    LengthMargin margin;
    for (std::uint32_t const length : ascending) margin.mean += static_cast<double>(length) / static_cast<double>(ascending.size());
    margin.median = quantile(ascending, 0.5);
    margin.p99 = quantile(ascending, 0.99);
    margin.shortest = ascending.front();
    margin.longest = ascending.back();
    margin.fit = choose_mixture(sorted(still_), tails_);
    widen(margin.fit.law);
    margin.tabled = cut_until_tabled(margin.fit.law);
    margin.trace_ks = ks_distance(spread_by_drift(margin.fit.law, drift_.log_sd), ascending);
    compare_held_out(margin);
    return margin;
  }

 private:
  void compare_held_out(LengthMargin& margin) const {
    std::size_t const parts = margin.fit.law.parts.size();
    double const seconds = std::max(block_seconds, trace_.bin_seconds);
    auto const block = [&](std::size_t i) { return static_cast<std::uint64_t>(trace_.sample[i].bin * trace_.bin_seconds / seconds); };
    auto const even = [&](std::size_t i) { return block(i) % 2 == 0; };
    auto const odd = [&](std::size_t i) { return block(i) % 2 == 1; };
    auto const there = distance(even, parts), back = distance(odd, parts);
    if (there && back) margin.blocks = HeldOutDistance{0.5 * (there->empirical + back->empirical), 0.5 * (there->parametric + back->parametric)};
    std::uint32_t const middle = trace_.sample[trace_.sample.size() / 2].bin;
    margin.halves = distance([&](std::size_t i) { return trace_.sample[i].bin < middle; }, parts);
  }

  /// Laws of the requests that `fitted` picks against the lengths of all others.
  template <class Picks>
  std::optional<HeldOutDistance> distance(Picks&& fitted, std::size_t parts) const {
    Lengths known, still, held_out;
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      if (fitted(i)) {
        known.push_back(measured_[i]);
        still.push_back(still_[i]);
      } else {
        held_out.push_back(measured_[i]);
      }
    }
    if (std::min(known.size(), held_out.size()) < fewest_lengths) return std::nullopt;
    held_out = sorted(std::move(held_out));
    MixtureLaw const law = fit_mixture(sorted(std::move(still)), parts, tails_).law;
    Lengths const ascending = sorted(std::move(known));
    return HeldOutDistance{ks_distance(std::span(held_out), std::span(ascending)), ks_distance(spread_by_drift(law, drift_.log_sd), held_out)};
  }

  /// Smoothing leaves an error in each bin's factor, which the lengths less drift lack: it belongs to the law's spread.
  void widen(MixtureLaw& law) const {
    if (drift_.empty()) return;
    double variance = 0;
    for (auto const& request : trace_.sample) variance += drift_.variance[request.bin] / static_cast<double>(trace_.sample.size());
    for (auto& part : law.parts) part.sigma = rounded_to_six_digits(std::sqrt(part.sigma * part.sigma + variance));
  }

  TraceSummary const& trace_;
  LogFactors const& drift_;
  Tails tails_;
  Lengths measured_, still_;
};

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
  if (!margin.tabled || !margin.blocks) return false;
  double const parametric = margin.blocks->parametric, empirical = margin.blocks->empirical;
  return parametric <= empirical + parametric_handicap && (parametric <= largest_distance || empirical > largest_distance);
}

}  // namespace

TokenLaws fit_token_laws(TraceSummary const& trace, LogFactors const& prompt_drift, LogFactors const& completion_drift,
                         std::optional<LawChoice> asked) {
  Column const prompt(trace, prompt_drift, &SampledRequest::prompt_tokens), completion(trace, completion_drift, &SampledRequest::completion_tokens);
  TokenLaws laws;
  laws.prompt = prompt.fit();
  laws.completion = completion.fit();
  laws.rank_correlation = rank_correlation(prompt.still(), completion.still());
  for (std::size_t i = 0; i < trace.sample.size(); ++i) laws.pairs.push_back({prompt.measured()[i], completion.measured()[i]});
  bool const tabled = laws.prompt.tabled && laws.completion.tabled;
  if (asked == LawChoice::parametric && !tabled)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: no log-normal mixture of the {} lengths can be tabled well enough, however low its max (a run would "
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
