/// Settings and samples as a person writes them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"

namespace fleetcast {

/// A value of an axis, in as few digits as tell it from the others: "180000", "true".
std::string axis_value(Axis const& axis, double value);

/// A cell's value on every axis.
std::vector<std::string> axis_values(std::vector<Axis> const& axes, std::uint64_t cell);

/// "scale_up_at 180000, scale_down_at 140000": a cell's values on some axes, or, if none is given, on all that are choices;
/// "the sweep's setting" where there are none.
std::string setting_text(std::vector<Axis> const& axes, std::vector<std::size_t> const& which, std::uint64_t cell);

/// A cell's value on every axis, by key.
nlohmann::ordered_json settings_json(std::vector<Axis> const& axes, std::uint64_t cell);

/// "1,000 days", "60 realizations of 720 min"; `period` is what a realization is called.
std::string sample_name(std::string const& period, std::uint64_t realizations);
/// "a day", "per 7 days": what follows an amount.
std::string per_period(std::string const& period);
/// "days", "realizations of 7 days".
std::string periods(std::string const& period);

}  // namespace fleetcast
