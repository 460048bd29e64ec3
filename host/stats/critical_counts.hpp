/// Which counts of n realizations prove that a share of them is at least, or below, a bound: Clopper and Pearson's limits, turned around.
#pragma once

#include <cstdint>

namespace fleetcast {

/// Smallest count of n that proves a share of at least p at the level: P(Binomial(n, p) ≥ count) ≤ level. n + 1 if none does.
std::uint64_t surely_feasible_from(std::uint64_t n, double p, double level);

/// Counts below this one prove a share below p at the level: P(Binomial(n, p) ≤ count) ≤ level. 0 if none does.
std::uint64_t surely_infeasible_below(std::uint64_t n, double p, double level);

/// Realizations that prove a share of at least p at the level where all of them have the property.
std::uint64_t realizations_to_prove(double p, double level);

}  // namespace fleetcast
