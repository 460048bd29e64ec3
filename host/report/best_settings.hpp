/// The answer of a run: the cheapest settings that keep the promise.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"
#include "host/stats/quantities.hpp"

namespace fleetcast {

/// Cells that keep the promise, cheapest first: the violated share's upper limit is within 1 - objective, or no violation was
/// seen at all, and the objective is met in most realizations.
class BestSettings {
 public:
  BestSettings(Plan const& plan, SweepSums const& sums);

  std::uint64_t passed() const { return passing_.size(); }
  /// The `count` cheapest, or what came closest if none passes.
  std::vector<std::uint64_t> shown(std::size_t count) const;

  /// Those as a table.
  std::string table(std::size_t count) const;
  /// The same for programs: every metric as {mean, low, high}.
  nlohmann::ordered_json json(std::size_t count) const;

 private:
  double budget(std::uint64_t cell) const;
  bool passes(std::uint64_t cell) const;
  std::string caveats(std::vector<std::uint64_t> const& cells) const;

  Plan const& plan_;
  CellStatistics statistics_;
  std::vector<std::uint64_t> passing_;  ///< cheapest first
  std::vector<std::uint64_t> closest_;  ///< all valid cells by violated share, if none passes
};

/// What a realization is called: "day", "3 days", "90 min".
std::string period_name(Plan const& plan);
/// "1,000 days", "60 realizations of 720 min".
std::string sample_name(Plan const& plan);
/// The same of another number of realizations.
std::string sample_name(Plan const& plan, std::uint32_t realizations);
/// A value of an axis as a person writes it.
std::string axis_value(Axis const& axis, double value);
/// A cell's value on every axis, as a person writes it.
std::vector<std::string> axis_values(Plan const& plan, std::uint64_t cell);
/// A cell's value on every axis, by key.
nlohmann::ordered_json settings_json(Plan const& plan, std::uint64_t cell);

}  // namespace fleetcast
