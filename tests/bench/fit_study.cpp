/// How far fits can be believed: bands over synthetic hours, intervals over synthetic days. Prints JSON; scripts/fit-study makes the table.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "host/fit/fit.hpp"
#include "tests/host/fit/synthetic_trace.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Hours fitted on their first half: does the second half's cv of tokens per minute lie in the 90% band, and how wide is that?
Json study_bands(int hours) {
  char const* const names[] = {"drift", "bursts", "both"};
  struct Result {
    bool inside = false, below = false;
    double ratio = 0, seconds = 0;
  };
  std::vector<Result> results(static_cast<std::size_t>(hours));
#pragma omp parallel for schedule(dynamic)
  for (int i = 0; i < hours; ++i) {
    auto const family = static_cast<Family>(i % 3);
    auto const index = static_cast<std::uint64_t>(i);
    TraceSummary const trace = synthetic_trace(study_hour(family, index), 60, index);
    auto const start = std::chrono::steady_clock::now();
    FitOptions options;
    options.seed = 77 + index;
    FitReport const report = fit_trace(trace, options);
    VerdictRow const* const row = report.verdict->find("tokens_per_minute_cv");
    results[index] = {row->inside, row->trace < row->low, row->high / row->low, seconds_since(start)};
  }
  Json out = Json::object();
  auto const add = [&](std::string const& name, auto&& belongs) {
    double n = 0, inside = 0, below = 0, seconds = 0;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!belongs(i)) continue;
      n += 1;
      inside += results[i].inside ? 1 : 0;
      below += results[i].below ? 1 : 0;
      seconds += results[i].seconds;
      ratios.push_back(results[i].ratio);
    }
    if (n > 0)
      out[name] = {
          {"hours", n}, {"inside", inside / n}, {"below", below / n}, {"median_high_over_low", median(ratios)}, {"seconds_a_fit", seconds / n}};
  };
  add("all", [](std::size_t) { return true; });
  for (std::size_t family = 0; family < 3; ++family) add(names[family], [&](std::size_t i) { return i % 3 == family; });
  return out;
}

/// Days of known parameters: how often does each 95% interval hold the truth? A parameter that a fit leaves out is not covered.
Json study_intervals(int days) {
  struct Tally {
    double truth = 0, covered = 0, missing = 0, error = 0;
    std::vector<double> estimates;
  };
  SyntheticTruth const truth = study_day();
  std::map<std::string, Tally> tallies;
  double seconds = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : seconds)
  for (int i = 0; i < days; ++i) {
    TraceSummary const trace = synthetic_trace(truth, 1440, 50000 + static_cast<std::uint64_t>(i));
    auto const start = std::chrono::steady_clock::now();
    FitOptions options;
    options.seed = 500 + static_cast<std::uint64_t>(i);
    options.first_part = 1;  // no verdict
    options.law = LawChoice::parametric;
    FitReport const report = fit_trace(trace, options);
    seconds += seconds_since(start);
#pragma omp critical
    for (auto const& [key, value] : truth.parameters()) {
      auto& tally = tallies[key];
      tally.truth = value;
      auto const at = std::find_if(report.parameters.begin(), report.parameters.end(), [&key = key](Parameter const& p) { return p.key == key; });
      if (at == report.parameters.end()) {
        tally.missing += 1;
        continue;
      }
      tally.covered += at->estimate.low <= value && value <= at->estimate.high ? 1 : 0;
      tally.error += at->estimate.std_error / days;
      tally.estimates.push_back(at->estimate.value);
    }
  }
  Json out{{"days", days}, {"seconds_a_fit", seconds / days}, {"parameters", Json::object()}};
  for (auto const& [key, tally] : tallies)
    out["parameters"][key] = {{"truth", tally.truth},
                              {"median_estimate", median(tally.estimates)},
                              {"mean_std_error", tally.error},
                              {"covered", tally.covered / days},
                              {"left_out", tally.missing / days}};
  return out;
}

}  // namespace

}  // namespace fleetcast

int main(int argc, char** argv) {
  CLI::App app("How far fits can be believed");
  int hours = 1000, days = 400;
  app.add_option("--hours", hours, "synthetic hours for the bands")->check(CLI::Range(0, 100000));
  app.add_option("--days", days, "synthetic days for the intervals")->check(CLI::Range(0, 100000));
  CLI11_PARSE(app, argc, argv);
  nlohmann::ordered_json out;
  if (hours > 0) out["bands"] = fleetcast::study_bands(hours);
  if (days > 0) out["intervals"] = fleetcast::study_intervals(days);
  fmt::print("{}\n", out.dump(2));
}
