/// Values of an axis as people read and write them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fleetcast {

/// A value in six digits, or in as many as tell it from the others: "180000", "142857", "1000001".
std::string axis_text(std::vector<double> const& values, double value);

/// A number, or true and false as 1 and 0; none for anything else.
std::optional<double> axis_number(std::string const& text);

/// Position of a value, or of the one whose text it is.
std::optional<std::size_t> position_on_axis(std::vector<double> const& values, double value);

/// "150000, 152857, 155714": the values nearest to one that is not there, for messages.
std::string nearest_on_axis(std::vector<double> const& values, double value);

}  // namespace fleetcast
