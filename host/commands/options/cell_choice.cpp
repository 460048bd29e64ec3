#include "cell_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/config/axis_text.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/config/spelling.hpp"

namespace fleetcast {

namespace {

using Axes = std::vector<AxisConfig>;

[[noreturn]] void refuse(std::string const& message) { throw Error(ExitCode::usage, message); }

std::string names_of(Axes const& axes) {
  std::string names;
  for (auto const& axis : axes) names += (names.empty() ? "" : ", ") + axis.key;
  return names.empty() ? "none" : names;
}

Axes::iterator find_axis(SweepConfig& config, std::string const& name) {
  auto const named = [&](AxisConfig const& axis) { return axis_is_called(axis.key, name); };
  auto const found = std::find_if(config.grid.begin(), config.grid.end(), named);
  if (found == config.grid.end())
    refuse(fmt::format("--cell {}: no axis of the sweep is called so; its axes are {} (--set sets other keys)", name, names_of(config.grid)));
  if (std::find_if(found + 1, config.grid.end(), named) != config.grid.end())
    refuse(fmt::format("--cell {}: several axes are called so; write the whole key, one of {}", name, names_of(config.grid)));
  return found;
}

double value_on(AxisConfig const& axis, std::string const& name, std::string const& text) {
  auto const wanted = axis_number(text);
  if (!wanted) refuse(fmt::format("--cell {}={}: \"{}\" is not a number; write name=value,name=value", name, text, text));
  if (auto const position = position_on_axis(axis.values, *wanted)) return axis.values[*position];
  refuse(fmt::format("--cell {}={}: is no value of the axis; nearest are {} (--set {}={} replays any value)", name, text,
                     nearest_on_axis(axis.values, *wanted), axis.key, text));
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
    settle(config, axis, value_on(*axis, name, part.substr(equals + 1)));
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
    example +=
        fmt::format("{}{}={}", example.empty() ? "" : ",", axis.key.substr(axis.key.rfind('.') + 1), axis_text(axis.values, axis.values.front()));
  refuse(fmt::format("{}: has a grid over {}, and a replay takes one cell of it; choose one, for example with --cell {} (values as run prints them)",
                     sweep_file, names_of(config.grid), example));
}

}  // namespace fleetcast
