#include "result_checks.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "cuda/model/histogram_bins.cuh"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// Realizations a run has at most, by the bounds of sweep.realizations.
constexpr std::uint64_t most_realizations = 1'000'000'000;
/// Sums of squares are exact; comparing them in long double is off by a few of its last bits.
constexpr long double rounding = 1e-12L;
/// A plan's sums of squares stay below this.
constexpr long double largest_square = 0x1p126L;

/// Looks at one cell after the other.
class CellCheck {
 public:
  CellCheck(CellTallies const& tallies, std::string const& path) : t_(tallies), path_(path) {}

  void check(std::uint64_t cell) {
    cell_ = cell;
    require(t_.valid[cell] <= 1, "valid");
    if (!t_.left_race.empty()) require(t_.left_race[cell] <= static_cast<std::uint8_t>(LeftRace::dearer), "left_race");
    if (t_.valid[cell] == 0) return;
    require(t_.realizations[cell] <= most_realizations, "cell_realizations");
    require(t_.met[cell] <= t_.realizations[cell], "sum_objective_met");
    require(t_.violating[cell] <= t_.realizations[cell], "sum_violating");
    for (auto const& met : t_.met_at) require(met[cell] <= t_.realizations[cell], "sum_objective_met_at");
    require(std::isfinite(t_.usd[cell]) && t_.usd[cell] >= 0, "usd_per_replica_tick");
    require(t_.objective[cell] >= 0 && t_.objective[cell] <= 1, "objective");
    require(std::isfinite(t_.expected_work[cell]) && t_.expected_work[cell] >= 0, "expected_work_replica_ms");
    check_sums();
  }

 private:
  void require(bool holds, char const* dataset) const {
    if (!holds)
      throw Error(ExitCode::bad_data,
                  fmt::format("{}: {} holds what no run gives (in cell {}, counted from 0); is the file damaged?", path_, dataset, cell_));
  }

  void check_sums() const {
    moments(t_.billed, t_.billed_square, "square_billed_replica_ticks");
    moments(t_.violated_ticks, t_.violated_ticks_square, "square_violated_ticks");
    moments(t_.violated_requests, t_.violated_requests_square, "square_violated_requests");
    moments(t_.requests, t_.requests_square, "square_requests");
    moments(t_.work, t_.work_square, "square_work_replica_ms");
    moments(t_.reference, t_.reference_square, "square_reference_replica_ticks");
    require(t_.violated_ticks[cell_] <= static_cast<Sum128>(t_.realizations[cell_]) * t_.ledger_ticks, "sum_violated_ticks");
    require(t_.violated_requests[cell_] <= t_.requests[cell_], "sum_violated_requests");
    product(t_.violated_requests_requests, t_.violated_requests_square[cell_], t_.requests_square[cell_], "product_violated_requests_requests");
    product(t_.billed_work, t_.billed_square[cell_], t_.work_square[cell_], "product_billed_work");
    product(t_.billed_reference, t_.billed_square[cell_], t_.reference_square[cell_], "product_billed_reference");
    if (!t_.baseline) return;
    // the baseline may have run less: its squares are no bound
    for (auto const* sum : {&t_.baseline->billed, &t_.baseline->violated_ticks, &t_.baseline->violated_requests})
      require((*sum)[cell_] >= 0 && static_cast<long double>((*sum)[cell_]) < largest_square, "baseline_product");
  }

  /// (Σx)² ≤ n·Σx², by Cauchy and Schwarz.
  void moments(std::vector<Sum128> const& sum, std::vector<Sum128> const& square, char const* dataset) const {
    auto const s = static_cast<long double>(sum[cell_]);
    auto const q = static_cast<long double>(square[cell_]);
    require(s >= 0 && q < largest_square && s * s <= static_cast<long double>(t_.realizations[cell_]) * q * (1 + rounding), dataset);
  }

  /// (Σxy)² ≤ Σx²·Σy².
  void product(std::vector<Sum128> const& sum, Sum128 x_square, Sum128 y_square, char const* dataset) const {
    auto const s = static_cast<long double>(sum[cell_]);
    require(s >= 0 && s * s <= static_cast<long double>(x_square) * static_cast<long double>(y_square) * (1 + rounding), dataset);
  }

  CellTallies const& t_;
  std::string const& path_;
  std::uint64_t cell_ = 0;
};

}  // namespace

void check_tallies(CellTallies const& tallies, std::string const& path) {
  CellCheck check(tallies, path);
  for (std::uint64_t cell = 0; cell < tallies.cells(); ++cell) check.check(cell);
}

HistogramBins bins_of(std::vector<std::uint64_t> const& smallest, std::string const& path, std::string const& dataset) {
  // bins hold a single value each in the exact part and in the first octave above it
  std::uint32_t single = 0;
  while (single < smallest.size() && smallest[single] == single) ++single;
  std::uint32_t const width = static_cast<std::uint32_t>(std::bit_width(single));
  HistogramBins const bins{single < smallest.size() && width >= 2 ? width - 2 : width, static_cast<std::uint32_t>(smallest.size())};
  for (std::uint32_t bin = 0; bin < bins.count; ++bin)
    if (smallest[bin] != histogram_edge(bins.exact_bits, bin))
      throw Error(ExitCode::bad_data, fmt::format("{}: {} holds no bins of a histogram; is the file damaged?", path, dataset));
  return bins;
}

}  // namespace fleetcast
