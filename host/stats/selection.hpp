/// Which setting to take: the cheapest that surely keeps the promise, and which others can't be told apart from it yet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cell_tallies.hpp"

namespace fleetcast {

/// Where a cell stands. `infeasible` and `dearer` together are the excluded ones.
enum class Standing : std::uint8_t {
  invalid,       ///< its settings contradict each other; never run
  best,          ///< the chosen one: best so far
  not_excluded,  ///< may still be the cheapest that keeps the promise
  infeasible,    ///< surely meets the objective less often than asked for
  dearer         ///< surely dearer than a cell that surely keeps the promise
};

/// What a selection promises.
struct SelectionRule {
  double reliability;             ///< share of realizations that shall meet the objective, in (0, 1)
  double alpha;                   ///< what all statements of the selection together may err by, in (0, 1)
  std::uint64_t family_size = 0;  ///< cells that share α; 0: the valid ones among those given. Where several selections (one for each
                                  ///< workload, say) shall hold together it is the number of valid cells in all of them.
};

struct Selection {
  std::optional<std::uint64_t> chosen;  ///< number of the cheapest cell, by mean cost, of those that surely keep the promise
  std::vector<Standing> standing;       ///< parallel to the cells given
  std::uint64_t best = 0, not_excluded = 0, infeasible = 0, dearer = 0;
  std::uint64_t excluded() const { return infeasible + dearer; }
  std::uint64_t valid() const { return best + not_excluded + excluded(); }

  std::uint64_t realizations_needed = 0;  ///< where all cells have so few that not even meeting the objective in all of them proves
                                          ///< anything: how many would; else 0
  std::optional<std::uint64_t> limiting;  ///< the cell that keeps the choice from being settled: not excluded, and of those the one that
                                          ///< could save most against the chosen, or if none is chosen the one that met the objective
                                          ///< in the largest share of its realizations
  double largest_saving_usd = 0;          ///< what `limiting` could save against the chosen per realization, at most, at the exclusion's
                                          ///< confidence; infinite where none is chosen and some cell is not excluded; 0 where nothing is left
};

/// Chooses among cells.
///
/// With p the reliability, m the family's size and α as in the rule:
/// - *Surely keeps the promise*: the exact one-sided lower limit (Clopper and Pearson, Biometrika 26, 1934) of the share of realizations
///   that meet the objective is at least p, at level α/m. By the union bound the chosen cell truly keeps the promise with probability
///   at least 1 - α.
/// - *Infeasible*: the exact upper limit is below p, at (α/2)/m.
/// - *Dearer*: some cell Y surely keeps the promise at (α/4)/m and the cost difference to Y is above 0 by a one-sided bound at (α/4)/m.
///
/// With probability at least 1 - α the cells not excluded hold the cheapest cell that truly keeps the promise, if there is one. Let c be it.
/// It is called infeasible with probability at most α/2. It is called dearer only if some Y that does not keep the promise was taken for one
/// that does (at most α/4 over all Y), or a Y that keeps it, and so costs no less than c, was found cheaper (at most α/4 over all Y).
/// Which Y are looked at may depend on the data: the bounds hold for all of them at once.
///
/// Cells that left a race keep the standing they left with.
///
/// Bounds on cost use Student's t, need 50 realizations and hold as well as it does; those on shares are exact. Cells with fewer
/// realizations are not called dearer.
///
/// @param cells  numbers of the cells to choose from, each once; the cells share their traffic
Selection select(CellTallies const& tallies, SelectionRule const& rule, std::span<std::uint64_t const> cells);

/// The cheapest cell that surely keeps a promise, by the rule that `select` chooses by.
///
/// @param met  per cell of the tallies: realizations that keep the promise in question, a stricter objective's for example
std::optional<std::uint64_t> cheapest_that_surely_keeps(CellTallies const& tallies, std::span<std::uint64_t const> met, SelectionRule const& rule,
                                                        std::span<std::uint64_t const> cells);

/// The cheapest cell that keeps the promise by its estimate alone: met in at least the share of realizations asked for.
std::optional<std::uint64_t> cheapest_by_estimate(CellTallies const& tallies, std::span<std::uint64_t const> met, SelectionRule const& rule,
                                                  std::span<std::uint64_t const> cells);

/// Valid cells among those given.
std::uint64_t count_valid(CellTallies const& tallies, std::span<std::uint64_t const> cells);

}  // namespace fleetcast
