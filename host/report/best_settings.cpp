#include "best_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/config/keys.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/cell_tallies.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

std::string with_interval(Estimate const& e, auto const& format) { return fmt::format("{} [{}, {}]", format(e.mean), format(e.low), format(e.high)); }

std::string usd(double value) { return grouped(value, value < 100 ? 2 : 0); }

nlohmann::ordered_json number_or_null(double value) { return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr); }

nlohmann::ordered_json estimate_json(Estimate const& e) {
  return {{"mean", number_or_null(e.mean)}, {"low", number_or_null(e.low)}, {"high", number_or_null(e.high)}};
}

}  // namespace

std::string period_name(Plan const& plan) { return period_name(plan.config.sweep); }

std::string sample_name(Plan const& plan) {
  std::string const period = period_name(plan);
  return period == "day" ? grouped(plan.realizations) + " days" : fmt::format("{} realizations of {}", grouped(plan.realizations), period);
}

std::string axis_value(Axis const& axis, double value) {
  if (axis.is_flag) return value != 0 ? "true" : "false";
  return fmt::format("{:.6g}", value);
}

BestSettings::BestSettings(Plan const& plan, SweepSums const& sums) : plan_(plan), statistics_(plan, sums) {
  std::vector<double> cost(plan.cells), violated(plan.cells);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    if (!plan.is_valid(cell)) continue;
    Estimate const share = statistics_.of(statistics_.promised_share(), cell).estimate;
    cost[cell] = statistics_.of(Quantity::cost_usd, cell).estimate.mean;
    violated[cell] = share.mean;
    closest_.push_back(cell);
    if (passes(cell)) passing_.push_back(cell);
  }
  auto const by = [](std::vector<double> const& first, std::vector<double> const& second) {
    return [&](std::uint64_t a, std::uint64_t b) { return std::tuple(first[a], second[a], a) < std::tuple(first[b], second[b], b); };
  };
  std::sort(passing_.begin(), passing_.end(), by(cost, violated));
  std::sort(closest_.begin(), closest_.end(), by(violated, cost));
}

double BestSettings::budget(std::uint64_t cell) const {
  return static_cast<double>(plan_.table.violations_allowed_ppb[plan_.policies[plan_.policy_of(cell)].slot]) / 1e9;
}

bool BestSettings::passes(std::uint64_t cell) const {
  Estimate const share = statistics_.of(statistics_.promised_share(), cell).estimate;
  return (share.high <= budget(cell) || share.mean == 0.0) && statistics_.objective_met(cell).mean > 0.5;
}

/// What the table's numbers can't say by themselves.
std::string BestSettings::caveats(std::vector<std::uint64_t> const& cells) const {
  std::string out;
  auto const unsure = [&](std::uint64_t cell) {
    Estimate const share = statistics_.of(statistics_.promised_share(), cell).estimate;
    return share.mean == 0.0 && share.high > budget(cell);
  };
  if (!passing_.empty() && std::any_of(cells.begin(), cells.end(), unsure))
    out += "  Settings that never broke the promise count as keeping it, though so few realizations can't prove it.\n";
  double fastest = std::numeric_limits<double>::infinity();
  for (auto const& policy : plan_.policies)
    if (policy.problem.empty()) fastest = std::min(fastest, policy.ttft_at_rest_ms - policy.ttft_limit_ms);
  if (fastest > 0)
    out += fmt::format("  Even an idle fleet takes {:.4g} ms longer to its first token than the promise allows: no setting can keep it.\n", fastest);
  return out;
}

std::vector<std::uint64_t> BestSettings::shown(std::size_t count) const {
  auto const& from = passing_.empty() ? closest_ : passing_;
  return {from.begin(), from.begin() + static_cast<std::ptrdiff_t>(std::min(count, from.size()))};
}

std::string BestSettings::table(std::size_t count) const {
  std::string const period = period_name(plan_);
  std::vector<std::string> header;
  for (auto const& name : axis_names(plan_)) header.push_back(name);
  for (auto const& name : {fmt::format("USD per {}", period), std::string("violated"), std::string("objective met"), std::string("replicas"),
                           std::string("shed"), std::string("over reference")})
    header.push_back(name);
  TextTable table(header);
  auto const cells = shown(count);
  for (std::uint64_t const cell : cells) {
    std::vector<std::string> row;
    auto const position = plan_.position_of(cell);
    for (std::size_t i = 0; i < plan_.axes.size(); ++i) row.push_back(axis_value(plan_.axes[i], plan_.axes[i].values[position[i]]));
    auto const of = [&](Quantity q) { return statistics_.of(q, cell).estimate; };
    row.push_back(with_interval(of(Quantity::cost_usd), usd));
    row.push_back(with_interval(of(statistics_.promised_share()), percent));
    row.push_back(with_interval(statistics_.objective_met(cell), percent));
    row.push_back(grouped(of(Quantity::mean_replicas).mean, 2));
    row.push_back(percent(of(Quantity::shed_share).mean));
    row.push_back(fmt::format("{:.2f}×", of(Quantity::cost_over_reference).mean));
    table.add(std::move(row));
  }
  std::string const unit = plan_.objective_per == ObjectivePer::requests ? "requests" : "minutes";
  std::string head;
  if (passing_.empty())
    head = fmt::format("No setting keeps the promise. The best of them by violated {}:\n", unit);
  else
    head = fmt::format("The cheapest {}that keep{} the promise ({} of {} within {} ms TTFT{}; mean [{}% interval]):\n",
                       cells.size() == 1 ? "setting " : fmt::format("{} settings ", cells.size()), cells.size() == 1 ? "s" : "",
                       percent(1.0 - budget(cells.front())), unit, shortest(plan_.config.sla.ttft_ms),
                       plan_.config.sla.tpot_ms > 0 ? fmt::format(" and {} ms TPOT", shortest(plan_.config.sla.tpot_ms)) : "",
                       shortest(100 * plan_.config.sweep.confidence));
  return head + "\n" + table.render() +
         fmt::format("\n  {} of {} cells valid, {} passed. Intervals speak of sampling, not of the model.\n",
                     grouped(static_cast<double>(plan_.valid_cells())), grouped(static_cast<double>(plan_.cells)),
                     grouped(static_cast<double>(passed()))) +
         caveats(cells);
}

nlohmann::ordered_json BestSettings::json(std::size_t count) const {
  auto list = nlohmann::ordered_json::array();
  for (std::uint64_t const cell : shown(count)) {
    nlohmann::ordered_json entry;
    auto const position = plan_.position_of(cell);
    for (std::size_t i = 0; i < plan_.axes.size(); ++i) entry["settings"][plan_.axes[i].key] = plan_.axes[i].values[position[i]];
    for (std::uint32_t q = 0; q < quantity_count; ++q) {
      auto const quantity = static_cast<Quantity>(q);
      entry[describe(quantity).name] = estimate_json(statistics_.of(quantity, cell).estimate);
    }
    entry["objective_met_share"] = estimate_json(statistics_.objective_met(cell));
    list.push_back(std::move(entry));
  }
  return {{"cells", plan_.cells}, {"valid", plan_.valid_cells()}, {"passed", passed()}, {passing_.empty() ? "closest" : "best", std::move(list)}};
}

}  // namespace fleetcast
