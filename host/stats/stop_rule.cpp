#include "stop_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "decision_scope.hpp"
#include "host/config/keys.hpp"
#include "pareto_front.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The metric of [stop] as a quantity; none for "none", "selection" and "objective_met_share".
std::optional<Quantity> quantity_named(std::string const& name) {
  for (std::uint32_t q = 0; q < quantity_count; ++q)
    if (name == describe(static_cast<Quantity>(q)).name) return static_cast<Quantity>(q);
  return std::nullopt;
}

/// Keeps the larger of what was found and of which cell.
void find(LookRecord& record, double found, std::optional<std::uint64_t> cell) {
  if (found <= record.found && record.limiting) return;
  record.found = std::max(record.found, found);
  record.limiting = cell;
}

}  // namespace

StopRule::StopRule(Plan const& plan, std::function<double()> seconds) : plan_(plan), seconds_(std::move(seconds)) {
  if (plan.config.search.race) left_race_.assign(plan.cells, static_cast<std::uint8_t>(LeftRace::stayed));
}

std::vector<std::uint64_t> StopRule::still_running(std::vector<std::uint64_t> const& cells) const {
  std::vector<std::uint64_t> running;
  for (std::uint64_t const cell : cells)
    if (plan_.is_valid(cell) && (left_race_.empty() || left_race_[cell] == 0)) running.push_back(cell);
  return running;
}

LookVerdict StopRule::judge(SweepSums const& sums, std::uint32_t look) {
  StopConfig const& stop = plan_.config.stop;
  CellTallies tallies = tally(plan_, sums);
  tallies.left_race = left_race_;
  LookRecord record{.realizations = plan_.looks[look - 1], .confidence = tallies.look_confidence};

  std::vector<std::vector<std::uint64_t>> running;  // by combination of conditions
  for (auto const& condition : DecisionScope(plan_.axes).by_condition(plan_.axes)) {
    running.push_back(still_running(condition.cells));
    record.running += running.back().size();
  }
  bool const race = plan_.config.search.race;
  std::vector<Selection> selections;
  if (race || stop.metric == "selection")
    for (auto const& cells : running)
      selections.push_back(select(tallies, {tallies.reliability, 1.0 - tallies.look_confidence, plan_.valid_cells()}, cells));

  if (stop.metric == "selection")
    judge_selections(tallies, selections, record);
  else if (stop.metric != "none")
    judge_widths(sums, tallies, running, record);

  record.enough = stop.metric != "none" && record.found <= 1.0;
  out_of_time_ = !record.enough && stop.max_seconds > 0 && seconds_() >= stop.max_seconds;
  LookVerdict verdict{record.enough || out_of_time_, {}};
  if (race && !verdict.enough && look < plan_.looks.size()) {  // leaving at the last look would save nothing
    verdict.leaving.assign(plan_.cells, 0);
    for (std::size_t i = 0; i < running.size(); ++i)
      for (std::size_t k = 0; k < running[i].size(); ++k) {
        Standing const standing = selections[i].standing[k];
        if (standing != Standing::infeasible && standing != Standing::dearer) continue;
        LeftRace const why = standing == Standing::infeasible ? LeftRace::infeasible : LeftRace::dearer;
        left_race_[running[i][k]] = static_cast<std::uint8_t>(why);
        verdict.leaving[running[i][k]] = 1;
        ++record.leaving;
      }
  }
  looks_.push_back(record);
  return verdict;
}

void StopRule::judge_selections(CellTallies const& tallies, std::vector<Selection> const& selections, LookRecord& record) const {
  for (Selection const& s : selections) {
    if (!s.chosen) {
      // settled, too, where no cell can keep the promise
      if (s.not_excluded > 0) find(record, infinite, s.limiting);
      continue;
    }
    double const matters = plan_.config.stop.indifference * mean_cost_usd(tallies, *s.chosen);
    if (s.largest_saving_usd > 0) find(record, matters > 0 ? s.largest_saving_usd / matters : infinite, s.limiting);
  }
}

