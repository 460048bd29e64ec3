#include "cell_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/config/keys.hpp"
#include "host/io/csv_writer.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/baseline_difference.hpp"
#include "host/stats/decision_scope.hpp"
#include "setting_text.hpp"

namespace fleetcast {

namespace {

constexpr int digits = 9;

std::string front_name(FrontPlace place) {
  switch (place) {
    case FrontPlace::beaten: return "no";
    case FrontPlace::may_belong: return "maybe";
    case FrontPlace::on_front: return "yes";
  }
  return "";
}

void put(CsvWriter& csv, double value) {
  if (std::isfinite(value))
    csv.number(value, digits);
  else
    csv.empty();
}

void put(CsvWriter& csv, Estimate const& e) {
  for (double const value : {e.mean, e.low, e.high}) put(csv, value);
}

}  // namespace

void write_cell_csv(std::string const& path, Answer const& answer) {
  auto const& axes = answer.tallies.axes;
  std::string header = "cell";
  for (auto const& name : axis_names(axes)) header += "," + name;
  header += ",standing,front,realizations";
  for (auto const* name : {"cost_usd", "violated", "objective_met_share"}) header += fmt::format(",{0}_mean,{0}_low,{0}_high", name);
  if (answer.tallies.baseline)
    for (auto const* name : {"cost_usd", "violated"}) header += fmt::format(",{0}_difference_mean,{0}_difference_low,{0}_difference_high", name);
  CsvWriter csv(path, path.ends_with(".gz") ? Compression::gzip : Compression::none, header);
  struct Row {
    std::uint64_t cell;
    Decision const* decision;
    std::size_t place;
  };
  std::vector<Row> rows;
  for (auto const& decision : answer.decisions.by_condition)
    for (std::size_t i = 0; i < decision.scope.cells.size(); ++i) rows.push_back({decision.scope.cells[i], &decision, i});
  std::sort(rows.begin(), rows.end(), [](Row const& a, Row const& b) { return a.cell < b.cell; });
  for (auto const& [cell, decision, place] : rows) {
    Standing const standing = decision->selection.standing[place];
    csv.whole(cell);
    auto const position = cell_position(axes, cell);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      double const value = axes[i].values[position[i]];
      csv.text(axes[i].is_flag ? axis_value(axes[i], value) : shortest(value));
    }
    csv.text(standing_name(standing));
    csv.text(!answer.tallies.stayed(cell) ? "" : front_name(decision->front.place[place]));
    csv.whole(answer.tallies.realizations[cell]);
    put(csv, answer.estimates.cost_usd(cell));
    put(csv, answer.estimates.promised_share(cell));
    put(csv, answer.estimates.objective_met(cell));
    if (answer.tallies.baseline) {
      BaselineDifference const difference = difference_to_baseline(answer.tallies, answer.estimates, cell);
      put(csv, difference.cost_usd);
      put(csv, promised(difference, answer.tallies));
    }
    csv.end_row();
  }
  csv.commit();
}

}  // namespace fleetcast
