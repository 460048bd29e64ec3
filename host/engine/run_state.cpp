#include "run_state.hpp"

#include <utility>

namespace fleetcast {

Effort& Effort::operator+=(Effort const& other) {
  realizations += other.realizations;
  cell_realizations += other.cell_realizations;
  requests += other.requests;
  steps += other.steps;
  seconds += other.seconds;
  return *this;
}

RunState::RunState(Plan const& plan) : sums(plan), done(plan.scenarios.size()), bands(plan.scenarios.size()) {}

void RunState::make_bands(Plan const& plan, std::uint32_t scenario) {
  auto& values = bands[scenario];
  if (keeps_band_values || !values || !values->missing().empty()) return;
  sums.scenarios[scenario].bands = values->reduce(plan.config.sweep.quantiles);
  values.reset();
}

bool RunState::collects_bands(Plan const& plan, std::uint32_t scenario) const {
  bool const lacks_some = !bands[scenario] && !done[scenario].common(RealizationSet({{0, plan.band_realizations}})).is_empty();
  return wants_bands && !has_bands(scenario) && !lacks_some;
}

void RunState::add_bands(Plan const& plan, std::uint32_t scenario, BandValues values) {
  if (has_bands(scenario)) return;
  auto& ours = bands[scenario];
  if (!ours && values.realizations() == plan.band_realizations) {
    ours = std::move(values);
  } else {
    if (!ours) ours.emplace(plan);
    ours->add(values);
  }
  make_bands(plan, scenario);
}

void RunState::add(Plan const& plan, std::uint32_t scenario, RunState const& other) {
  sums.cells[scenario].add(other.sums.cells[scenario]);
  sums.scenarios[scenario].add(other.sums.scenarios[scenario]);
  done[scenario].add(other.done[scenario]);
  if (other.bands[scenario]) add_bands(plan, scenario, *other.bands[scenario]);
}

}  // namespace fleetcast
