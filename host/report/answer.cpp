#include "answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/config/keys.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

std::string whole(std::uint64_t count) { return grouped(static_cast<double>(count)); }

/// "on at least 95.0% of days"
std::string often_enough(Answer const& answer) {
  std::string const& period = answer.tallies.period;
  return fmt::format("{} at least {} of {}", period == "day" ? "on" : "in", round_percent(answer.decisions.rule.reliability), periods(period));
}

std::string setting(Answer const& answer, std::uint64_t cell) { return setting_text(answer.tallies.axes, answer.decisions.choices, cell); }

std::string settings(std::uint64_t count) { return count == 1 ? "one setting" : whole(count) + " settings"; }

std::string met_text(Answer const& answer, std::uint64_t cell) {
  Estimate const met = answer.estimates.objective_met(cell);
  return fmt::format("{} of {} [{}, {}]", percent(met.mean), periods(answer.tallies.period), percent(met.low), percent(met.high));
}

std::string chosen_text(Answer const& answer, Decision const& decision) {
  std::uint64_t const chosen = *decision.selection.chosen;
  std::string const period = per_period(answer.tallies.period);
  std::uint64_t const others = decision.selection.not_excluded;
  std::uint64_t const looked_at = decision.selection.valid();
  Estimate const cost = answer.estimates.cost_usd(chosen);
  std::string out = fmt::format("Take {}. With {} confidence it keeps the promise ({}) {}.", setting(answer, chosen),
                                round_percent(answer.confidence), promise_text(answer, chosen), often_enough(answer));
  out += fmt::format(" {} {} USD {} [{}, {}].",
                     looked_at == 1 ? "It costs" : fmt::format("Of {} settings it is the cheapest known to:", whole(looked_at)), usd(cost.mean),
                     period, usd(cost.low), usd(cost.high));
  if (others == 0) return out + (looked_at == 1 ? "" : " No other can be cheaper and keep it.");
  double const saving = decision.selection.largest_saving_usd;
  out += fmt::format(" {} can't be excluded yet", others == 1 ? "One other" : whole(others) + " others");
  return out + (std::isfinite(saving)
                    ? fmt::format("; with {} {} USD {} could be saved at most.", others == 1 ? "it" : "one of them", usd(saving), period)
                    : ".");
}

std::string nothing_sure_text(Answer const& answer, Decision const& decision) {
  std::uint64_t const best = decision.ranked.front();
  bool const keeps = share_of_realizations(answer.tallies, answer.tallies.met, best) >= answer.decisions.rule.reliability;
  std::uint64_t const needed = decision.selection.realizations_needed;
  std::string out = fmt::format("No setting surely keeps the promise ({}) {} yet", promise_text(answer, best), often_enough(answer));
  if (needed > 0) {
    std::uint64_t const done = answer.tallies.realizations[best];
    out += fmt::format(": {} {}; {} {} {}", sample_name(answer.tallies.period, done),
                       done == 1 ? "is too few to prove it, be it good" : "are too few to prove it, be they all good",
                       settings(answer.decisions.rule.family_size), answer.decisions.rule.family_size == 1 ? "takes" : "take", whole(needed));
  }
  out += fmt::format(". {} can't be excluded. ", decision.selection.not_excluded == 1 ? "One" : whole(decision.selection.not_excluded));
  if (keeps)
    return out + fmt::format("By the estimate the cheapest that keeps it is {}: met on {}, {} USD {}.", setting(answer, best), met_text(answer, best),
                             usd(mean_cost_usd(answer.tallies, best)), per_period(answer.tallies.period));
  return out + fmt::format("None keeps it by its estimate; nearest comes {}: met on {}.", setting(answer, best), met_text(answer, best));
}

std::string none_text(Answer const& answer, Decision const& decision) {
  std::uint64_t const best = decision.ranked.front();
  double const missing = answer.decisions.rule.reliability - answer.estimates.objective_met(best).mean;
  return fmt::format(
      "With {} confidence no setting keeps the promise ({}) {}: {} {}. The least bad is {}: met on {}, {:.3g} percentage points short.",
      round_percent(answer.confidence), promise_text(answer, best), often_enough(answer),
      decision.selection.infeasible == 1 ? "the only one" : fmt::format("all {}", whole(decision.selection.infeasible)),
      decision.selection.infeasible == 1 ? "falls short" : "fall short", setting(answer, best), met_text(answer, best), 100.0 * missing);
}

}  // namespace

std::string standing_text(Standing standing) {
  switch (standing) {
    case Standing::invalid: return "invalid";
    case Standing::best: return "best so far";
    case Standing::not_excluded: return "not excluded";
    case Standing::infeasible: return "breaks promise";
    case Standing::dearer: return "dearer";
  }
  return "";
}

