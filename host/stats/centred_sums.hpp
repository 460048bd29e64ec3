/// Sums of squares and products about the means, from exact integer sums.
#pragma once

#include <cstdint>

#include "cuda/model/records.cuh"

namespace fleetcast {

/// Σ(x - x̄)(y - ȳ) over n ≥ 1 realizations from Σx, Σy and Σxy; exact up to the last step: whole means are taken off before anything is
/// rounded.
double centred_product(std::uint64_t n, Sum128 x, Sum128 y, Sum128 product);

}  // namespace fleetcast
