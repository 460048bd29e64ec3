/// What is said of single cells beyond their tallies, wherever it comes from.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/model/records.cuh"
#include "histogram_estimates.hpp"
#include "quantities.hpp"

namespace fleetcast {

/// Realizations of a cell, counted by an integer.
struct CellHistogram {
  HistogramBins bins;
  std::vector<std::uint32_t> counts;
  Outermost outermost;
};

/// Statistics of single cells: those of a run, or of a file. For a few cells, not for all.
class CellDetails {
 public:
  virtual ~CellDetails() = default;
  /// Mean and interval at the result's confidence; NaN for an invalid cell.
  virtual Estimate quantity(Quantity quantity, std::uint64_t cell) const = 0;
  /// Realizations by billed replica-ticks.
  virtual CellHistogram billed(std::uint64_t cell) const = 0;
  /// Realizations by violated ticks.
  virtual CellHistogram violated(std::uint64_t cell) const = 0;
};

}  // namespace fleetcast
