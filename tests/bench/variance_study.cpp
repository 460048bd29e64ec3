/// What common random numbers and a control variate save on a sweep, as JSON: scripts/coverage makes the table.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/backend.hpp"
#include "host/engine/runner.hpp"
#include "host/stats/control_variate.hpp"
#include "host/stats/cost_difference.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;
using Pair = std::pair<std::uint64_t, std::uint64_t>;

/// Keeps two entries of every ledger: [slot][realization].
class Ledgers final : public LedgerSink {
 public:
  explicit Ledgers(Plan const& plan) : billed(plan.table.slots, std::vector<double>(plan.realizations)), violated_requests(billed) {}

  void take(Tile const& tile, std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots) override {
    auto const copy = [&](Entry entry, std::vector<std::vector<double>>& to) {
      auto const* from = &entries[static_cast<std::size_t>(entry) * tile.realizations * slots];
      for (std::uint32_t r = 0; r < tile.realizations; ++r)
        for (std::uint32_t s = 0; s < slots; ++s) to[first_slot + s][tile.first + r] = static_cast<double>(*from++);
    };
    copy(Entry::billed_replica_ticks, billed);
    copy(Entry::violated_requests, violated_requests);
  }

  std::vector<std::vector<double>> billed, violated_requests;
};

double variance(std::vector<double> const& x, std::vector<double> const* less = nullptr) {
  double sum = 0, square = 0;
  double const start = x[0] - (less != nullptr ? (*less)[0] : 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const value = x[i] - (less != nullptr ? (*less)[i] : 0.0) - start;
    sum += value;
    square += value * value;
  }
  auto const n = static_cast<double>(x.size());
  return (square - sum * sum / n) / (n - 1.0);
}

Json quantiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  auto const at = [&](double q) { return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))]; };
  return {{"median", at(0.5)}, {"q05", at(0.05)}, {"q95", at(0.95)}};
}

/// How many times the variance of a difference would be what it is, were both settings run on days of their own.
Json variance_ratios(std::vector<std::vector<double>> const& of_slot, Plan const& plan, std::vector<Pair> const& pairs) {
  auto const slot = [&](std::uint64_t cell) -> std::vector<double> const& { return of_slot[plan.policies[plan.policy_of(cell)].slot]; };
  std::vector<double> ratios;
  for (auto const& [x, y] : pairs) {
    double const paired = variance(slot(x), &slot(y));
    if (paired > 0.0) ratios.push_back((variance(slot(x)) + variance(slot(y))) / paired);
  }
  return quantiles(std::move(ratios));
}

/// The bound on a cost difference's standard error over what it is.
Json bounds(Ledgers const& ledgers, Plan const& plan, CellTallies const& t, std::vector<Pair> const& pairs) {
  std::vector<double> ratios;
  for (auto const& [x, y] : pairs) {
    auto const& a = ledgers.billed[plan.policies[plan.policy_of(x)].slot];
    auto const& b = ledgers.billed[plan.policies[plan.policy_of(y)].slot];
    double const exact = t.usd[x] * std::sqrt(variance(a, &b) / static_cast<double>(a.size()));
    if (exact > 0.0) ratios.push_back(difference_std_error_usd(cost_line(t, x), cost_line(t, y)) / exact);
  }
  return quantiles(std::move(ratios));
}

std::vector<Pair> random_pairs(std::vector<std::uint64_t> const& cells) {
  constexpr std::size_t count = 20000;
  std::mt19937_64 random(1);
  std::vector<Pair> pairs;
  while (pairs.size() < count) {
    Pair const pair{cells[random() % cells.size()], cells[random() % cells.size()]};
    if (pair.first != pair.second) pairs.push_back(pair);
  }
  return pairs;
}

/// Valid cells one step apart along one axis.
std::vector<Pair> neighbours(Plan const& plan) {
  std::vector<Pair> pairs;
  std::uint64_t stride = plan.cells;
  for (Axis const& axis : plan.axes) {
    stride /= axis.values.size();
    for (std::uint64_t cell = 0; cell + stride < plan.cells; ++cell)
      if (cell / stride % axis.values.size() + 1 < axis.values.size() && plan.is_valid(cell) && plan.is_valid(cell + stride))
        pairs.emplace_back(cell, cell + stride);
  }
  return pairs;
}

Json study(Plan const& plan) {
  std::atomic<bool> const never{false};
  Ledgers ledgers(plan);
  auto const backend = make_cpu_backend(plan, 0, {}, 256U << 20);
  SweepSums const sums = run_plan(
                             plan, *backend, never, [](Progress const&) {}, &ledgers)
                             .sums;
  CellTallies const t = tally(plan, sums);

  std::vector<std::uint64_t> valid, keeping;
  for (std::uint64_t cell = 0; cell < t.cells(); ++cell)
    if (t.valid[cell] != 0) {
      valid.push_back(cell);
      if (2 * t.met[cell] > t.realizations[cell]) keeping.push_back(cell);
    }
  Json out{{"realizations", plan.realizations}, {"valid_cells", valid.size()}, {"cells_keeping_the_objective_in_most_realizations", keeping.size()}};
  auto const add = [&](char const* name, std::vector<Pair> const& pairs) {
    out["pairs"].push_back({{"of", name},
                            {"count", pairs.size()},
                            {"cost", variance_ratios(ledgers.billed, plan, pairs)},
                            {"violated_requests", variance_ratios(ledgers.violated_requests, plan, pairs)},
                            {"bound_over_std_error", bounds(ledgers, plan, t, pairs)}});
  };
  add("valid settings, at random", random_pairs(valid));
  if (keeping.size() > 1) add("settings that meet the objective in most realizations, at random", random_pairs(keeping));
  add("valid settings one step apart on an axis", neighbours(plan));

  std::vector<double> factors, keeping_factors;
  for (std::uint64_t const cell : valid) factors.push_back(cost_with_known_work(t, 0.95, cell).variance_factor);
  for (std::uint64_t const cell : keeping) keeping_factors.push_back(cost_with_known_work(t, 0.95, cell).variance_factor);
  out["control_variate"] = {{"valid", quantiles(std::move(factors))}};
  if (!keeping_factors.empty()) out["control_variate"]["keeping"] = quantiles(std::move(keeping_factors));
  return out;
}

}  // namespace

}  // namespace fleetcast

int main(int argc, char** argv) {
  using namespace fleetcast;
  CLI::App app("What common random numbers and a control variate save");
  std::string sweep;
  std::vector<std::string> settings;
  app.add_option("SWEEP", sweep, "sweep file of one scenario")->required();
  app.add_option("--set", settings, "key=value");
  CLI11_PARSE(app, argc, argv);
  try {
    fmt::print("{}\n", study(make_plan(read_sweep(sweep, settings))).dump(2));
  } catch (Error const& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.code());
  }
}
