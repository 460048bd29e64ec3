/// Names of the kernels a backend times, for people and programs.
#pragma once

#include <array>
#include <nlohmann/json.hpp>

#include "host/engine/backend.hpp"

namespace fleetcast {

struct KernelName {
  char const* name;
  double KernelSeconds::*seconds;
};

inline constexpr std::array kernel_names{KernelName{"arrivals", &KernelSeconds::arrivals}, KernelName{"tokens", &KernelSeconds::tokens},
                                         KernelName{"rows", &KernelSeconds::rows}, KernelName{"walk", &KernelSeconds::walk},
                                         KernelName{"accumulate", &KernelSeconds::accumulate}};

/// {"arrivals": seconds, …}
inline nlohmann::ordered_json kernel_seconds_json(KernelSeconds const& seconds) {
  nlohmann::ordered_json json;
  for (auto const& kernel : kernel_names) json[kernel.name] = seconds.*kernel.seconds;
  return json;
}

}  // namespace fleetcast
