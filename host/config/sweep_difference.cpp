#include "sweep_difference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "error.hpp"
#include "key_depth.hpp"
#include "keys.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t differences_shown = 8;
constexpr std::size_t longest_value = 60;  // characters of it that are told

std::string value_text(toml::node const& node) {
  if (auto const number = node.value_exact<double>()) return shortest(*number);
  std::ostringstream text;
  if (toml::array const* const list = node.as_array()) {
    for (auto const& value : *list) text << (&value == &list->front() ? "[" : ", ") << value_text(value);
    text << (list->empty() ? "[]" : "]");
  } else {
    node.visit([&](auto const& value) { text << value; });
  }
  return text.str();
}

/// Key and value of everything below a node of a sweep file.
void flatten(std::string const& path, toml::node const& node, std::map<std::string, std::string>& keys) {
  auto const below = [&](std::string const& name) { return path.empty() ? name : path + "." + name; };
  toml::array const* const list = node.as_array();
  if (toml::table const* const table = node.as_table()) {
    for (auto const& [name, value] : *table) flatten(below(std::string(name.str())), value, keys);
  } else if (list != nullptr && list->is_array_of_tables()) {
    for (std::size_t i = 0; i < list->size(); ++i) flatten(below(std::to_string(i)), *list->get(i), keys);
  } else {
    keys[path] = value_text(node);
  }
}

std::map<std::string, std::string> keys_of(std::string const& sweep, std::string const& name) {
  check_key_depth(sweep, name);
  std::map<std::string, std::string> keys;
  try {
    flatten("", toml::parse(sweep), keys);
  } catch (toml::parse_error const& error) {
    throw Error(ExitCode::bad_data, fmt::format("{}: the sweep it holds can't be read: {}; was the file changed?", name, error.description()));
  }
  return keys;
}

}  // namespace

std::vector<std::string> sweep_differences(std::string const& there, std::string const& there_name, std::string const& here) {
  auto const theirs = keys_of(there, there_name), ours = keys_of(here, "this sweep");
  auto keys = theirs;
  keys.insert(ours.begin(), ours.end());
  auto const value = [](auto const& side, std::string const& key) {
    auto const found = side.find(key);
    return found == side.end() ? std::string("absent") : found->second;
  };
  auto const brief = [](std::string const& text) { return text.size() > longest_value ? text.substr(0, longest_value) + "…" : text; };
  std::vector<std::string> differences;
  for (auto const& [key, unused] : keys) {
    std::string const was = value(theirs, key), is = value(ours, key);
    if (was != is) differences.push_back(fmt::format("{} is {} there and {} here", key, brief(was), brief(is)));
  }
  return differences;
}

std::string differences_text(std::vector<std::string> const& differences) {
  std::size_t const shown = std::min(differences.size(), differences_shown);
  std::size_t const more = differences.size() - shown;
  return fmt::format("{}{}", fmt::join(differences.begin(), differences.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     more == 0 ? "" : fmt::format(" and {} more keys", more));
}

}  // namespace fleetcast