double StopRule::allowed_half_width(std::optional<Quantity> quantity, Estimate const& estimate, std::uint64_t cell) const {
  StopConfig const& stop = plan_.config.stop;
  bool const of_promise = quantity == Quantity::violated_share || quantity == Quantity::violated_request_share || quantity == Quantity::shed_share;
  double const measure = !quantity    ? 1.0 - plan_.config.sla.reliability
                         : of_promise ? 1.0 - plan_.policies[plan_.policy_of(cell)].objective
                                      : std::fabs(estimate.mean);
  double const relative = stop.relative_half_width > 0 ? stop.relative_half_width * measure : infinite;
  return std::min(stop.half_width > 0 ? stop.half_width : infinite, relative);
}

void StopRule::judge_widths(SweepSums const& sums, CellTallies const& tallies, std::vector<std::vector<std::uint64_t>> const& running,
                            LookRecord& record) const {
  StopConfig const& stop = plan_.config.stop;
  std::optional<Quantity> const quantity = quantity_named(stop.metric);
  CellStatistics const statistics(plan_, sums);
  auto const look_at = [&](std::uint64_t cell) {
    Estimate const e = quantity ? statistics.of(*quantity, cell).estimate : statistics.objective_met(cell);
    if (std::isnan(e.mean)) return;  // a ratio over nothing, such as a share of no requests
    double const half_width = std::max(e.high - e.mean, e.mean - e.low);
    double const allowed = allowed_half_width(quantity, e, cell);
    double const found = half_width == 0 ? 0.0 : half_width / allowed;
    find(record, std::isnan(found) ? infinite : found, cell);
  };
  for (auto const& cells : running) {
    if (stop.cells == "all") {
      std::for_each(cells.begin(), cells.end(), look_at);
    } else {
      auto const front = pareto_front(tallies, 1.0 - tallies.look_confidence, plan_.valid_cells(), cells).front;
      std::for_each(front.begin(), front.end(), look_at);
    }
  }
  // ratios over nothing everywhere: nothing is known
  bool const none_looked_at = !record.limiting && record.running > 0;
  if (none_looked_at) record.found = infinite;
}

std::string StopRule::reason() const {
  if (looks_.empty()) return "all realizations done";
  LookRecord const& last = looks_.back();
  StopConfig const& stop = plan_.config.stop;
  if (last.enough) return stop.metric == "selection" ? "the selection is settled" : stop.metric + " is known well enough";
  if (out_of_time_ && last.realizations < plan_.realizations) return fmt::format("stop.max_seconds = {} had passed", shortest(stop.max_seconds));
  if (last.leaving == last.running && last.realizations < plan_.realizations) return "every cell had left the race";
  return "all realizations done";
}

std::string StopRule::rule() const {
  StopConfig const& stop = plan_.config.stop;
  if (!plan_.config.looks()) return {};
  std::string const looks = fmt::format("looks at {} realizations and at each doubling, at most {}; look j spends {:.6g} * 2^-j",
                                        shortest(stop.first_look), plan_.realizations, 1.0 - plan_.config.sweep.confidence);
  if (stop.metric == "none") return "race to the end; " + looks;
  if (stop.metric == "selection")
    return fmt::format("until no setting left can save more than {} of the chosen one's cost; {}", shortest(stop.indifference), looks);
  std::string wanted;
  if (stop.half_width > 0) wanted = shortest(stop.half_width);
  if (stop.relative_half_width > 0) {
    bool const of_promise = stop.metric == "violated_share" || stop.metric == "violated_request_share" || stop.metric == "shed_share";
    wanted += fmt::format("{}{} of {}", wanted.empty() ? "" : " and ", shortest(stop.relative_half_width),
                          of_promise                             ? "1 - objective"
                          : stop.metric == "objective_met_share" ? "1 - reliability"
                                                                 : "the mean");
  }
  return fmt::format("until the half-width of {} is at most {} in {}; {}", stop.metric, wanted,
                     stop.cells == "all" ? "every cell" : "every cell of the front", looks);
}

}  // namespace fleetcast
