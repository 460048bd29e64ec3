#include <fmt/format.h>

#include <toml++/toml.h>
#include <map>
#include <sstream>

#include "checkpoint.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/config/toml_reader.hpp"
#include "host/version.hpp"

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
  std::map<std::string, std::string> keys;
  try {
    flatten("", toml::parse(sweep), keys);
  } catch (toml::parse_error const& error) {
    throw Error(ExitCode::bad_data, fmt::format("{}: the sweep it holds can't be read: {}; start over with --fresh", name, error.description()));
  }
  return keys;
}

/// "sweep.seed is 1 there and 2 here"
std::vector<std::string> differences(std::map<std::string, std::string> const& there, std::map<std::string, std::string> const& here) {
  auto keys = there;
  keys.insert(here.begin(), here.end());
  auto const value = [](auto const& side, std::string const& key) {
    auto const found = side.find(key);
    return found == side.end() ? std::string("absent") : found->second;
  };
  auto const brief = [](std::string const& text) { return text.size() > longest_value ? text.substr(0, longest_value) + "…" : text; };
  std::vector<std::string> out;
  for (auto const& [key, unused] : keys) {
    std::string const was = value(there, key), is = value(here, key);
    if (was != is) out.push_back(fmt::format("{} is {} there and {} here", key, brief(was), brief(is)));
  }
  return out;
}

[[noreturn]] void refuse(FoundCheckpoint const& found, std::string const& difference) {
  throw Error(ExitCode::bad_data, fmt::format("{}: was written {} by another run: {}; finish that one, name another output with -o, or start over "
                                              "with --fresh",
                                              found.path, found.header.date, difference));
}

}  // namespace

void refuse_other_run(FoundCheckpoint const& found, Plan const& plan) {
  CheckpointHeader const& header = found.header;
  if (header.fleetcast_version != version::number || header.git_sha != version::git_sha)
    refuse(found,
           fmt::format("fleetcast {} ({}) wrote it, this is {} ({})", header.fleetcast_version, header.git_sha, version::number, version::git_sha));
  std::string const sweep = resolved_toml(plan.config);
  bool const looks = plan.config.looks() || parse_sweep(header.sweep, found.path, {}).looks();
  if (header.plan_hash == plan.hash && (!looks || header.sweep == sweep)) return;
  auto const different = differences(keys_of(header.sweep, found.path), keys_of(sweep, "this sweep"));
  if (different.empty()) refuse(found, "a file that the sweep names has other content now");
  std::size_t const shown = std::min(different.size(), differences_shown);
  refuse(found, fmt::format("{}{}{}", fmt::join(different.begin(), different.begin() + static_cast<long>(shown), ", "),
                            different.size() > shown ? fmt::format(" and {} more keys", different.size() - shown) : "",
                            header.plan_hash == plan.hash ? " (a run that looks at its results goes on only where every key is the same)" : ""));
}

}  // namespace fleetcast
