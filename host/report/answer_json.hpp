/// Answers for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "answer.hpp"

namespace fleetcast {

/// The whole answer; results/README.md describes it.
nlohmann::ordered_json answer_json(Answer const& answer);

/// {mean, low, high}; null for what is not known.
nlohmann::ordered_json estimate_json(Estimate const& estimate);

}  // namespace fleetcast
