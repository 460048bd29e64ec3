#include "crew.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "plan_subset.hpp"
#include "round.hpp"

namespace fleetcast {

namespace {

Effort effort_of(Plan const& plan, std::uint64_t cells, TileTotals const& tile) {
  std::uint64_t const realizations = tile.totals.size();
  Effort effort{.realizations = realizations, .cell_realizations = cells * realizations};
  for (auto const& t : tile.totals) effort.requests += static_cast<double>(t.requests);
  effort.steps = static_cast<double>(plan.distinct_policies()) * plan.total_ticks() * static_cast<double>(realizations);
  return effort;
}

bool is_lost_device(std::exception_ptr const& problem) {
  if (!problem) return false;
  try {
    std::rethrow_exception(problem);
  } catch (DeviceFault const&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// A lost device last: the work of the others goes on after it, which is over after any other problem.
void rethrow_first(std::vector<std::exception_ptr> problems) {
  std::stable_partition(problems.begin(), problems.end(), [](std::exception_ptr const& problem) { return !is_lost_device(problem); });
  for (auto const& problem : problems)
    if (problem) std::rethrow_exception(problem);
}

}  // namespace

struct Worker::Part {
  std::uint32_t scenario;
  std::optional<CellSums> own;  ///< none: the state's are added to
  ScenarioSums totals;
  std::optional<BandValues> bands;
  RealizationSet done;
  Effort effort;

  Part(Field const& field, RunState const& state, std::uint32_t s, bool in_place, std::mutex& lock) : scenario(s) {
    Plan const& plan = *field.plan(s);
    if (!in_place || &plan != &field.whole()) own.emplace(plan);
    totals.work_ms.resize(plan.services.size());
    totals.reference.resize(plan.references.size());
    std::lock_guard const guard(lock);
    if (state.collects_bands(plan, s)) bands.emplace(plan);
  }

  BandValues* band_values() { return bands ? &*bands : nullptr; }
};

Worker::Worker(Plan const& plan, BackendMaker make, bool alone, CrewExtras const& extras) : make_(std::move(make)), alone_(alone), extras_(extras) {
  use_backend_for(std::shared_ptr<Plan const>(&plan, [](Plan const*) {}), valid_policies(plan));
}

void Worker::use_backend_for(std::shared_ptr<Plan const> const& plan, std::vector<std::uint8_t> const& stays) {
  if (backend_ && stays == stays_) return;
  seconds_ = kernel_seconds();
  backend_.reset();  // its memory first
  backend_ = make_(*plan);
  plan_ = plan;
  stays_ = stays;
}

Effort Worker::compute(Tile const& tile, Field const& field, Part& part) {
  Effort effort;
  // it may have been dealt to a backend of larger tiles, which another scenario's policies had
  for (std::uint32_t done = 0; done < tile.realizations;) {
    std::uint32_t const count = std::min(backend_->tile_realizations(), tile.realizations - done);
    backend_->run_tile({tile.scenario, tile.first + done, count}, extras_.raw);
    TileTotals const totals = backend_->totals();
    add_totals(part.totals, totals);
    effort += effort_of(*field.plan(tile.scenario), field.cells(tile.scenario), totals);
    done += count;
  }
  part.done.add({tile.first, tile.first + tile.realizations});
  part.effort += effort;
  return effort;
}

Effort Worker::compute_audited(Tile const& tile, Field const& field, RunState& state, std::mutex& lock) {
  Part part(field, state, tile.scenario, false, lock);
  backend_->begin_scenario(tile.scenario, *part.own, part.band_values());
  Effort const effort = compute(tile, field, part);
  backend_->bring_home();
  extras_.audit->compare(*field.plan(tile.scenario), {tile, *part.own, part.totals, part.band_values()}, backend_->device());
  hand_over(part, field, state, lock);
  return effort;
}

void Worker::work(WorkQueue& queue, Field const& field, RunState& state, std::mutex& lock, TileReport const& report) {
  auto const tell = [&](Effort const& effort) {
    std::lock_guard const guard(lock);
    report(effort);
  };
  std::optional<Part> part;
  while (auto tile = queue.next(backend_->tile_realizations())) {
    std::uint32_t const scenario = tile->scenario;
    std::uint32_t const audited = extras_.audit != nullptr ? extras_.audit->due(tile->realizations, owed_to_audit_) : 0;
    if (part && (part->scenario != scenario || audited > 0)) {
      hand_over(*part, field, state, lock);
      part.reset();
    }
    auto const begun = std::chrono::steady_clock::now();
    use_backend_for(field.plan(scenario), field.stays(scenario));
    Effort effort;
    if (audited > 0) effort += compute_audited({scenario, tile->first, audited}, field, state, lock);
    tile->first += audited;
    tile->realizations -= audited;
    if (tile->realizations > 0) {
      if (!part) {
        part.emplace(field, state, scenario, alone_ && !backend_->may_fault(), lock);
        backend_->begin_scenario(scenario, part->own ? *part->own : state.sums.cells[scenario], part->band_values());
      }
      effort += compute(*tile, field, *part);
    }
    effort.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    tell(effort);
  }
  if (part) hand_over(*part, field, state, lock);
}

void Worker::hand_over(Part& part, Field const& field, RunState& state, std::mutex& lock) {
  backend_->bring_home();
  std::lock_guard const guard(lock);
  std::uint32_t const s = part.scenario;
  Plan const& plan = *field.plan(s);
  Plan const& whole = field.whole();
  CellSums& cells = state.sums.cells[s];
  if (!part.own) {
    cells.add_realizations(part.done.size());
  } else {
    part.own->add_realizations(part.done.size());
    if (&plan == &whole) cells.add(*part.own);
    for (std::size_t p = 0; &plan != &whole && p < plan.policies.size(); ++p)
      if (field.stays(s)[p] != 0) cells.add(whole.policies[p].slot, *part.own, plan.policies[p].slot);
  }
  state.sums.scenarios[s].add(part.totals);
  state.done[s].add(part.done);
  state.effort += part.effort;
  if (part.bands && !part.bands->drawn().is_empty()) state.add_bands(whole, s, std::move(*part.bands));
}

LocalCrew::LocalCrew(Plan const& plan, std::vector<BackendMaker> const& makers, CrewExtras const& extras, BackendMaker fallback)
    : plan_(plan), extras_(extras), fallback_(std::move(fallback)) {
  for (auto const& make : makers) {
    try {
      workers_.emplace_back(plan, make, makers.size() == 1, extras);
    } catch (Error const& error) {
      bool const may_do_without = makers.size() > 1 && (!workers_.empty() || &make != &makers.back() || fallback_);
      if (error.code() != ExitCode::no_device || !may_do_without) throw;
      unusable_.emplace_back(error.what());
    }
  }
  if (workers_.empty()) workers_.emplace_back(plan, std::exchange(fallback_, {}), true, extras);
}

bool LocalCrew::do_without_lost() {
  for (auto i = lost_.rbegin(); i != lost_.rend(); ++i) {
    seconds_of_lost_ = seconds_of_lost_ + workers_[*i].kernel_seconds();
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(*i));
  }
  lost_.clear();
  if (workers_.empty() && fallback_) workers_.emplace_back(plan_, std::exchange(fallback_, {}), true, extras_);
  return !workers_.empty();
}

std::string LocalCrew::name() const { return workers_.front().backend().name(); }

std::string LocalCrew::device() const {
  std::string first = workers_.front().backend().device();
  auto const same = [&](Worker const& worker) { return worker.backend().device() == first; };
  if (workers_.size() == 1) return first;
  if (std::all_of(workers_.begin(), workers_.end(), same)) return fmt::format("{} × {}", workers_.size(), first);
  std::string all = first;
  for (std::size_t i = 1; i < workers_.size(); ++i) all += ", " + workers_[i].backend().device();
  return all;
}

void LocalCrew::work(WorkQueue& queue, Field const& field, RunState& state, TileReport const& report) {
  std::mutex lock;
  std::mutex asking;  // of its own: an answer may take as long as another machine does
  Round round(queue, asking);
  std::vector<std::exception_ptr> problems(workers_.size());
  auto const take_part = [&](std::size_t i) {
    try {
      workers_[i].work(round, field, state, lock, report);
    } catch (...) {
      problems[i] = std::current_exception();
      round.close();  // the others need not go on to the end of the stretch
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back(take_part, i);
  take_part(0);
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (is_lost_device(problems[i])) lost_.push_back(i);
  rethrow_first(std::move(problems));
}

bool LocalCrew::draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, std::function<bool()> const& pause) {
  try {
    return fleetcast::draw_bands(plan, scenario, state, workers_.front().maker(), pause);
  } catch (DeviceFault const&) {
    lost_.push_back(0);
    throw;
  }
}

bool draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, BackendMaker const& make, std::function<bool()> const& pause) {
  // demand is the same whatever the policy: one of them is enough
  std::vector<std::uint8_t> keep(plan.policies.size(), 0);
  auto const valid = std::find_if(plan.policies.begin(), plan.policies.end(), [](PolicyInfo const& policy) { return policy.problem.empty(); });
  keep[plan.baseline ? *plan.baseline : static_cast<std::size_t>(valid - plan.policies.begin())] = 1;
  Plan const small = keep_policies(plan, keep);
  auto const backend = make(small);
  BandValues drawn(plan);  // of its own, as a worker's: what a device has not brought home does not count
  CellSums unused(small);
  backend->begin_scenario(scenario, unused, &drawn);
  bool is_paused = false;
  for (auto span : state.bands[scenario] ? state.bands[scenario]->missing() : drawn.missing())
    while (span.size() > 0 && !is_paused) {
      auto const count = static_cast<std::uint32_t>(std::min<std::uint64_t>(backend->tile_realizations(), span.size()));
      backend->run_tile({scenario, span.first, count}, nullptr);
      span.first += count;
      is_paused = pause && pause();
    }
  backend->bring_home();
  state.add_bands(plan, scenario, std::move(drawn));
  return state.has_bands(scenario);
}

KernelSeconds LocalCrew::kernel_seconds() const {
  KernelSeconds sum = seconds_of_lost_;
  for (auto const& worker : workers_) sum = sum + worker.kernel_seconds();
  return sum;
}

}  // namespace fleetcast
