/// --part K/N: a run of some realizations, for machines that share nothing but files.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "host/engine/part.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast {

struct PartOptions {
  std::string text;  ///< --part

  void add_to(CLI::App& command);
  /// What --part names; none without it.
  /// @throws Error usage
  std::optional<Part> part() const;
};

/// Refuses a part that is empty, or of a plan that looks at all realizations as they come.
/// @throws Error usage
void check_part(Part part, Plan const& plan);

}  // namespace fleetcast
