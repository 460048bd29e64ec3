#include "cell_config.hpp"

#include "host/config/keys.hpp"

namespace fleetcast {

SweepConfig cell_config(Plan const& plan, std::uint64_t cell) {
  SweepConfig config = plan.config;
  auto const keys = bind_keys(config);
  auto const position = plan.position_of(cell);
  for (std::size_t i = 0; i < plan.axes.size(); ++i) find_key(keys, plan.axes[i].key)->set_number(plan.axes[i].values[position[i]]);
  config.grid.clear();
  config.baseline.clear();
  config.stop = {};
  config.search = {};
  return config;
}

}  // namespace fleetcast
