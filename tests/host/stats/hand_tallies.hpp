/// Tallies of cells whose every realization a test writes down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/stats/cell_tallies.hpp"

namespace fleetcast::testing {

/// What happened in one realization of a cell.
struct HandDay {
  std::int64_t billed = 0;
  bool met = true;
  std::int64_t work = 0;
  std::int64_t violated_requests = 0;
  std::int64_t requests = 1000;
  std::int64_t violated_ticks = 0;
  std::int64_t reference = 1;
};

/// An axis as the plan makes it.
inline Axis hand_axis(std::string const& key, std::vector<double> values) {
  return {key, std::move(values), "", "", key.starts_with("workload."), false};
}

/// A grid without axes yet and without cells; a replica-tick costs 1 USD.
inline CellTallies no_cells() {
  CellTallies t;
  t.confidence = 0.95;
  t.ledger_ticks = 1440;
  t.tick_seconds = 60;
  t.period = "day";
  return t;
}

inline void add_invalid_cell(CellTallies& t) {
  for (auto* const column : {&t.realizations, &t.met, &t.violating}) column->push_back(0);
  for (auto& column : t.met_at) column.push_back(0);
  for (auto* const column : {&t.usd, &t.objective, &t.expected_work}) column->push_back(0);
  for (auto* const column : {&t.billed, &t.billed_square, &t.violated_ticks, &t.violated_ticks_square, &t.violated_requests,
                             &t.violated_requests_square, &t.requests, &t.requests_square, &t.violated_requests_requests, &t.work, &t.work_square,
                             &t.billed_work, &t.reference, &t.reference_square, &t.billed_reference})
    column->push_back(0);
  t.valid.push_back(0);
}

/// Appends a cell; `met_at` gets the count of days that met the objective.
inline void add_cell(CellTallies& t, std::vector<HandDay> const& days) {
  add_invalid_cell(t);
  t.valid.back() = 1;
  t.realizations.back() = days.size();
  t.usd.back() = 1;
  t.objective.back() = 0.99;
  auto const times = [](std::int64_t a, std::int64_t b) { return static_cast<Sum128>(a) * b; };
  for (auto const& day : days) {
    t.met.back() += day.met ? 1 : 0;
    t.violating.back() += day.violated_ticks > 0 ? 1 : 0;
    t.billed.back() += day.billed;
    t.billed_square.back() += times(day.billed, day.billed);
    t.violated_ticks.back() += day.violated_ticks;
    t.violated_ticks_square.back() += times(day.violated_ticks, day.violated_ticks);
    t.violated_requests.back() += day.violated_requests;
    t.violated_requests_square.back() += times(day.violated_requests, day.violated_requests);
    t.requests.back() += day.requests;
    t.requests_square.back() += times(day.requests, day.requests);
    t.violated_requests_requests.back() += times(day.violated_requests, day.requests);
    t.work.back() += day.work;
    t.work_square.back() += times(day.work, day.work);
    t.billed_work.back() += times(day.billed, day.work);
    t.reference.back() += day.reference;
    t.reference_square.back() += times(day.reference, day.reference);
    t.billed_reference.back() += times(day.billed, day.reference);
  }
  for (auto& column : t.met_at) column.back() = t.met.back();
}

/// Makes cell 0 the baseline of all cells, whose days are given.
inline void add_baseline(CellTallies& t, std::vector<std::vector<HandDay>> const& cells) {
  BaselineTallies& baseline = t.baseline.emplace();
  for (auto const& days_of : cells) {
    baseline.cell.push_back(0);
    for (auto* const column : {&baseline.billed, &baseline.violated_ticks, &baseline.violated_requests}) column->push_back(0);
    for (std::size_t i = 0; i < days_of.size(); ++i) {
      baseline.billed.back() += static_cast<Sum128>(days_of[i].billed) * cells[0][i].billed;
      baseline.violated_ticks.back() += static_cast<Sum128>(days_of[i].violated_ticks) * cells[0][i].violated_ticks;
      baseline.violated_requests.back() += static_cast<Sum128>(days_of[i].violated_requests) * cells[0][i].violated_requests;
    }
  }
}

}  // namespace fleetcast::testing
