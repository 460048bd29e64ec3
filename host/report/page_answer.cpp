#include "page_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cuda/model/histogram_bins.cuh"
#include "host/stats/cell_figures.hpp"
#include "page_words.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_drawn_front = 400;

std::string whole(std::uint64_t count) { return grouped(static_cast<double>(count)); }

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json estimate(Estimate const& e) { return {{"mean", number(e.mean)}, {"low", number(e.low)}, {"high", number(e.high)}}; }

std::string headline(Answer const& answer, Decision const& decision) {
  std::string const& period = answer.tallies.period;
  std::string const often = often_text(period, answer.decisions.rule.reliability);
  if (decision.selection.chosen)
    return fmt::format("{} {} keeps the promise {}", usd_text(mean_cost_usd(answer.tallies, *decision.selection.chosen)), per_period(period), often);
  return decision.selection.not_excluded > 0 ? "No setting is sure yet to keep the promise " + often : "No setting keeps the promise " + often;
}

Json tiles(Answer const& answer, ResultReader const& result, std::uint64_t cell) {
  CellTallies const& t = answer.tallies;
  CellFigures const figures = cell_figures(t, answer.estimates, result, cell);
  std::string const unit = unit_word(t.objective_per);
  auto out = Json::array();
  auto const add = [&](std::string const& label, char const* kind, Estimate const& e, std::string const& note) {
    Json tile = estimate(e);
    tile.update({{"label", label}, {"kind", kind}, {"note", note}});
    out.push_back(std::move(tile));
  };
  add("cost " + per_period(t.period), "usd", figures.of(Quantity::cost_usd), "");
  add(realizations_word(t.period) + " that keep the promise", "share", figures.objective_met,
      "asked for: " + level_text(answer.decisions.rule.reliability));
  add(unit + " violated", "share",
      figures.of(t.objective_per == ObjectivePer::requests ? Quantity::violated_request_share : Quantity::violated_share),
      "allowed: " + level_text(1.0 - t.objective[cell]));
  add("of the error budget used", "share", figures.budget_burn, "");
  add(fmt::format("on the dearest {} of {}", level_text(told_tail), realizations_word(t.period)), "usd", figures.cost_usd_tail, "");
  add("replicas paid for", "number", figures.of(Quantity::mean_replicas),
      fmt::format("{:.3g} at the peak, on average", figures.of(Quantity::peak_replicas).mean));
  add("of perfect foresight's cost", "ratio", figures.of(Quantity::cost_over_reference), "");
  add("per million tokens", "usd", figures.of(Quantity::usd_per_million_tokens), "");
  if (t.baseline) add("more than the baseline", "usd", figures.difference.cost_usd, "");
  return out;
}

/// Bins that hold realizations, each from its smallest to its largest integer.
Json bins(CellHistogram const& histogram) {
  std::vector<std::uint64_t> low, high, counts;
  for (std::uint32_t bin = 0; bin < histogram.bins.count; ++bin) {
    if (histogram.counts[bin] == 0) continue;
    low.push_back(histogram_edge(histogram.bins.exact_bits, bin));
    high.push_back(histogram_edge(histogram.bins.exact_bits, bin + 1) - 1);
    counts.push_back(histogram.counts[bin]);
  }
  return {{"low", low}, {"high", high}, {"counts", counts}};
}

Json quantiles(Answer const& answer, ResultReader const& result, std::string const& dataset, std::uint64_t cell, double scale) {
  auto const& levels = answer.sweep.sweep.quantiles;
  auto const values = result.row(dataset, cell_position(answer.tallies.axes, cell), levels.size());
  auto out = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) out.push_back({levels[i], values[i] * scale});
  return out;
}

/// A quantile that most realizations stay below, with its interval; ends are null where there are too few realizations for one.
Json tail(std::array<QuantileEstimate, told_quantiles.size()> const& quantiles, double scale) {
  constexpr std::size_t which = 2;
  static_assert(told_quantiles[which] == 0.95);
  auto const& [value, low, high] = quantiles[which];
  return {{"level", told_quantiles[which]}, {"mean", number(value * scale)}, {"low", number(low * scale)}, {"high", number(high * scale)}};
}

Json histograms(Answer const& answer, ResultReader const& result, std::uint64_t cell) {
  CellTallies const& t = answer.tallies;
  CellFigures const figures = cell_figures(t, answer.estimates, result, cell);
  double const minutes_per_tick = t.tick_seconds / 60.0;
  double const minutes = t.ledger_ticks * minutes_per_tick;
  Estimate const violated = answer.estimates.violated_share(cell);
  return Json::array(
      {{{"name", "Cost"},
        {"label", "cost (USD " + per_period(t.period) + ")"},
        {"kind", "usd"},
        {"scale", t.usd[cell]},
        {"bins", bins(result.billed(cell))},
        {"estimate", estimate(answer.estimates.cost_usd(cell))},
        {"tail", tail(figures.cost_usd, 1.0)},
        {"quantiles", quantiles(answer, result, "cost_usd_quantile", cell, 1.0)}},
       {{"name", "Violated minutes"},
        {"label", fmt::format("violated minutes, of {}", grouped(minutes))},
        {"kind", "minutes"},
        {"scale", minutes_per_tick},
        {"bins", bins(result.violated(cell))},
        {"estimate", estimate({violated.mean * minutes, violated.std_error * minutes, violated.low * minutes, violated.high * minutes})},
        {"tail", tail(figures.violated_share, minutes)},
        {"quantiles", quantiles(answer, result, "violated_share_quantile", cell, minutes)}}});
}

Json point_or_null(std::optional<std::uint64_t> cell, PageCells const& cells) { return cell ? Json(cells.point(*cell)) : Json(nullptr); }

