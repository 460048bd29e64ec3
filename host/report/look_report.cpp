#include "look_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

double LookReport::factor_saved() const {
  return static_cast<double>(plan.valid_cells()) * plan.realizations / static_cast<double>(effort.cell_realizations);
}

std::string LookReport::text() const {
  bool const race = plan.config.search.race;
  bool const metric = plan.config.stop.metric != "none";
  std::vector<std::string> header{"look", "realizations", "confidence", "cells running"};
  if (race) header.emplace_back("left");
  if (metric) header.insert(header.end(), {"found over wanted", "limited by"});
  TextTable table(header);
  std::vector<std::size_t> all_axes(plan.axes.size());
  std::iota(all_axes.begin(), all_axes.end(), std::size_t{0});
  for (std::size_t j = 0; j < rule.looks().size(); ++j) {
    LookRecord const& look = rule.looks()[j];
    std::vector<std::string> row{std::to_string(j + 1), grouped(static_cast<double>(look.realizations)),
                                 fmt::format("{:.6g}%", 100 * look.confidence), grouped(static_cast<double>(look.running))};
    if (race) row.push_back(grouped(static_cast<double>(look.leaving)));
    if (metric) {
      row.push_back(std::isfinite(look.found) ? fmt::format("{:.3g}", look.found) : "–");
      row.push_back(look.limiting ? setting_text(plan.axes, all_axes, *look.limiting) : "–");
    }
    table.add(std::move(row));
  }
  std::string out = fmt::format("  Stopped after {} of {} realizations: {}.\n\n{}", grouped(static_cast<double>(rule.looks().back().realizations)),
                                grouped(plan.realizations), rule.reason(), table.render());
  if (race) {
    auto const stayed = static_cast<double>(plan.valid_cells()) -
                        static_cast<double>(std::count_if(rule.left_race().begin(), rule.left_race().end(), [](auto why) { return why != 0; }));
    out += fmt::format("\n  Race: {} of {} cells stayed, {:.1f} times fewer cell-realizations than the full grid. With {} confidence {}.\n",
                       grouped(stayed), grouped(static_cast<double>(plan.valid_cells())), factor_saved(), round_percent(plan.config.sweep.confidence),
                       stayed > 0 ? "the cheapest that keeps the promise, if any does, is one of them" : "none keeps the promise");
  }
  return out;
}

nlohmann::ordered_json look_json(Plan const& plan, LookRecord const& look) {
  nlohmann::ordered_json out{{"realizations", look.realizations}, {"confidence", look.confidence}, {"cells_running", look.running}};
  if (plan.config.search.race) out["cells_left"] = look.leaving;
  if (plan.config.stop.metric != "none") {
    out["found_over_wanted"] = std::isfinite(look.found) ? nlohmann::ordered_json(look.found) : nlohmann::ordered_json(nullptr);
    out["limiting_cell"] = look.limiting ? settings_json(plan.axes, *look.limiting) : nlohmann::ordered_json(nullptr);
  }
  return out;
}

nlohmann::ordered_json LookReport::json() const {
  nlohmann::ordered_json out;
  out["rule"] = rule.rule();
  out["reason"] = rule.reason();
  auto& looks = out["looks"] = nlohmann::ordered_json::array();
  for (LookRecord const& look : rule.looks()) looks.push_back(look_json(plan, look));
  if (plan.config.search.race)
    out["race"] = {{"cell_realizations", effort.cell_realizations},
                   {"full_grid_cell_realizations", plan.valid_cells() * plan.realizations},
                   {"factor_saved", factor_saved()},
                   {"family_wise_error", 1.0 - plan.config.sweep.confidence}};
  return out;
}

}  // namespace fleetcast
