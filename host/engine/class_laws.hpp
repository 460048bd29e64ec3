/// What of a scenario's request classes decides how a device draws their tokens.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "cuda/engine/device_sweep.hpp"
#include "plan.hpp"

namespace fleetcast {

/// @return  [class]
inline std::vector<ClassLaw> class_laws(Scenario const& scenario) {
  double const expected = std::accumulate(scenario.expected_requests.begin(), scenario.expected_requests.end(), 0.0) /
                          static_cast<double>(scenario.expected_requests.size());
  std::vector<ClassLaw> laws;
  for (auto const& c : scenario.classes)
    laws.push_back({c->pairs > 0, c->compound.digits > 0, static_cast<std::uint32_t>(c->prompt.size()),
                    std::max(*std::max_element(c->prompt.begin(), c->prompt.end()), *std::max_element(c->completion.begin(), c->completion.end())),
                    c->share * expected});
  return laws;
}

}  // namespace fleetcast
