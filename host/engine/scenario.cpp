#include "scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cuda/model/paired_lengths.hpp"
#include "cuda/model/special_functions.cuh"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/io/csv.hpp"
#include "traffic_factors.hpp"

namespace fleetcast {

namespace {

/// Arrival rate by clock time, a step function that repeats.
struct Profile {
  std::vector<double> minutes, rates;
  double period = 0;

  double at(double minute) const {
    double const within = minute - period * std::floor(minute / period);
    auto const after = std::upper_bound(minutes.begin(), minutes.end(), within);
    return rates[static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - minutes.begin() - 1, 0))];
  }
};

Profile read_profile(std::string const& path) {
  CsvReader csv(path);
  int const minute = csv.column({"minute", "minutes"});
  int const rate = csv.column({"requests_per_minute", "rate", "requests"});
  if (minute < 0 || rate < 0) throw Error(ExitCode::bad_data, path + ":1: a profile needs the columns minute and requests_per_minute");
  Profile profile;
  while (csv.next()) {
    double const at = csv.number(minute);
    double const per_minute = csv.number(rate);
    if (profile.minutes.empty() ? at != 0.0 : at <= profile.minutes.back()) csv.fail(minute, "minutes must start at 0 and rise");
    if (per_minute < 0 || per_minute > 1e9) csv.fail(rate, "must lie in 0 to 1e9 requests per minute");
    profile.minutes.push_back(at);
    profile.rates.push_back(per_minute);
  }
  if (profile.minutes.empty()) throw Error(ExitCode::bad_data, path + ": has no rows; a profile needs at least one");
  // the last step is as long as the one before it
  std::size_t const n = profile.minutes.size();
  profile.period = n == 1 ? 1440.0 : 2 * profile.minutes[n - 1] - profile.minutes[n - 2];
  return profile;
}

/// Measured pairs of prompt and completion lengths.
void read_pairs(std::string const& path, RequestClass& into) {
  constexpr std::uint64_t longest = 1048576;
  CsvReader csv(path);
  int const prompt = csv.column({"prompt_tokens", "ContextTokens", "prompt"});
  int const completion = csv.column({"completion_tokens", "GeneratedTokens", "completion"});
  if (prompt < 0 || completion < 0) throw Error(ExitCode::bad_data, path + ":1: pairs need the columns prompt_tokens and completion_tokens");
  while (csv.next()) {
    into.prompt.push_back(static_cast<std::uint32_t>(csv.whole(prompt, longest)));
    into.completion.push_back(static_cast<std::uint32_t>(csv.whole(completion, longest)));
  }
  if (into.prompt.empty()) throw Error(ExitCode::bad_data, path + ": has no rows; at least one pair is needed");
  if (into.prompt.size() > longest)
    throw Error(ExitCode::bad_data, fmt::format("{}: has {} rows, {} at most fit; draw a sample of them", path, into.prompt.size(), longest));
  into.pairs = static_cast<std::uint32_t>(into.prompt.size());
  // a draw's probability is off by at most one 2^-32 per pair
  double const off = into.pairs / 4294967296.0;
  into.prompt_errors = into.completion_errors = {off, off, off};
}

void measure(std::vector<std::uint32_t> const& lengths, double& mean, double& square) {
  double sum = 0;
  double squares = 0;
  for (std::uint32_t const length : lengths) {
    sum += length;
    squares += static_cast<double>(length) * length;
  }
  mean = sum / static_cast<double>(lengths.size());
  square = squares / static_cast<double>(lengths.size());
}

std::string law_text(LengthConfig const& law) {
  std::string text;
  for (auto const& part : law.parts())
    text += fmt::format("{}{}median {}, sigma {}", text.empty() ? "" : "; ",
                        law.mixture.empty() ? "" : fmt::format("weight {}, ", shortest(part.weight)), shortest(part.median), shortest(part.sigma));
  return text;
}

/// Builds a length table; says what is wrong in `problem`.
LengthTable length_table(LengthConfig const& law, char const* what, std::string& problem) {
  std::vector<LogNormalPart> parts;
  double weights = 0;
  for (auto const& part : law.parts()) {
    weights += part.weight;
    if (part.weight > 0) parts.push_back({part.weight, part.median, part.sigma});
    if (part.median <= 0 || part.sigma <= 0) problem = fmt::format("{}: median and sigma are missing", what);
  }
  if (law.max < law.min || law.max < 1) problem = fmt::format("{}: min {} and max {} leave no length", what, shortest(law.min), shortest(law.max));
  if (weights <= 0) problem = fmt::format("{}: the weights of its mixture are all 0", what);
  if (!problem.empty()) return {};
  LengthTable table = LogNormalTableBuilder(parts, static_cast<std::uint32_t>(law.min), static_cast<std::uint32_t>(law.max)).build();
  auto const& e = table.errors;
  if (e.ks_distance > largest_law_errors.ks_distance || e.mean_error > largest_law_errors.mean_error ||
      e.variance_error > largest_law_errors.variance_error)
    problem = fmt::format(
        "{} law ({}; max {}) can't be tabled well enough: KS distance {:.1e} (at most {:.0e}), mean off by "
        "{:.1e} ({:.0e}), variance by {:.1e} ({:.0e}); lower max or sigma",
        what, law_text(law), shortest(law.max), e.ks_distance, largest_law_errors.ks_distance, e.mean_error, largest_law_errors.mean_error,
        e.variance_error, largest_law_errors.variance_error);
  return table;
}

