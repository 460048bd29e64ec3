#include "sweep_difference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "keys.hpp"

namespace fleetcast {

namespace {

struct Setting {
  std::string key, value;
};

std::vector<Setting> settings_of(SweepConfig config) {
  std::vector<Setting> settings;
  for (auto const& key : bind_keys(config))
    if (key.path != "workload.file") settings.push_back({key.path, key.as_toml()});  // its keys are there themselves
  for (auto const& at : config.baseline) settings.push_back({"baseline." + at.key, shortest(at.value)});
  for (auto const& axis : config.grid) {
    std::vector<std::string> values(axis.values.size());
    std::transform(axis.values.begin(), axis.values.end(), values.begin(), shortest);
    settings.push_back({"grid." + axis.key, fmt::format("[{}]", fmt::join(values, ", "))});
  }
  return settings;
}

}  // namespace

std::vector<KeyDifference> differing_keys(SweepConfig const& first, SweepConfig const& second) {
  std::vector<Setting> const ours = settings_of(first), theirs = settings_of(second);
  std::map<std::string, std::string> missing;
  for (auto const& setting : theirs) missing[setting.key] = setting.value;
  std::vector<KeyDifference> differences;
  for (auto const& setting : ours) {
    auto const other = missing.extract(setting.key);
    std::string const value = other ? other.mapped() : "";
    if (setting.value != value) differences.push_back({setting.key, setting.value, value});
  }
  for (auto const& setting : theirs)
    if (missing.contains(setting.key)) differences.push_back({setting.key, "", setting.value});
  return differences;
}

std::string listed(std::vector<KeyDifference> const& differences) {
  constexpr std::size_t most_characters = 40;
  std::vector<std::string> words;
  for (auto const& d : differences) {
    auto const shown = [](std::string const& value) { return value.empty() ? "none" : value; };
    bool const is_short = d.first.size() + d.second.size() <= most_characters;
    words.push_back(is_short ? fmt::format("{} ({}, {})", d.key, shown(d.first), shown(d.second)) : d.key);
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace fleetcast
