#include "answer_tables.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "host/io/result_file.hpp"
#include "host/stats/cell_figures.hpp"
#include "setting_text.hpp"
#include "terminal.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

/// Of sentences, in characters: about that of the tables, and no more than a terminal has room for.
std::size_t text_width() {
  constexpr std::size_t widest = 130;
  return ::isatty(STDOUT_FILENO) == 1 ? std::min(widest, terminal_size(STDOUT_FILENO).width) : widest;
}

std::string with_interval(Estimate const& e, auto const& format) {
  return std::isnan(e.mean) ? "–" : fmt::format("{} [{}, {}]", format(e.mean), format(e.low), format(e.high));
}

std::string signed_percent(double share) { return share < 0 ? "−" + percent(-share) : percent(share); }

/// Figures of the tables over settings, after the settings themselves.
class SettingColumns {
 public:
  SettingColumns(Answer const& answer, std::vector<std::size_t> const& axes) : answer_(answer), axes_(axes) {}

  std::vector<std::string> header() const {
    std::vector<std::string> out;
    auto const names = axis_names(answer_.tallies.axes);
    for (std::size_t const axis : axes_) out.push_back(names[axis]);
    for (auto const& name : {"USD per " + answer_.tallies.period, std::string("violated"), std::string("objective met")}) out.push_back(name);
    for (auto const* name : answer_.tallies.baseline ? with_baseline : without) out.emplace_back(name);
    out.emplace_back("standing");
    return out;
  }

  std::vector<std::string> row(Decision const& decision, std::uint64_t cell) const {
    std::vector<std::string> out;
    auto const values = axis_values(answer_.tallies.axes, cell);
    for (std::size_t const axis : axes_) out.push_back(values[axis]);
    auto const mean = [&](Quantity quantity) { return answer_.details.quantity(quantity, cell).mean; };
    out.push_back(with_interval(answer_.estimates.cost_usd(cell), usd));
    out.push_back(with_interval(answer_.estimates.promised_share(cell), percent));
    out.push_back(with_interval(answer_.estimates.objective_met(cell), percent));
    if (answer_.tallies.baseline) {
      BaselineDifference const difference = difference_to_baseline(answer_.tallies, answer_.estimates, cell);
      out.push_back(grouped(mean(Quantity::mean_replicas), 2));
      out.push_back(with_interval(difference.cost_usd, usd));
      out.push_back(with_interval(promised(difference, answer_.tallies), signed_percent));
    } else {
      out.push_back(grouped(mean(Quantity::mean_replicas), 2));
      out.push_back(percent(mean(Quantity::shed_share)));
      out.push_back(multiple(mean(Quantity::cost_over_reference)));
    }
    out.push_back(standing_text(standing_of(decision, cell)));
    return out;
  }

 private:
  static constexpr std::array without{"replicas", "shed", "over reference"};
  static constexpr std::array with_baseline{"replicas", "USD less baseline", "violated less baseline"};

  Answer const& answer_;
  std::vector<std::size_t> const& axes_;
};

std::string settings_table(Answer const& answer, Decision const& decision) {
  SettingColumns const columns(answer, answer.decisions.choices);
  TextTable table(columns.header());
  for (std::uint64_t const cell : shown_cells(answer, decision)) table.add(columns.row(decision, cell));
  return table.render();
}

/// One row for each combination of conditions: the chosen setting, or the best there is.
std::string conditions_table(Answer const& answer) {
  std::vector<std::size_t> axes = answer.decisions.conditions;
  axes.insert(axes.end(), answer.decisions.choices.begin(), answer.decisions.choices.end());
  SettingColumns const columns(answer, axes);
  auto header = columns.header();
  header.insert(header.end(), {"not excluded", "excluded"});
  TextTable table(header);
  for (auto const& decision : answer.decisions.by_condition) {
    if (decision.ranked.empty()) continue;
    auto row = columns.row(decision, decision.ranked.front());
    row.push_back(grouped(static_cast<double>(decision.selection.not_excluded)));
    row.push_back(grouped(static_cast<double>(decision.selection.excluded())));
    table.add(std::move(row));
  }
  return table.render();
}

