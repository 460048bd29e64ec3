#include "refinement_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/io/result_file.hpp"
#include "host/stats/cell_tallies.hpp"
#include "host/stats/quantities.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

std::string factor_text(double factor) { return std::isinf(factor) ? "∞" : std::isnan(factor) ? "–" : fmt::format("{:.2f}×", factor); }

nlohmann::ordered_json both(double at_tick, double at_shorter_tick, double factor) {
  auto const number = [](double value) { return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr); };
  return {{"tick", number(at_tick)}, {"shorter_tick", number(at_shorter_tick)}, {"factor", number(factor)}};
}

}  // namespace

std::uint64_t RefinementReport::warnings() const {
  auto const warns = [](TickComparison const& c) { return c.problem.empty() && c.is_warning(); };
  return static_cast<std::uint64_t>(std::count_if(comparisons.begin(), comparisons.end(), warns));
}

std::string RefinementReport::text() const {
  auto header = axis_names(plan.axes);
  for (auto const& name :
       {fmt::format("violated, {} s ticks", plan.tick_seconds), fmt::format("{} s ticks", shorter_seconds), std::string("factor"),
        fmt::format("USD per {}, {} s ticks", period_name(plan.config.sweep), plan.tick_seconds), fmt::format("{} s ticks", shorter_seconds)})
    header.push_back(name);
  TextTable table(header);
  std::string problems;
  for (auto const& c : comparisons) {
    auto row = axis_values(plan.axes, c.cell);
    if (!c.problem.empty()) {
      row.insert(row.end(), 5, "–");
      problems = fmt::format("\n  –: can't be run in ticks of {} s, for example: {}\n", shorter_seconds, c.problem);
    } else {
      row.push_back(percent(c.at_tick.violated_share));
      row.push_back(percent(c.at_shorter_tick.violated_share));
      row.push_back(factor_text(c.factor()) + (c.is_warning() ? " !" : ""));
      row.push_back(usd(c.at_tick.cost_usd));
      row.push_back(usd(c.at_shorter_tick.cost_usd));
    }
    table.add(std::move(row));
  }
  std::string out =
      fmt::format("The same requests of {} once in ticks of {} s, as above, and once in ticks of {} s:\n\n{}{}",
                  sample_name(period_name(plan.config.sweep), realizations), plan.tick_seconds, shorter_seconds, table.render(), problems);
  if (std::uint64_t const many = warnings(); many > 0)
    out += fmt::format(
        "\n  Warning: in {} of {} settings the violated shares differ by more than a factor of 1.5, so that the length of the tick\n"
        "  decides the answer; try --set sweep.tick_seconds={}.\n",
        many, comparisons.size(), shorter_seconds);
  return out;
}

nlohmann::ordered_json RefinementReport::json() const {
  char const* const share = describe(plan.objective_per == ObjectivePer::requests ? Quantity::violated_request_share : Quantity::violated_share).name;
  auto list = nlohmann::ordered_json::array();
  for (auto const& c : comparisons) {
    nlohmann::ordered_json entry{{"settings", settings_json(plan.axes, c.cell)}};
    if (!c.problem.empty()) {
      entry["problem"] = c.problem;
      entry[share] = entry[describe(Quantity::cost_usd).name] = entry["warning"] = nullptr;
    } else {
      entry["problem"] = nullptr;
      entry[share] = both(c.at_tick.violated_share, c.at_shorter_tick.violated_share, c.factor());
      entry[describe(Quantity::cost_usd).name] =
          both(c.at_tick.cost_usd, c.at_shorter_tick.cost_usd, c.at_shorter_tick.cost_usd / c.at_tick.cost_usd);
      entry["warning"] = c.is_warning();
    }
    list.push_back(std::move(entry));
  }
  return {{"tick_seconds", plan.tick_seconds},
          {"shorter_tick_seconds", shorter_seconds},
          {"realizations", realizations},
          {"warnings", warnings()},
          {"settings", std::move(list)}};
}

}  // namespace fleetcast
