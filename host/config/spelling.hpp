/// What somebody may have meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// Letters to insert, drop or replace to come from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The word that is nearest, the first of several; "" if there is none.
std::string nearest_word(std::vector<std::string> const& words, std::string_view word);

}  // namespace fleetcast