std::string heading(std::string const& text) { return "\n" + text + "\n\n"; }

std::string chosen_table(Answer const& answer, std::uint64_t cell) {
  CellFigures const figures = cell_figures(answer.tallies, answer.estimates, answer.details, cell);
  TextTable table({"", "mean", "low", "high", "unit"});
  auto const add = [&](std::string const& name, Estimate const& e, auto const& format, std::string const& unit) {
    table.add({name, format(e.mean), format(e.low), format(e.high), unit});
  };
  auto const number = [](double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : std::string("–"); };
  add("objective met", figures.objective_met, percent, "of " + periods(answer.tallies.period));
  add("error budget used", figures.budget_burn, percent, "of the budget");
  for (std::uint32_t q = 0; q < quantity_count; ++q) {
    QuantityInfo const& info = describe(static_cast<Quantity>(q));
    bool const is_share = std::string_view(info.name).ends_with("_share");
    std::string name = info.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    if (is_share)
      add(name, figures.quantities[q], percent, "");
    else
      add(name, figures.quantities[q], number, std::string_view(info.units) == "1" ? "" : info.units);
  }
  std::string const days = periods(answer.tallies.period);
  double const worth = figures.controlled.variance_factor;
  add("cost by known work" + (std::isfinite(worth) ? fmt::format(" (worth {:.3g} × the {})", worth, days) : ""), figures.controlled.usd, number,
      "USD");
  add(fmt::format("cost of the dearest {}", round_percent(told_tail)), figures.cost_usd_tail, number, "USD");
  auto const quantile = [&](std::string const& name, QuantileEstimate const& e, auto const& format, std::string const& unit) {
    table.add({name, format(e.value), format(e.low), format(e.high), unit});
  };
  for (std::size_t i = 0; i < told_quantiles.size(); ++i)
    quantile(fmt::format("cost: {} of {} below", round_percent(told_quantiles[i]), days), figures.cost_usd[i], number, "USD");
  for (std::size_t i = 0; i < told_quantiles.size(); ++i)
    quantile(fmt::format("violated share: {} of {} below", round_percent(told_quantiles[i]), days), figures.violated_share[i], percent, "");
  if (answer.tallies.baseline) {
    add("cost, less the baseline's", figures.difference.cost_usd, number, "USD");
    add("violated share, less the baseline's", figures.difference.violated_share, signed_percent, "");
    add("violated request share, less the baseline's", figures.difference.violated_request_share, signed_percent, "");
  }
  return table.render();
}

std::string front_table(Answer const& answer, Decision const& decision) {
  SettingColumns const columns(answer, answer.decisions.choices);
  TextTable table(columns.header());
  auto const& front = decision.front.front;
  std::size_t const rows = std::min(answer.shown, front.size());
  // from the cheapest to the safest, evenly
  for (std::size_t i = 0; i < rows; ++i) table.add(columns.row(decision, front[rows == 1 ? 0 : i * (front.size() - 1) / (rows - 1)]));
  return heading(fmt::format("The front{}: {} settings that none beats in cost and violations both, {} more that may belong to it{}:",
                             among_stayed(answer), grouped(static_cast<double>(front.size())),
                             grouped(static_cast<double>(decision.front.may_belong)), rows < front.size() ? fmt::format("; {} of them", rows) : "")) +
         table.render();
}

