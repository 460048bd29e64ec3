/// The integers that a result holds of every cell: one list, for writing them and for reading them back.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>

#include "host/engine/sums.hpp"
#include "host/stats/quantities.hpp"

namespace fleetcast {

/// Calls visit(name, long_name, at) for each integer of a cell, in the file's order; at(sums, slot) is a reference to the Sum128,
/// std::int64_t or std::uint64_t of CellSums (const or not) that the dataset holds. 128-bit ones are two datasets, `_lo` and `_hi`.
template <class Visit>
void for_each_cell_column(Plan const& plan, Visit visit) {
  static constexpr std::array<char const*, product_count> products{"billed_reference",           "billed_tokens", "billed_served",
                                                                   "violated_requests_requests", "shed_work",     "billed_work"};
  for (std::uint32_t e = 0; e < fixed_entries + plan.levels; ++e) {
    auto const entry = static_cast<Entry>(e);
    std::string const name = entry_name(e);
    visit("sum_" + name, "sum over realizations of " + name, [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.sum(entry, slot); });
    visit("square_" + name, "sum of squares over realizations of " + name,
          [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.square(entry, slot); });
  }
  for (std::uint32_t p = 0; p < product_count; ++p)
    visit(fmt::format("product_{}", products[p]), fmt::format("sum of products over realizations, {}", products[p]),
          [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.product(static_cast<Product>(p), slot); });
  for (std::uint32_t e = 0; plan.baseline && e < baseline_entries; ++e)
    visit("baseline_product_" + entry_name(e), "sum over realizations of " + entry_name(e) + " times the baseline's",
          [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.baseline_product(static_cast<Entry>(e), slot); });
  for (std::uint32_t e = 0; e < extremes; ++e) {
    std::string const name = e < extreme_entries ? entry_name(e) : "billed_minus_reference";
    visit("smallest_" + name, "smallest realization's " + name,
          [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.smallest(e, slot); });
    visit("largest_" + name, "largest realization's " + name,
          [=](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.largest(e, slot); });
  }
  visit("cell_realizations", "realizations the cell's sums are over",
        [](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.realizations(slot); });
  visit("sum_objective_met", "realizations that meet the objective",
        [](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.objective_met(slot); });
  visit("sum_violating", "realizations with a violated tick", [](auto& sums, std::uint32_t slot) -> decltype(auto) { return sums.violating(slot); });
}

/// Moments of a scenario that the file has room for, in the order of ScenarioSums::for_each.
inline std::size_t traffic_totals(Plan const& plan) { return ScenarioSums::fixed_moments + plan.services.size() + plan.references.size(); }

/// Datasets of the workload bands begin with these.
inline constexpr std::array<char const*, Bands::quantities> band_names{"requests", "prompt_tokens", "completion_tokens"};

}  // namespace fleetcast
