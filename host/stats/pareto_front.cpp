#include "pareto_front.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "cost_difference.hpp"
#include "selection.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

namespace {

/// Cells of the front that another one's cost is compared with, at most.
constexpr std::size_t most_rivals = 16;

/// A cell of the front, as others are compared with it.
struct Rival {
  CostLine cost;
  double share;
  double share_high;
  double least_share_high;  ///< of this one and all cheaper ones
};

/// Places (in `cells`) of the cells that no other one's estimates beat, by rising cost.
std::vector<std::size_t> best_estimates(CellTallies const& tallies, std::span<std::uint64_t const> cells) {
  struct Point {
    double cost, share;
    std::size_t place;
  };
  std::vector<Point> points;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (tallies.stayed(cells[i])) points.push_back({mean_cost_usd(tallies, cells[i]), mean_promised_share(tallies, cells[i]), i});
  std::sort(points.begin(), points.end(),
            [](Point const& a, Point const& b) { return std::tie(a.cost, a.share, a.place) < std::tie(b.cost, b.share, b.place); });
  std::vector<std::size_t> best;
  std::optional<double> least_share;
  for (auto const& point : points) {
    if (least_share && !(point.share < *least_share)) continue;
    best.push_back(point.place);
    least_share = point.share;
  }
  return best;
}

}  // namespace

ParetoFront pareto_front(CellTallies const& tallies, double alpha, std::uint64_t family_size, std::span<std::uint64_t const> cells) {
  auto const valid = static_cast<double>(family_size > 0 ? family_size : count_valid(tallies, cells));
  double const cost_tail = 0.5 * alpha / (valid * valid);
  double const share_tail = 0.25 * alpha / valid;
  TallyEstimates estimates(tallies, 1.0 - 2.0 * share_tail);
  std::map<std::uint64_t, double> t_of;
  auto const t = [&](std::uint64_t n) {
    auto const [at, is_new] = t_of.try_emplace(n);
    if (is_new) at->second = one_sided_t(n, cost_tail);
    return at->second;
  };

  ParetoFront out;
  out.place.assign(cells.size(), FrontPlace::beaten);
  std::vector<Rival> rivals;
  for (std::size_t const place : best_estimates(tallies, cells)) {
    out.place[place] = FrontPlace::on_front;
    out.front.push_back(cells[place]);
    double const high = estimates.promised_share(cells[place]).high;
    rivals.push_back({cost_line(tallies, cells[place]), mean_promised_share(tallies, cells[place]), high,
                      rivals.empty() ? high : std::min(high, rivals.back().least_share_high)});
  }

  auto const surely_cheaper = [&](Rival const& rival, CostLine const& cost) {
    double const margin = cost.mean_usd - rival.cost.mean_usd;
    return margin > 0.0 && margin > t(std::min(cost.realizations, rival.cost.realizations)) * difference_std_error_usd(cost, rival.cost);
  };
  auto const surely_beaten = [&](std::uint64_t cell) {
    CostLine const cost = cost_line(tallies, cell);
    double const share = mean_promised_share(tallies, cell);
    // rivals stand by rising cost, so the first that will do leaves the widest margin
    auto const violates_less = std::partition_point(rivals.begin(), rivals.end(), [&](Rival const& r) { return !(r.share < share); });
    if (violates_less == rivals.end() || !surely_cheaper(*violates_less, cost)) return false;  // spares most cells the interval, which takes longest
    double const low = estimates.promised_share(cell).low;
    auto rival = std::partition_point(rivals.begin(), rivals.end(), [&](Rival const& r) { return !(r.least_share_high < low); });
    for (std::size_t tried = 0; rival != rivals.end() && tried < most_rivals; ++rival, ++tried)
      if (rival->share_high < low && surely_cheaper(*rival, cost)) return true;
    return false;
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!tallies.stayed(cells[i]) || out.place[i] == FrontPlace::on_front || surely_beaten(cells[i])) continue;
    out.place[i] = FrontPlace::may_belong;
    ++out.may_belong;
  }
  return out;
}

}  // namespace fleetcast
