/// What somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// The word that is nearest by letters to insert, drop or replace, the first of several; "" if there is none.
std::string nearest_word(std::vector<std::string> const& words, std::string_view word);

/// Whether an axis of the grid may be called so: by its whole key, by the end of it, or as tables and results call it, "." as "_".
bool axis_is_called(std::string const& key, std::string_view name);

}  // namespace fleetcast
