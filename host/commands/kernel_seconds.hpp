/// What kernels took, for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "host/engine/kernel_names.hpp"

namespace fleetcast {

/// {"arrivals": seconds, …}
inline nlohmann::ordered_json kernel_seconds_json(KernelSeconds const& seconds) {
  nlohmann::ordered_json json;
  for (auto const& kernel : kernel_names) json[kernel.name] = seconds.*kernel.seconds;
  return json;
}

}  // namespace fleetcast
