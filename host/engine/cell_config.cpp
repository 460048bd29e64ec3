#include "cell_config.hpp"

#include "host/config/keys.hpp"

namespace fleetcast {

SweepConfig cell_config(SweepConfig config, std::vector<Axis> const& axes, std::vector<std::size_t> const& position) {
  auto const keys = bind_keys(config);
  for (std::size_t i = 0; i < axes.size(); ++i) find_key(keys, axes[i].key)->set_number(axes[i].values[position[i]]);
  config.grid.clear();
  config.baseline.clear();
  config.stop = {};
  config.search = {};
  return config;
}

}  // namespace fleetcast
