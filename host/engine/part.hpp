/// One of several runs that share a plan's realizations.
#pragma once

#include <cstdint>
#include <string>

#include "realization_set.hpp"

namespace fleetcast {

/// Part `number` of `count`: a block of realizations of every scenario. Blocks follow each other and differ in size by one at most.
struct Part {
  std::uint32_t number = 1;  ///< 1, …, count
  std::uint32_t count = 1;

  /// @param realizations  of the plan, at least `count`
  RealizationSpan span(std::uint64_t realizations) const { return {realizations * (number - 1) / count, realizations * number / count}; }
  /// "3/16"
  std::string text() const { return std::to_string(number) + "/" + std::to_string(count); }
  /// What a file of the part is called: "NAME.part-3-of-16".
  std::string file_stem(std::string const& name) const { return name + ".part-" + std::to_string(number) + "-of-" + std::to_string(count); }
  bool operator==(Part const&) const = default;
};

}  // namespace fleetcast
