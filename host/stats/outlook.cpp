#include "outlook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_difference.hpp"
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

}  // namespace

std::optional<Outlook> outlook(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                               std::span<std::uint64_t const> cells, double indifference) {
  double const each = rule.alpha / static_cast<double>(rule.family_size > 0 ? rule.family_size : selection.valid());
  auto const share = [&](std::uint64_t cell) { return share_of_realizations(tallies, tallies.met, cell); };
  std::optional<Outlook> out;
  if (!selection.chosen) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (selection.standing[i] != Standing::not_excluded) continue;
      double const enough = share(cells[i]) > rule.reliability ? to_tell_share(share(cells[i]), rule.reliability, each) : infinite;
      if (!out || enough < out->realizations) out = {enough, cells[i]};
    }
    return out;
  }

  CostLine const chosen = cost_line(tallies, *selection.chosen);
  double const spare = indifference * chosen.mean_usd;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (selection.standing[i] != Standing::not_excluded) continue;
    CostLine const line = cost_line(tallies, cells[i]);
    double const t = one_sided_t(std::min(line.realizations, chosen.realizations), each / 4);
    double const saving = chosen.mean_usd - line.mean_usd;
    double const width = std::isinf(t) ? infinite : t * difference_std_error_usd(line, chosen);
    if (saving + width <= spare) continue;
    double const by_cost =
        saving < spare && std::isfinite(width) ? static_cast<double>(line.realizations) * std::pow(width / (spare - saving), 2) : infinite;
    double const enough = std::min(by_cost, to_tell_share(share(cells[i]), rule.reliability, each / 4));
    if (!out || enough > out->realizations) out = {enough, cells[i]};
  }
  return out;
}

}  // namespace fleetcast
