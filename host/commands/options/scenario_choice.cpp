#include "scenario_choice.hpp"

#include <fmt/format.h>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"

namespace fleetcast {

void choose_scenario(SweepConfig& config, std::optional<std::uint64_t> number, std::string const& sweep_file) {
  auto const keys = bind_keys(config);
  std::vector<AxisConfig> axes;
  for (auto const& axis : config.grid)
    if (find_key(keys, axis.key)->is_workload()) axes.push_back(axis);
  std::uint64_t scenarios = 1;
  std::string names;
  for (auto const& axis : axes) {
    if (__builtin_mul_overflow(scenarios, axis.values.size(), &scenarios)) scenarios = UINT64_MAX;
    names += fmt::format("{}{} ({} values)", names.empty() ? "" : ", ", axis.key, axis.values.size());
  }
  if (scenarios > 1 && (!number || *number >= scenarios))
    throw Error(ExitCode::usage, fmt::format("{}: has {} scenarios, over {}; choose one with --scenario 0 … {} (the last axis counts fastest), or "
                                             "fix the axes, for example --set {}={}",
                                             sweep_file, scenarios, names, scenarios - 1, axes.front().key, shortest(axes.front().values.front())));
  if (number.value_or(0) >= scenarios)
    throw Error(ExitCode::usage, fmt::format("--scenario {}: {} has one scenario, number 0; leave --scenario out", *number, sweep_file));

  std::uint64_t rest = number.value_or(0);
  for (std::size_t i = axes.size(); i-- > 0; rest /= axes[i].values.size())
    find_key(keys, axes[i].key)->set_number(axes[i].values[rest % axes[i].values.size()]);
  // what is left is one setting: there is nothing to compare or to choose
  config.grid.clear();
  config.baseline.clear();
  config.stop = {};
  config.search = {};
}

}  // namespace fleetcast