/// The largest digit of the busiest tick's expected requests: busier ticks take several draws of it.
std::uint32_t last_compound_digit(double busiest) {
  std::uint32_t digit = 0;
  while (digit < largest_compound_digit && std::ldexp(1.0, static_cast<int>(digit) + 1) <= busiest) ++digit;
  return digit;
}

/// Lets each cell of the prompt table go with one of the completion table: the class draws pairs from now on.
void pair_cells(RequestClass& into, double rank_correlation) {
  auto const partner = correlated_cells(rank_correlation);
  std::vector<std::uint32_t> const completion = into.completion;
  for (std::uint32_t cell = 0; cell < quantile_table_size; ++cell) into.completion[cell] = completion[partner[cell]];
  into.pairs = quantile_table_size;
  into.rank_correlation_error = spearman_rho(into.prompt, into.completion) - rank_correlation;
}

/// Why token sums can't be drawn from tables, or "".
std::string compound_problem(CompoundLaw const& law) {
  std::string const advice = "set workload.sampler = \"request\"";
  if (law.digits == 0) return "sampler = \"compound\": these lengths' sums are too far apart to be tabled; " + advice;
  auto const& e = law.errors;
  if (e.ks_distance > largest_law_errors.ks_distance || e.mean_error > largest_law_errors.mean_error ||
      e.variance_error > largest_law_errors.variance_error)
    return fmt::format(
        "sampler = \"compound\": sums of these lengths can't be tabled well enough: KS distance {:.1e} (at most {:.0e}), mean off by {:.1e} "
        "({:.0e}), "
        "variance by {:.1e} ({:.0e}); {}",
        e.ks_distance, largest_law_errors.ks_distance, e.mean_error, largest_law_errors.mean_error, e.variance_error,
        largest_law_errors.variance_error, advice);
  return {};
}

}  // namespace

std::shared_ptr<RequestClass const> ScenarioBuilder::request_class(RequestClassConfig const& config, std::optional<std::uint32_t> compound_digit,
                                                                   std::string& problem) {
  if (!config.pairs.empty() && config.rank_correlation != 0) {
    problem = "rank_correlation is set but the class draws measured pairs, which have their own; remove one of them";
    return nullptr;
  }
  auto const law_name = [](LengthConfig const& l) { return fmt::format("{}; {} {};", law_text(l), l.min, l.max); };
  std::string const laws = config.pairs.empty()
                               ? fmt::format("{} {}{}{}", config.share, law_name(config.prompt), law_name(config.completion), config.rank_correlation)
                               : fmt::format("{} {}", config.share, config.pairs);
  std::string const name = compound_digit ? fmt::format("{} compound {}", laws, *compound_digit) : laws;
  auto const known = classes_.find(name);
  if (known != classes_.end()) return known->second;

  auto built = std::make_shared<RequestClass>();
  built->share = config.share;
  built->pairs = 0;
  if (!config.pairs.empty()) {
    read_pairs(config.pairs, *built);
  } else {
    LengthTable prompt = length_table(config.prompt, "prompt", problem);
    if (!problem.empty()) return nullptr;
    LengthTable completion = length_table(config.completion, "completion", problem);
    if (!problem.empty()) return nullptr;
    built->prompt = std::move(prompt.lengths);
    built->completion = std::move(completion.lengths);
    built->prompt_errors = prompt.errors;
    built->completion_errors = completion.errors;
    if (config.rank_correlation != 0) pair_cells(*built, config.rank_correlation);
  }
  measure(built->prompt, built->prompt_mean, built->prompt_square);
  measure(built->completion, built->completion_mean, built->completion_square);
  if (compound_digit) {
    built->compound = build_compound_law(built->prompt, built->completion, built->pairs, *compound_digit);
    problem = compound_problem(built->compound);
    if (!problem.empty()) return nullptr;
  }
  classes_.emplace(name, built);
  return built;
}