/// What the promise takes and what stricter ones do: the surely cheapest settings, or by the estimate where none is sure.
Json prices(Answer const& answer, Decision const& decision, PageCells const& cells) {
  CellTallies const& t = answer.tallies;
  auto const& chosen = decision.selection.chosen;
  auto out = Json::array();
  for (auto const& price : decision.prices) {
    auto const cell = price.surely ? price.surely : price.by_estimate;
    double const premium = cell && chosen ? mean_cost_usd(t, *cell) / mean_cost_usd(t, *chosen) - 1.0 : NAN;
    out.push_back(
        {{"objective", price.objective}, {"point", point_or_null(cell, cells)}, {"sure", price.surely.has_value()}, {"premium", number(premium)}});
  }
  return out;
}

/// What more realizations would tell; empty where there is nothing more to tell.
Json outlook_steps(Decision const& decision, PageCells const& cells) {
  auto out = Json::array();
  if (decision.outlook.size() < 2) return out;
  for (auto const& step : decision.outlook)
    out.push_back({{"realizations", step.realizations},
                   {"point", point_or_null(step.chosen, cells)},
                   {"not_excluded", step.not_excluded},
                   {"saving", number(step.largest_saving_usd)}});
  return out;
}

Json effects(Answer const& answer, Decision const& decision) {
  auto out = Json::array();
  for (std::size_t i = 0; i < answer.decisions.choices.size(); ++i) {
    auto const of = [&](std::vector<AxisEffect> const& all) { return Json{{"main", number(all[i].main)}, {"total", number(all[i].total)}}; };
    out.push_back({{"label", axis_label(answer.tallies.axes[answer.decisions.choices[i]])},
                   {"cost", of(decision.effects.cost)},
                   {"violated", of(decision.effects.promised_share)},
                   {"met", of(decision.effects.objective_met)}});
  }
  return out;
}

/// How sure the answer is and what more would tell, a sentence each.
Json how_sure(Answer const& answer, Decision const& decision) {
  auto out = Json::array();
  std::uint64_t const family = answer.decisions.rule.family_size;
  std::string const confidence = level_text(answer.confidence);
  if (family > 1)
    out.push_back(
        fmt::format("With {} confidence, for all {} settings together: a chosen setting truly keeps the promise. And with {}: the cheapest that "
                    "truly keeps it is not among those excluded.",
                    confidence, whole(family), confidence));
  if (decision.front.may_belong > 0)
    out.push_back(fmt::format("{} on the frontier of cost and violations by their estimates{}; {} more may belong there.",
                              decision.front.front.size() == 1 ? "One setting lies" : whole(decision.front.front.size()) + " settings lie",
                              among_stayed(answer), whole(decision.front.may_belong)));
  if (!among_stayed(answer).empty())
    out.push_back("Settings that left the race ran fewer realizations: they are on no frontier and have no price of a stricter promise.");
  return out;
}

Json points(std::vector<std::uint64_t> const& from, PageCells const& cells) {
  auto out = Json::array();
  for (std::uint64_t const cell : from) out.push_back(cells.point(cell));
  return out;
}

}  // namespace

std::uint64_t focus_of(Decision const& decision) { return decision.ranked.empty() ? decision.scope.cells.front() : decision.ranked.front(); }

std::vector<std::uint64_t> drawn_front(Decision const& decision) {
  auto const& front = decision.front.front;
  if (front.size() <= most_drawn_front) return front;
  std::vector<std::uint64_t> drawn;
  for (std::size_t i = 0; i < most_drawn_front; ++i) drawn.push_back(front[i * (front.size() - 1) / (most_drawn_front - 1)]);
  return drawn;
}

std::vector<std::uint64_t> cells_that_matter(Answer const& answer, Decision const& decision) {
  std::vector<std::uint64_t> cells = shown_cells(answer, decision);
  cells.push_back(focus_of(decision));
  auto const front = drawn_front(decision);
  cells.insert(cells.end(), front.begin(), front.end());
  auto const add = [&](std::optional<std::uint64_t> cell) {
    if (cell) cells.push_back(*cell);
  };
  for (auto const& price : decision.prices) {
    add(price.surely);
    add(price.by_estimate);
  }
  for (auto const& step : decision.outlook) add(step.chosen);
  return cells;
}

Json page_answer(Answer const& answer, ResultReader const& result, Decision const& decision, PageCells const& cells) {
  CellTallies const& t = answer.tallies;
  Selection const& selection = decision.selection;
  std::uint64_t const focus = focus_of(decision);
  bool const ran = t.valid[focus] != 0;
  auto position = Json::array();
  for (std::size_t axis = 0; axis < t.axes.size(); ++axis)
    position.push_back(is_condition(t.axes[axis]) ? Json(cells.position(focus)[axis]) : Json(nullptr));
  return {{"position", std::move(position)},
          {"focus", cells.point(focus)},
          {"is_chosen", selection.chosen.has_value()},
          {"headline", headline(answer, decision)},
          {"lead", answer_text(answer, decision)},
          {"budget", 1.0 - t.objective[focus]},
          {"counts",
           {{"best", selection.best},
            {"not_excluded", selection.not_excluded},
            {"dearer", selection.dearer},
            {"infeasible", selection.infeasible},
            {"invalid", decision.scope.cells.size() - selection.valid()}}},
          {"tiles", ran ? tiles(answer, result, focus) : Json::array()},
          {"front", points(drawn_front(decision), cells)},
          {"near", points(shown_cells(answer, decision), cells)},
          {"prices", prices(answer, decision, cells)},
          {"outlook", outlook_steps(decision, cells)},
          {"effects", effects(answer, decision)},
          {"sure", how_sure(answer, decision)},
          {"histograms", ran ? histograms(answer, result, focus) : Json::array()}};
}

}  // namespace fleetcast
