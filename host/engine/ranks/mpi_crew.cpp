#include "mpi_crew.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "host/config/error.hpp"
#include "mpi_introduction.hpp"

namespace fleetcast::mpi {

namespace {

/// A thread; without one the helpers, who have been told to ask for tiles, would wait for ever.
std::thread started(std::function<void()> const& work) {
  try {
    return std::thread(work);
  } catch (std::system_error const& error) {
    abort_all(error.what());
  }
}

}  // namespace

MpiCrew::MpiCrew(Plan const& plan, std::unique_ptr<LocalCrew> own, Leading leading, Reduction& reduction)
    : plan_(plan), own_(std::move(own)), leading_(std::move(leading)), reduction_(reduction), stragglers_(rank_count()) {
  broadcast({.order = Order::introduce});
  auto const all = gather_introductions(introduction(plan, *own_, leading_.job));
  expect_same_run(all);
  for (auto const& one : all)
    members_.push_back({.name = rank_name(static_cast<std::uint32_t>(members_.size()), one.host.data()),
                        .host = one.host.data(),
                        .backend = one.backend.data(),
                        .device = one.device.data(),
                        .workers = one.workers});
}

std::string MpiCrew::name() const {
  std::set<std::string> names;
  for (auto const& member : members_) names.insert(member.backend);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string MpiCrew::device() const {
  std::map<std::string, int> devices;
  std::set<std::string> hosts;
  for (auto const& member : members_) {
    ++devices[member.device];
    hosts.insert(member.host);
  }
  std::vector<std::string> each;
  for (auto const& [device, count] : devices) each.push_back(count == 1 ? device : fmt::format("{} × {}", count, device));
  return fmt::format("{} ranks on {} machine{}: {}", members_.size(), hosts.size(), hosts.size() == 1 ? "" : "s", fmt::join(each, "; "));
}

std::uint32_t MpiCrew::size() const {
  std::uint32_t workers = 0;
  for (auto const& member : members_) workers += member.is_out ? 0 : member.workers;
  return workers;
}

std::uint32_t MpiCrew::helpers() const {
  return static_cast<std::uint32_t>(std::count_if(members_.begin() + 1, members_.end(), [](Member const& member) { return !member.is_out; }));
}

void MpiCrew::work(WorkQueue& queue, Field const& field, RunState& state, TileReport const& report) {
  TileReport const one_at_a_time = [&](Effort const& effort) {
    std::lock_guard const guard(lock_);
    report(effort);
  };
  for (;;) {
    Round round(queue, lock_);
    compute(round, field, state, one_at_a_time);
    if (round.is_dry()) return;
  }
}

bool MpiCrew::draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, std::function<bool()> const& pause) {
  while (!members_[leader].is_out) {
    try {
      return own_->draw_bands(plan, scenario, state, pause);
    } catch (DeviceFault const&) {
      judge(std::current_exception());
    }
  }
  throw Error(ExitCode::internal, fmt::format("{}: no device is left that works; run again to go on", members_[leader].name));
}

void MpiCrew::warn(std::string const& message) {
  std::lock_guard const guard(lock_);
  leading_.warn(message);
}

void MpiCrew::compute(Round& round, Field const& field, RunState& state, TileReport const& report) {
  tell(state);
  std::exception_ptr problem;
  std::thread workers = started([&] {
    if (members_[leader].is_out) return;
    try {
      own_->work(round, field, state, report);
    } catch (...) {
      problem = std::current_exception();
      round.close();
    }
  });
  deal(round, report);
  workers.join();
  try {
    gather(state);
  } catch (std::exception const& error) {
    abort_all(error.what());  // helpers may be in the middle of a reduction
  }
  if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
  if (problem) judge(problem);
  if (size() == 0) throw Error(ExitCode::internal, "no rank has a device left that works; run again to go on from the last checkpoint");
}

void MpiCrew::judge(std::exception_ptr const& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (DeviceFault const& fault) {
    Member& own = members_[leader];
    note_lost_device(own, fault.what(), own_->do_without_lost() ? own_->size() : 0);
    if (own.is_out) return;
    own.backend = own_->name();
    own.device = own_->device();
  } catch (Error const& error) {
    throw Error(error.code(), fmt::format("{}: {}", members_[leader].name, error.what()));
  }
}

void MpiCrew::note_lost_device(Member& member, std::string const& problem, std::uint32_t workers) {
  member.is_out = workers == 0;
  member.workers = workers;
  member.tiles.clear();
  warn(fmt::format("{}, {}: {}; {}, what it had is done again", member.name, member.device, problem,
                   member.is_out ? "it gets no more work" : "it goes on with what is left to it, its CPU if nothing else is"));
}

void MpiCrew::tell(RunState const& state) {
  bool const news = left_ != state.left;
  left_ = state.left;
  broadcast({.order = Order::compute, .marks = left_.size(), .marks_are_new = news ? 1U : 0U});
  if (news) broadcast(left_);
}

void MpiCrew::deal(Round& round, TileReport const& report) {
  Patience patience;
  for (std::uint32_t working = helpers(); working > 0;) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, tag_report, MPI_COMM_WORLD, &there, &status);
    if (there == 0) {
      name_stragglers();
      patience.wait();
      continue;
    }
    patience.reset();
    auto const said = receive<Report>(status.MPI_SOURCE, tag_report);
    if (said.kind == Report::Kind::asks) {
      answer(status.MPI_SOURCE, said, round, report);
    } else {
      note_end(status.MPI_SOURCE, said, round);
      --working;
    }
  }
}

