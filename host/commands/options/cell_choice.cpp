#include "cell_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

using Axes = std::vector<AxisConfig>;

[[noreturn]] void refuse(std::string const& message) { throw Error(ExitCode::usage, message); }

/// A value as `run` prints it.
std::string printed(double value) { return fmt::format("{:.6g}", value); }

std::string names_of(Axes const& axes) {
  std::string names;
  for (auto const& axis : axes) names += (names.empty() ? "" : ", ") + axis.key;
  return names.empty() ? "none" : names;
}

Axes::iterator find_axis(SweepConfig& config, std::string const& name) {
  auto const named = [&](AxisConfig const& axis) { return axis.key == name || axis.key.ends_with("." + name); };
  auto const found = std::find_if(config.grid.begin(), config.grid.end(), named);
  if (found == config.grid.end())
    refuse(fmt::format("--cell {}: no axis of the sweep is called so; its axes are {} (--set sets other keys)", name, names_of(config.grid)));
  if (std::find_if(found + 1, config.grid.end(), named) != config.grid.end())
    refuse(fmt::format("--cell {}: several axes are called so; write the whole key, one of {}", name, names_of(config.grid)));
  return found;
}

double number(std::string const& name, std::string const& text) {
  if (text == "true" || text == "false") return text == "true" ? 1.0 : 0.0;
  double value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    refuse(fmt::format("--cell {}={}: \"{}\" is not a number; write name=value,name=value", name, text, text));
  return value;
}

/// The axis value meant: the one equal to `wanted`, or the only one that prints like it.
double value_on(AxisConfig const& axis, std::string const& name, double wanted) {
  std::vector<double> alike;
  for (double const value : axis.values) {
    if (value == wanted) return value;
    if (printed(value) == printed(wanted)) alike.push_back(value);
  }
  if (alike.size() == 1) return alike.front();
  if (alike.size() > 1) refuse(fmt::format("--cell {}={}: several values of the axis print so; write {} in full", name, printed(wanted), name));
  auto nearest = axis.values;
  std::sort(nearest.begin(), nearest.end(), [&](double a, double b) { return std::fabs(a - wanted) < std::fabs(b - wanted); });
  nearest.resize(std::min<std::size_t>(nearest.size(), 2));
  std::sort(nearest.begin(), nearest.end());
  std::string values;
  for (double const value : nearest) values += (values.empty() ? "" : " and ") + shortest(value);
  refuse(fmt::format("--cell {}={}: is no value of the axis; nearest are {} (--set {}={} replays any value)", name, shortest(wanted), values,
                     axis.key, shortest(wanted)));
}

void settle(SweepConfig& config, Axes::iterator axis, double value) {
  auto const keys = bind_keys(config);
  find_key(keys, axis->key)->set_number(value);
  config.grid.erase(axis);
}

}  // namespace

void choose_cell(SweepConfig& config, std::string const& choice) {
  for (std::size_t start = 0; start <= choice.size();) {
    std::size_t const end = std::min(choice.find(',', start), choice.size());
    std::string const part = choice.substr(start, end - start);
    std::size_t const equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse(fmt::format("--cell {}: \"{}\" is not name=value; write --cell scale_up_at=180000,scale_down_at=140000", choice, part));
    std::string const name = part.substr(0, equals);
    auto const axis = find_axis(config, name);
    settle(config, axis, value_on(*axis, name, number(name, part.substr(equals + 1))));
    start = end + 1;
  }
}

void require_one_cell(SweepConfig& config, WorkloadAxes workload, std::string const& sweep_file) {
  if (workload == WorkloadAxes::dropped) std::erase_if(config.grid, [](AxisConfig const& axis) { return axis.key.starts_with("workload."); });
  auto const settled = [](AxisConfig const& axis) { return axis.values.size() == 1; };
  for (auto axis = config.grid.begin(); (axis = std::find_if(config.grid.begin(), config.grid.end(), settled)) != config.grid.end();)
    settle(config, axis, axis->values.front());
  if (config.grid.empty()) {
    config.baseline.clear();  // it speaks of axes
    return;
  }
  std::string example;
  for (auto const& axis : config.grid)
    example += fmt::format("{}{}={}", example.empty() ? "" : ",", axis.key.substr(axis.key.rfind('.') + 1), printed(axis.values.front()));
  refuse(fmt::format("{}: has a grid over {}, and a replay takes one cell of it; choose one, for example with --cell {} (values as run prints them)",
                     sweep_file, names_of(config.grid), example));
}

}  // namespace fleetcast
