/// What was generated, told in the end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "generated_realization.hpp"

namespace fleetcast {

/// What was written, for people and programs.
struct GenerateSummary {
  std::string folder;
  SweepConfig const& sweep;  ///< of the one scenario
  std::vector<GeneratedRealization> realizations;
  double seconds;

  /// Of all realizations.
  std::uint64_t requests() const;
  std::uint64_t bytes() const;

  std::string text() const;
  nlohmann::ordered_json json() const;
};

}  // namespace fleetcast
