#include "outlook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_difference.hpp"
#include "estimate.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Kullback-Leibler divergence of Bernoulli(seen) from Bernoulli(p), p in (0, 1).
double divergence(double seen, double p) {
  auto const part = [](double a, double b) { return a > 0.0 ? a * std::log(a / b) : 0.0; };
  return part(seen, p) + part(1.0 - seen, 1.0 - p);
}

/// Realizations that tell a share seen from p at the level; infinite where both agree.
double to_tell_share(double seen, double p, double level) {
  double const apart = divergence(seen, p);
  return apart > 0.0 ? std::log(1.0 / level) / apart : infinite;
}

/// A cell in question: what it costs, and from how many realizations on it is known to keep the promise, or not to.
struct Open {
  std::uint64_t cell;
  CostLine cost;
  bool keeps;
  double known_from;
};

/// The selection if all open cells had been run `factor` times as often.
OutlookStep step_at(double factor, std::vector<Open> const& open, double each) {
  OutlookStep step{factor * static_cast<double>(open.front().cost.realizations), {}, 0, 0};
  Open const* chosen = nullptr;
  for (auto const& o : open)
    if (o.keeps && o.known_from <= step.realizations && (chosen == nullptr || o.cost.mean_usd < chosen->cost.mean_usd)) chosen = &o;
  if (chosen != nullptr) step.chosen = chosen->cell;
  double const t = chosen == nullptr ? infinite : one_sided_t(static_cast<std::uint64_t>(step.realizations), each / 4);
  for (auto const& o : open) {
    if (&o == chosen || (!o.keeps && o.known_from <= step.realizations)) continue;
    double const saving =
        std::isinf(t) ? infinite : chosen->cost.mean_usd - o.cost.mean_usd + t * difference_std_error_usd(o.cost, chosen->cost) / std::sqrt(factor);
    if (saving < 0.0) continue;
    ++step.not_excluded;
    step.largest_saving_usd = std::max(step.largest_saving_usd, saving);
  }
  return step;
}

}  // namespace

std::vector<OutlookStep> outlook(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                                 std::span<std::uint64_t const> cells, double indifference) {
  double const each = rule.alpha / static_cast<double>(rule.family_size > 0 ? rule.family_size : selection.valid());
  std::vector<Open> open;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Standing const standing = selection.standing[i];
    if (standing != Standing::best && standing != Standing::not_excluded) continue;
    double const share = share_of_realizations(tallies, tallies.met, cells[i]);
    open.push_back({cells[i], cost_line(tallies, cells[i]), share >= rule.reliability,
                    standing == Standing::best ? 0.0 : to_tell_share(share, rule.reliability, each / 2)});
  }
  if (open.empty() || open.front().cost.realizations < fewest_for_intervals) return {};
  std::vector<OutlookStep> steps{
      {static_cast<double>(open.front().cost.realizations), selection.chosen, selection.not_excluded, selection.largest_saving_usd}};
  for (double const factor : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0}) {
    if (is_settled(tallies, steps.back(), indifference)) break;
    steps.push_back(step_at(factor, open, each));
  }
  return steps;
}

bool is_settled(CellTallies const& tallies, OutlookStep const& step, double indifference) {
  return step.chosen && step.largest_saving_usd <= indifference * mean_cost_usd(tallies, *step.chosen);
}

}  // namespace fleetcast
