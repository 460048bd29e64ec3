/// How far intervals and decisions can be believed: scripts/coverage makes the table of what this prints as JSON.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

#include "coverage.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

char const* name(Promise promise) { return promise == Promise::about ? "about" : promise == Promise::at_least ? "at least" : "naive"; }

Json shares(std::vector<double> const& values) {
  Json out = Json::array();
  for (double const value : values) out.push_back(std::isnan(value) ? Json(nullptr) : Json(value));
  return out;
}

Json json(Plan const& plan, CoverageOptions const& options, CoverageStudy const& study) {
  Json out{{"repeats", options.repeats}, {"truth_realizations", options.truth_realizations}, {"expected_work_error", study.expected_work_error}};
  for (TrueCell const& cell : study.cells) {
    Json settings;
    for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) settings[plan.axes[axis].key] = cell.settings[axis];
    out["cells"].push_back({{"settings", settings},
                            {"cost_usd", cell.cost_usd},
                            {"violated_share", cell.violated_share},
                            {"violated_request_share", cell.violated_request_share},
                            {"objective_met_share", cell.met},
                            {"violating_share", cell.violating}});
  }
  for (KindCoverage const& kind : study.kinds)
    out["kinds"].push_back({{"name", kind.name},
                            {"promise", name(kind.promise)},
                            {"of_share", kind.of_share},
                            {"realizations", kind.realizations},
                            {"covered", shares(kind.covered)},
                            {"below", shares(kind.below)},
                            {"open_ended", shares(kind.open_ended)}});
  for (DecisionCoverage const& d : study.decisions)
    out["decisions"].push_back({{"realizations", d.realizations},
                                {"reliability", d.reliability},
                                {"met_intervals_hold", d.met_intervals_hold},
                                {"cost_bounds_hold", d.cost_bounds_hold},
                                {"chosen", d.chosen},
                                {"chosen_keeps_promise", d.chosen_keeps_promise},
                                {"chosen_is_cheapest", d.chosen_is_cheapest},
                                {"cheapest_not_excluded", d.cheapest_not_excluded},
                                {"front_not_beaten", d.front_not_beaten},
                                {"cells_excluded", d.cells_excluded}});
  return out;
}

}  // namespace

}  // namespace fleetcast

int main(int argc, char** argv) {
  using namespace fleetcast;
  CLI::App app("How far intervals and decisions can be believed");
  std::string sweep;
  CoverageOptions options;
  app.add_option("SWEEP", sweep, "sweep file to repeat")->required();
  app.add_option("--repeats", options.repeats, "repeats of each number of realizations")->check(CLI::Range(1, 1000000));
  app.add_option("--truth", options.truth_realizations, "realizations of the truth")->check(CLI::Range(1000, 100000000));
  app.add_option("--realizations", options.realizations, "of a repeat");
  CLI11_PARSE(app, argc, argv);
  try {
    Plan const plan = make_plan(read_sweep(sweep, {}));
    fmt::print("{}\n", json(plan, options, study_coverage(plan, options)).dump(2));
  } catch (Error const& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.code());
  }
}
