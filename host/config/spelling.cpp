#include "spelling.hpp"

#include <algorithm>

namespace fleetcast {

namespace {

/// Letters to insert, drop or replace to come from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(std::vector<std::string> const& words, std::string_view word) {
  auto const nearest = std::min_element(words.begin(), words.end(),
                                        [&](std::string const& a, std::string const& b) { return edit_distance(word, a) < edit_distance(word, b); });
  return nearest == words.end() ? "" : *nearest;
}

bool axis_is_called(std::string const& key, std::string_view name) {
  if (key == name || key.ends_with("." + std::string(name))) return true;
  std::string as_column = key;
  std::replace(as_column.begin(), as_column.end(), '.', '_');
  return as_column == name;
}

}  // namespace fleetcast