void MpiCrew::answer(int rank, Report const& asked, Round& round, TileReport const& report) {
  std::optional<Tile> tile;
  try {
    if (asked.tiles > 0) report(asked.effort);
    tile = round.next(asked.most);
  } catch (...) {  // the helpers must come to the end of the round before it can be told
    end_with(std::current_exception(), round);
  }
  send(tile.value_or(Tile{}), rank, tag_tile);
  auto const now = std::chrono::steady_clock::now();
  stragglers_.back(static_cast<std::uint32_t>(rank), asked.tiles, now);
  if (!tile) return;
  stragglers_.dealt(static_cast<std::uint32_t>(rank), now);
  members_[static_cast<std::size_t>(rank)].tiles.push_back(*tile);
  if (tile->first < plan_.band_realizations) with_bands_.insert(tile->scenario);
  if (with_bands_.size() * BandValues::bytes(plan_) > leading_.band_memory) round.close();
}

void MpiCrew::end_with(std::exception_ptr problem, Round& round) {
  problem_ = std::move(problem);
  round.close();
}

void MpiCrew::note_end(int rank, Report const& said, Round& round) {
  Member& member = members_[static_cast<std::size_t>(rank)];
  stragglers_.gone(static_cast<std::uint32_t>(rank));
  if (said.kind == Report::Kind::has_lost_device) {
    note_lost_device(member, receive_text(rank), said.workers);
    if (member.is_out) return;
    member.backend = receive_text(rank);
    member.device = receive_text(rank);
    round.close();  // so that it takes part again
    return;
  }
  if (said.kind == Report::Kind::has_failed) {
    Error const error(ExitCode{static_cast<int>(said.exit_code)}, fmt::format("{}: {}", member.name, receive_text(rank)));
    end_with(std::make_exception_ptr(error), round);
    member.tiles.clear();
    return;
  }
  std::uint64_t dealt = 0;
  for (auto const& tile : member.tiles) dealt += tile.realizations;
  if (said.effort.realizations != dealt) {
    Error const error(ExitCode::internal, fmt::format("{} was dealt {} realizations and did {}; please report it with the sweep file", member.name,
                                                      dealt, said.effort.realizations));
    end_with(std::make_exception_ptr(error), round);
  }
  effort_ += said.effort;
}

void MpiCrew::name_stragglers() {
  for (auto const& late : stragglers_.late(std::chrono::steady_clock::now())) {
    Member const& member = members_[late.rank];
    warn(fmt::format("{}, {}: has been at a tile for {:.0f} s, where others take {:.2g} s; is that machine overloaded, or gone?", member.name,
                     member.device, late.waited.count(), late.median.count()));
  }
}

void MpiCrew::gather(RunState& state) {
  std::map<std::uint32_t, RealizationSet> done;
  for (auto& member : members_) {
    for (auto const& tile : member.tiles) done[tile.scenario].add({tile.first, tile.first + tile.realizations});
    member.tiles.clear();
  }
  std::vector<Touched> touched;
  for (auto const& [scenario, set] : done) {
    bool const bands = with_bands_.contains(scenario) && state.collects_bands(plan_, scenario);
    touched.push_back({scenario, bands ? 1U : 0U});
  }
  broadcast({.order = Order::reduce, .scenarios = static_cast<std::uint32_t>(touched.size())});
  broadcast(touched);
  reduction_.add_to_leader(plan_, touched, state);
  helpers_seconds_ = reduction_.add_to_leader(KernelSeconds{});
  for (auto const& [scenario, bands] : touched) {
    state.done[scenario].add(done[scenario]);
    if (bands == 0) continue;
    for (auto const& span : done[scenario].spans()) state.bands[scenario]->note(span);
    state.make_bands(plan_, scenario);
  }
  state.effort += effort_;
  effort_ = {};
  with_bands_.clear();
}

}  // namespace fleetcast::mpi
