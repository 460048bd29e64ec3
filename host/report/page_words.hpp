/// Words and numbers as a page writes them.
#pragma once

#include <string>

#include "answer.hpp"
#include "setting_text.hpp"

namespace fleetcast {

/// "$5,558"; cents below 100 dollars.
std::string usd_text(double value);
/// A share that somebody set: "95%", "99.95%".
std::string level_text(double share);
/// A share that was found: "0.438%", "64.4%"; never rounded to none or to all.
std::string share_text(double share);
/// "day" or "realization"; "days" or "realizations".
std::string realization_word(std::string const& period);
std::string realizations_word(std::string const& period);
/// "on at least 95% of days", "in at least 95% of realizations".
std::string often_text(std::string const& period, double reliability);
/// "requests" or "minutes", whichever the objective counts.
std::string unit_word(ObjectivePer per);

}  // namespace fleetcast
