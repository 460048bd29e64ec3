/// Names of the kernels a backend times.
#pragma once

#include <array>

#include "backend.hpp"

namespace fleetcast {

struct KernelName {
  char const* name;
  double KernelSeconds::*seconds;
};

inline constexpr std::array kernel_names{KernelName{"arrivals", &KernelSeconds::arrivals}, KernelName{"tokens", &KernelSeconds::tokens},
                                         KernelName{"rows", &KernelSeconds::rows}, KernelName{"walk", &KernelSeconds::walk},
                                         KernelName{"accumulate", &KernelSeconds::accumulate}};

}  // namespace fleetcast
