/// How often intervals hold the truth, and decisions are right, over repeats of a sweep with other seeds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"

namespace fleetcast {

struct CoverageOptions {
  std::uint64_t truth_realizations = 1000000;
  int repeats = 2000;
  std::vector<std::uint64_t> realizations{50, 200, 1000};  ///< of a repeat, each by itself
};

/// What an interval of 95% promises.
enum class Promise : std::uint8_t {
  about,     ///< 95%, nearly: neither clearly less nor clearly more
  at_least,  ///< exact or bounded: no less, maybe more
  naive      ///< none: it takes minutes for independent
};

/// One kind of interval in repeats of n realizations.
struct KindCoverage {
  std::string name;
  Promise promise;
  bool of_share;  ///< bounded, not nearly exact, where few realizations violate
  std::uint64_t realizations;
  std::vector<double> covered;     ///< [cell], share of the repeats that gave a finite interval; NaN where none did
  std::vector<double> below;       ///< [cell], of these: the truth lies below the interval
  std::vector<double> open_ended;  ///< [cell], share of the repeats without a finite interval
};

/// Decisions over repeats of n realizations: shares of the repeats in which each statement is true of all cells at once.
struct DecisionCoverage {
  std::uint64_t realizations;
  double reliability;            ///< share of realizations that a setting shall keep its promise in
  double met_intervals_hold;     ///< simultaneous intervals of the share of realizations that meet the objective
  double cost_bounds_hold;       ///< simultaneous bounds on the cost difference of every ordered pair
  double chosen;                 ///< something was chosen
  double chosen_keeps_promise;   ///< what was chosen truly keeps its promise, or nothing was chosen
  double chosen_is_cheapest;     ///< it is the cheapest that truly does
  double cheapest_not_excluded;  ///< the cheapest that truly does was not excluded
  double front_not_beaten;       ///< no cell of the true front was called beaten
  double cells_excluded;         ///< mean number
};

/// What a cell is, from the truth's realizations.
struct TrueCell {
  std::vector<double> settings;  ///< by axis
  double cost_usd, violated_share, violated_request_share, met, violating;
};

struct CoverageStudy {
  std::vector<TrueCell> cells;
  double expected_work_error;  ///< mean work of the truth's realizations less the declared mean, in its standard errors
  std::vector<KindCoverage> kinds;
  std::vector<DecisionCoverage> decisions;
};

/// @param plan  one scenario, all cells valid, with a baseline
CoverageStudy study_coverage(Plan const& plan, CoverageOptions const& options);

}  // namespace fleetcast
