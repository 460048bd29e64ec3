#include "answer_json.hpp"

#include <cmath>

#include "host/stats/cell_figures.hpp"
#include "setting_text.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json cell_json(Answer const& answer, Decision const& decision, std::uint64_t cell) {
  return {{"cell", cell},
          {"settings", settings_json(answer.tallies.axes, cell)},
          {"standing", standing_name(standing_of(decision, cell))},
          {"realizations", answer.tallies.realizations[cell]}};
}

Json quantiles_json(std::span<QuantileEstimate const> quantiles) {
  auto out = Json::array();
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    out.push_back({{"quantile", told_quantiles[i]},
                   {"value", number(quantiles[i].value)},
                   {"low", number(quantiles[i].low)},
                   {"high", number(quantiles[i].high)}});
  return out;
}

/// The baseline of a cell's scenario, and what the cell changes against it.
Json baseline_json(Answer const& answer, BaselineDifference const& difference, std::uint64_t cell) {
  std::uint64_t const baseline = answer.tallies.baseline->cell[cell];
  return {{"cell", baseline},
          {"settings", settings_json(answer.tallies.axes, baseline)},
          {"cost_usd_difference", estimate_json(difference.cost_usd)},
          {"violated_share_difference", estimate_json(difference.violated_share)},
          {"violated_request_share_difference", estimate_json(difference.violated_request_share)}};
}

/// A cell with its decisive figures.
Json short_json(Answer const& answer, Decision const& decision, std::uint64_t cell) {
  Json out = cell_json(answer, decision, cell);
  out["cost_usd"] = estimate_json(answer.estimates.cost_usd(cell));
  out["promised_share"] = estimate_json(answer.estimates.promised_share(cell));
  out["objective_met_share"] = estimate_json(answer.estimates.objective_met(cell));
  if (answer.tallies.baseline) out["baseline"] = baseline_json(answer, difference_to_baseline(answer.tallies, answer.estimates, cell), cell);
  return out;
}

/// A cell with every figure.
Json full_json(Answer const& answer, Decision const& decision, std::uint64_t cell) {
  CellFigures const figures = cell_figures(answer.tallies, answer.estimates, answer.details, cell);
  Json out = cell_json(answer, decision, cell);
  for (std::uint32_t q = 0; q < quantity_count; ++q) out[describe(static_cast<Quantity>(q)).name] = estimate_json(figures.quantities[q]);
  out["objective_met_share"] = estimate_json(figures.objective_met);
  out["budget_burn"] = estimate_json(figures.budget_burn);
  out["cost_usd_known_work"] = estimate_json(figures.controlled.usd);
  out["cost_usd_known_work"]["variance_factor"] = number(figures.controlled.variance_factor);
  out["cost_usd_tail"] = estimate_json(figures.cost_usd_tail);
  out["cost_usd_tail"]["share"] = told_tail;
  out["cost_usd_quantiles"] = quantiles_json(figures.cost_usd);
  out["violated_share_quantiles"] = quantiles_json(figures.violated_share);
  if (answer.tallies.baseline) out["baseline"] = baseline_json(answer, figures.difference, cell);
  return out;
}

Json list(Answer const& answer, Decision const& decision, std::span<std::uint64_t const> cells) {
  auto out = Json::array();
  for (std::uint64_t const cell : cells) out.push_back(short_json(answer, decision, cell));
  return out;
}

Json prices_json(Answer const& answer, Decision const& decision) {
  auto out = Json::array();
  auto const cell = [&](std::optional<std::uint64_t> which) { return which ? short_json(answer, decision, *which) : Json(nullptr); };
  for (auto const& price : decision.prices)
    out.push_back({{"objective", price.objective}, {"surely", cell(price.surely)}, {"by_estimate", cell(price.by_estimate)}});
  return out;
}

Json outlook_json(Answer const& answer, Decision const& decision) {
  auto out = Json::array();
  for (auto const& step : decision.outlook)
    out.push_back({{"realizations", step.realizations},
                   {"chosen", step.chosen ? Json(*step.chosen) : Json(nullptr)},
                   {"cost_usd", step.chosen ? number(mean_cost_usd(answer.tallies, *step.chosen)) : Json(nullptr)},
                   {"not_excluded", step.not_excluded},
                   {"largest_saving_usd", number(step.largest_saving_usd)}});
  return out;
}

Json effects_json(Answer const& answer, Decision const& decision) {
  auto out = Json::object();
  for (std::size_t i = 0; i < answer.decisions.choices.size(); ++i) {
    auto const effect = [&](std::vector<AxisEffect> const& effects) {
      return Json{{"main", number(effects[i].main)}, {"total", number(effects[i].total)}};
    };
    out[answer.tallies.axes[answer.decisions.choices[i]].key] = {{"cost_usd", effect(decision.effects.cost)},
                                                                 {"promised_share", effect(decision.effects.promised_share)},
                                                                 {"objective_met_share", effect(decision.effects.objective_met)}};
  }
  return out;
}

Json decision_json(Answer const& answer, Decision const& decision) {
  auto const& s = decision.selection;
  Json out{{"answer", answer_text(answer, decision)},
           {"counts",
            {{"cells", decision.scope.cells.size()},
             {"valid", s.valid()},
             {"best", s.best},
             {"not_excluded", s.not_excluded},
             {"excluded", s.excluded()},
             {"infeasible", s.infeasible},
             {"dearer", s.dearer}}}};
  out["chosen"] = s.chosen ? full_json(answer, decision, *s.chosen) : Json(nullptr);
  out["candidates"] = list(answer, decision, shown_cells(answer, decision));
  out["largest_saving_usd"] = s.chosen ? number(s.largest_saving_usd) : Json(nullptr);
  out["front"] = list(answer, decision, decision.front.front);
  out["may_belong_to_front"] = decision.front.may_belong;
  out["prices"] = prices_json(answer, decision);
  out["effects"] = effects_json(answer, decision);
  out["realizations_needed"] = s.realizations_needed > 0 ? Json(s.realizations_needed) : Json(nullptr);
  out["outlook"] = outlook_json(answer, decision);
  return out;
}

}  // namespace

Json estimate_json(Estimate const& e) { return {{"mean", number(e.mean)}, {"low", number(e.low)}, {"high", number(e.high)}}; }

Json answer_json(Answer const& answer) {
  auto const& d = answer.decisions;
  Json out{{"period", answer.tallies.period},
           {"reliability", d.rule.reliability},
           {"confidence", answer.confidence},
           {"promised_share", answer.tallies.objective_per == ObjectivePer::requests ? "violated_request_share" : "violated_share"},
           {"cells", answer.tallies.cells()}};
  if (d.by_condition.size() == 1) {
    out.update(decision_json(answer, d.by_condition.front()));
    return out;
  }
  auto conditions = Json::array();
  for (auto const& decision : d.by_condition) {
    Json one{{"settings", Json::object()}};
    for (std::size_t const axis : d.conditions)
      one["settings"][answer.tallies.axes[axis].key] = answer.tallies.axes[axis].values[decision.scope.position[axis]];
    one.update(decision_json(answer, decision));
    conditions.push_back(std::move(one));
  }
  out["conditions"] = std::move(conditions);
  return out;
}

}  // namespace fleetcast
