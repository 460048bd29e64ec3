/// Answers as tables.
#pragma once

#include <string>

#include "answer.hpp"

namespace fleetcast {

/// What a run ends with: the answer, the settings in question and how many stand where. Under several combinations of conditions a row of
/// each with its answer.
std::string answer_summary(Answer const& answer);

/// The same, and under a single combination of conditions all else there is to say: the chosen setting in full, the front, what stricter
/// promises cost, which axes matter, what more realizations would tell.
std::string answer_report(Answer const& answer);

}  // namespace fleetcast
