#include "setting_text.hpp"

#include <fmt/format.h>

#include "host/config/axis_text.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/decision_scope.hpp"
#include "text_table.hpp"

namespace fleetcast {

std::string axis_value(Axis const& axis, double value) {
  if (axis.is_flag) return value != 0 ? "true" : "false";
  return axis_text(axis.values, value);
}

std::vector<std::string> axis_values(std::vector<Axis> const& axes, std::uint64_t cell) {
  auto const position = cell_position(axes, cell);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < axes.size(); ++i) out.push_back(axis_value(axes[i], axes[i].values[position[i]]));
  return out;
}

std::string setting_text(std::vector<Axis> const& axes, std::vector<std::size_t> const& which, std::uint64_t cell) {
  auto const names = axis_names(axes);
  auto const values = axis_values(axes, cell);
  std::string out;
  auto const add = [&](std::size_t axis) { out += fmt::format("{}{} {}", out.empty() ? "" : ", ", names[axis], values[axis]); };
  for (std::size_t const axis : which) add(axis);
  if (which.empty())  // nothing is open: all choices were made, with --pin or --slice
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
      if (!is_condition(axes[axis])) add(axis);
  return out.empty() ? "the sweep's setting" : out;
}

nlohmann::ordered_json settings_json(std::vector<Axis> const& axes, std::uint64_t cell) {
  auto const position = cell_position(axes, cell);
  auto settings = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    double const value = axes[i].values[position[i]];
    settings[axes[i].key] = axes[i].is_flag ? nlohmann::ordered_json(value != 0) : nlohmann::ordered_json(value);
  }
  return settings;
}

std::string sample_name(std::string const& period, std::uint64_t realizations) {
  std::string const number = grouped(static_cast<double>(realizations));
  if (realizations == 1) return period == "day" ? "1 day" : "1 realization of " + period;
  return number + " " + periods(period);
}

std::string per_period(std::string const& period) { return period == "day" ? "a day" : "per " + period; }

std::string periods(std::string const& period) { return period == "day" ? "days" : "realizations of " + period; }

}  // namespace fleetcast