std::vector<double> ScenarioBuilder::expected_requests(WorkloadConfig const& workload) const {
  double const tick_minutes = tick_seconds_ / 60.0;
  double weekday_mean = 0;
  for (double const factor : workload.weekday_factors) weekday_mean += factor / 7.0;
  Profile const profile = workload.profile.empty() ? Profile{} : read_profile(workload.profile);

  std::vector<double> expected(warmup_ticks_ + ledger_ticks_);
  for (std::size_t tick = 0; tick < expected.size(); ++tick) {
    double const minute = (static_cast<double>(tick) - warmup_ticks_ + 0.5) * tick_minutes;
    if (!workload.profile.empty()) {
      // the profile's minute 0 is Monday's midnight, as long as it covers days
      expected[tick] = profile.at(minute + 1440.0 * start_weekday_) * tick_minutes;
      continue;
    }
    double const day = std::floor(minute / 1440.0);
    double const turn = minute / 1440.0 - day - workload.daily_peak_hour / 24.0;
    double rate = workload.requests_per_minute * (1.0 + workload.daily_amplitude * sine_cosine_of_turns(turn).cosine);
    if (!workload.weekday_factors.empty()) {
      auto const weekday = static_cast<std::size_t>(((static_cast<std::int64_t>(day) + start_weekday_) % 7 + 7) % 7);
      rate *= workload.weekday_factors[weekday] / weekday_mean;
    }
    expected[tick] = rate * tick_minutes;
  }
  return expected;
}

Scenario ScenarioBuilder::build(WorkloadConfig const& workload) {
  Scenario scenario;
  auto const burst_seconds = static_cast<std::uint32_t>(workload.burst_seconds);
  double shares = 0;
  for (auto const& config : workload.classes) shares += config.share;
  double weekdays = 0;
  for (double const factor : workload.weekday_factors) weekdays += factor;

  if (std::fabs(shares - 1.0) > 1e-9)
    scenario.problem = fmt::format("the shares of [[workload.class]] add up to {:.9g}; they must add up to 1", shares);
  else if (!workload.weekday_factors.empty() && (workload.weekday_factors.size() != 7 || weekdays <= 0))
    scenario.problem = "workload.weekday_factors must hold seven factors, Monday first, not all 0";
  else if ((workload.burst_cv > 0 || workload.silence_share > 0) && (burst_seconds < tick_seconds_ || burst_seconds % tick_seconds_ != 0))
    scenario.problem = fmt::format("workload.burst_seconds = {} is no multiple of sweep.tick_seconds = {}", burst_seconds, tick_seconds_);
  else if (!workload.profile.empty() && (workload.daily_amplitude != 0 || !workload.weekday_factors.empty()))
    scenario.problem = "workload.profile already holds the course of the day; remove daily_amplitude and weekday_factors";
  if (!scenario.problem.empty()) return scenario;

  scenario.burst_ticks = std::max(1U, burst_seconds / tick_seconds_);
  set_traffic_factors(scenario, workload, tick_seconds_);
  if (!scenario.problem.empty()) return scenario;

  scenario.expected_requests = expected_requests(workload);
  double const busiest = *std::max_element(scenario.expected_requests.begin(), scenario.expected_requests.end());
  for (auto const& config : workload.classes) {
    std::optional<std::uint32_t> compound_digit;
    if (workload.sampler == "compound") compound_digit = last_compound_digit(config.share * busiest);
    scenario.classes.push_back(request_class(config, compound_digit, scenario.problem));
    if (!scenario.problem.empty()) {
      scenario.classes.clear();
      return scenario;
    }
  }
  scenario.burst_variation = workload.burst_cv;
  return scenario;
}

TrafficView traffic_view(Plan const& plan, Scenario const& scenario, std::vector<RequestClassView>& classes) {
  classes.clear();
  for (auto const& c : scenario.classes) {
    CompoundLaw const& compound = c->compound;
    classes.push_back({c->share,
                       {c->prompt.data(), c->completion.data(), c->pairs},
                       {compound.first_digit, compound.digits, compound.slope, compound.prompt_base.data(), compound.rest_base.data(),
                        compound.prompt.data(), compound.rest.data()}});
  }
  std::array<DriftView, most_drift_scales> drifts{};
  std::copy(scenario.drifts.begin(), scenario.drifts.end(), drifts.begin());
  return {plan.seed,
          plan.warmup_ticks,
          plan.total_ticks(),
          scenario.expected_requests.data(),
          static_cast<std::uint32_t>(scenario.drifts.size()),
          {drifts[0], drifts[1], drifts[2]},
          scenario.burst_variation,
          scenario.burst_ticks,
          scenario.silence,
          scenario.length_drift,
          static_cast<std::uint32_t>(classes.size()),
          classes.data()};
}

}  // namespace fleetcast
