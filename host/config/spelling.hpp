/// What somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// The word that is nearest by letters to insert, drop or replace, the first of several; "" if there is none.
std::string nearest_word(std::vector<std::string> const& words, std::string_view word);

}  // namespace fleetcast