std::string standing_name(Standing standing) {
  switch (standing) {
    case Standing::invalid: return "invalid";
    case Standing::best: return "best";
    case Standing::not_excluded: return "not_excluded";
    case Standing::infeasible: return "infeasible";
    case Standing::dearer: return "dearer";
  }
  return "";
}

Standing standing_of(Decision const& decision, std::uint64_t cell) {
  auto const& cells = decision.scope.cells;
  auto const at = std::lower_bound(cells.begin(), cells.end(), cell);
  return decision.selection.standing[static_cast<std::size_t>(at - cells.begin())];
}

std::vector<std::uint64_t> shown_cells(Answer const& answer, Decision const& decision) {
  auto const& ranked = decision.ranked;
  return {ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(std::min(answer.shown, ranked.size()))};
}

std::vector<std::uint64_t> shown_cells(Answer const& answer) {
  auto const& decisions = answer.decisions.by_condition;
  if (decisions.size() == 1) return shown_cells(answer, decisions.front());
  std::vector<std::uint64_t> cells;
  for (auto const& decision : decisions)
    if (!decision.ranked.empty() && cells.size() < answer.shown) cells.push_back(decision.ranked.front());
  return cells;
}

std::string promise_text(Answer const& answer, std::uint64_t cell) {
  auto const& sla = answer.sweep.sla;
  double const tpot = answer_value(answer, "sla.tpot_ms", sla.tpot_ms, cell);
  return fmt::format("{} of {} within {} ms TTFT{}", round_percent(answer.tallies.objective[cell]),
                     answer.tallies.objective_per == ObjectivePer::requests ? "requests" : "minutes",
                     shortest(answer_value(answer, "sla.ttft_ms", sla.ttft_ms, cell)),
                     tpot > 0 ? fmt::format(" and {} ms TPOT", shortest(tpot)) : "");
}

std::string answer_text(Answer const& answer, Decision const& decision) {
  if (decision.ranked.empty()) return "Every setting here contradicts itself: there is nothing to choose from.";
  if (decision.selection.chosen) return chosen_text(answer, decision);
  return decision.selection.not_excluded > 0 ? nothing_sure_text(answer, decision) : none_text(answer, decision);
}

std::string counts_text(Decision const& decision) {
  auto const& s = decision.selection;
  return fmt::format("{} valid of {}: {} best so far, {} not excluded, {} excluded ({} surely {} the promise, {} surely dearer)", whole(s.valid()),
                     whole(decision.scope.cells.size()), s.best, whole(s.not_excluded), whole(s.excluded()), whole(s.infeasible),
                     s.infeasible == 1 ? "breaks" : "break", whole(s.dearer));
}

double answer_value(Answer const& answer, std::string const& key, double sweeps, std::uint64_t cell) {
  auto const& axes = answer.tallies.axes;
  auto const axis = std::find_if(axes.begin(), axes.end(), [&](Axis const& a) { return a.key == key; });
  if (axis == axes.end()) return sweeps;
  return axis->values[cell_position(axes, cell)[static_cast<std::size_t>(axis - axes.begin())]];
}

std::string among_stayed(Answer const& answer) {
  auto const& left = answer.tallies.left_race;
  bool const some_left = std::any_of(left.begin(), left.end(), [](std::uint8_t why) { return why != 0; });
  return some_left ? " among the settings that stayed in the race" : "";
}

std::string notes_text(Answer const& answer) {
  auto const& t = answer.tallies;
  std::string out;
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  bool constant = false;
  for (auto const& decision : answer.decisions.by_condition)
    for (std::uint64_t const cell : shown_cells(answer, decision)) {
      fewest = std::min(fewest, t.realizations[cell]);
      constant |= t.realizations[cell] > 1 && answer.estimates.cost_usd(cell).std_error == 0.0;
    }
  std::uint64_t needed = 0;
  for (auto const& decision : answer.decisions.by_condition) needed = std::max(needed, decision.selection.realizations_needed);
  if (needed > 0 && answer.decisions.by_condition.size() > 1)
    out += fmt::format("  To prove that a setting keeps the promise takes {} at least, with {} looked at together.\n", sample_name(t.period, needed),
                       settings(answer.decisions.rule.family_size));
  if (fewest < 50)
    out += fmt::format("  {} {} too few for intervals of means, which need 50; shares of {} have exact ones.\n", sample_name(t.period, fewest),
                       fewest == 1 ? "is" : "are", periods(t.period));
  if (constant) out += fmt::format("  Where a cost's interval is a point it was the same in every one of the {}.\n", periods(t.period));
  return out +
         fmt::format(
             "  Intervals hold one by one, at {}; what is surely so holds for all settings together. Both speak of sampling, not of the model.\n",
             round_percent(answer.confidence));
}

}  // namespace fleetcast
