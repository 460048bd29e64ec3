/// Text of a field of a table: trimmed, compared, made a number, shown in a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// Without the blanks and tabs around it.
std::string_view trimmed(std::string_view text);

/// ASCII letters in lower case.
std::string lower(std::string_view text);

/// The whole of `text` as a finite number; nothing if it is none.
std::optional<double> finite_number(std::string_view text);

/// Fit for a message: at most 40 bytes, what a terminal would act on replaced by '?'.
std::string printable(std::string_view text);

/// The same in quotes.
std::string shown(std::string_view text);

/// Names for a message, separated by commas: at most 24 of them.
std::string listed(std::vector<std::string> const& names);

/// Why a field is not the number wanted and what to do: `"1,234" is not a whole number (it has a comma in it); write it as 1234`.
/// @param wanted  "a finite number"
std::string number_problem(std::string_view text, std::string_view wanted);

}  // namespace fleetcast