std::string prices_table(Answer const& answer, Decision const& decision) {
  if (decision.prices.size() < 2) return "";
  TextTable table({"objective", "surely kept: USD", "by", "by the estimate: USD", "by"});
  auto const cost = [&](std::optional<std::uint64_t> cell) { return cell ? with_interval(answer.estimates.cost_usd(*cell), usd) : std::string("–"); };
  auto const setting = [&](std::optional<std::uint64_t> cell) {
    return cell ? setting_text(answer.tallies.axes, answer.decisions.choices, *cell) : std::string("none");
  };
  for (auto const& price : decision.prices)
    table.add({round_percent(price.objective), cost(price.surely), setting(price.surely), cost(price.by_estimate), setting(price.by_estimate)});
  return heading(fmt::format("The price of a stricter promise{} (USD per {}, kept in {} of {}):", among_stayed(answer), answer.tallies.period,
                             round_percent(answer.decisions.rule.reliability), periods(answer.tallies.period))) +
         table.render();
}

std::string outlook_table(Answer const& answer, Decision const& decision) {
  if (decision.outlook.size() < 2) return "";
  TextTable table({periods(answer.tallies.period), "chosen", fmt::format("USD per {}", answer.tallies.period), "not excluded", "could save at most"});
  for (auto const& step : decision.outlook)
    table.add({grouped(step.realizations), step.chosen ? setting_text(answer.tallies.axes, answer.decisions.choices, *step.chosen) : "none yet",
               step.chosen ? usd(mean_cost_usd(answer.tallies, *step.chosen)) : "–", grouped(static_cast<double>(step.not_excluded)),
               usd(step.largest_saving_usd)});
  return heading("What more simulation would tell, if the estimates hold:") + table.render();
}

std::string effects_table(Answer const& answer, Decision const& decision) {
  if (answer.decisions.choices.empty()) return "";
  TextTable table({"axis", "cost: alone", "in all", "violated: alone", "in all", "objective met: alone", "in all"});
  auto const names = axis_names(answer.tallies.axes);
  for (std::size_t i = 0; i < answer.decisions.choices.size(); ++i) {
    std::vector<std::string> row{names[answer.decisions.choices[i]]};
    for (auto const* const effects : {&decision.effects.cost, &decision.effects.promised_share, &decision.effects.objective_met})
      for (double const share : {(*effects)[i].main, (*effects)[i].total}) row.push_back(percent(share));
    table.add(std::move(row));
  }
  bool const holes = answer.decisions.choices.size() > 1 && decision.selection.valid() < decision.scope.cells.size();
  return heading("What matters: shares of the variance over the grid that an axis explains alone, and with its interactions:") + table.render() +
         (holes ? "  Invalid cells are left out; that ties the axes to each other, so shares need not add up.\n" : "") +
         (among_stayed(answer).empty() ? "" : "  Settings that left the race count with the fewer realizations they ran.\n");
}

std::string beginning(Answer const& answer) {
  if (answer.decisions.by_condition.size() > 1)
    return heading(fmt::format("The chosen setting under each of {} combinations of conditions (promise kept in {} of {}), or the best there is:",
                               answer.decisions.by_condition.size(), round_percent(answer.decisions.rule.reliability),
                               periods(answer.tallies.period)))
               .substr(1) +
           conditions_table(answer) + "\n";
  Decision const& decision = answer.decisions.by_condition.front();
  std::string out = wrapped(answer_text(answer, decision), text_width()) + "\n";
  if (!decision.ranked.empty()) out += "\n" + settings_table(answer, decision) + "\n  " + counts_text(decision) + ".\n";
  return out;
}

}  // namespace

std::string answer_summary(Answer const& answer) { return beginning(answer) + notes_text(answer); }

std::string answer_report(Answer const& answer) {
  std::string out = beginning(answer);
  if (answer.decisions.by_condition.size() > 1) return out + "  Pin the conditions to see one of them in full.\n" + notes_text(answer);
  Decision const& decision = answer.decisions.by_condition.front();
  if (decision.ranked.empty()) return out;
  std::uint64_t const first = decision.ranked.front();
  out += heading(fmt::format("{} in full:", setting_text(answer.tallies.axes, answer.decisions.choices, first))) + chosen_table(answer, first);
  out += front_table(answer, decision) + prices_table(answer, decision) + effects_table(answer, decision) + outlook_table(answer, decision);
  return out + "\n" + notes_text(answer);
}

}  // namespace fleetcast
