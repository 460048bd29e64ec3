#include "mpi_helper.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "remote_queue.hpp"

namespace fleetcast::mpi {

MpiHelper::MpiHelper(std::function<Helper()> const& prepare, Reduction& reduction) : reduction_(reduction) {
  try {
    Helper helper = prepare();
    RunState state(*helper.plan);
    state.keeps_band_values = true;
    me_ = introduction(*helper.plan, *helper.crew, helper.job);
    work_ = Work{std::move(helper), std::move(state)};
    field_.emplace(*work_->with.plan, left_);
  } catch (Error const& error) {
    me_ = introduction(error);
  } catch (std::exception const& error) {
    me_ = introduction(Error(ExitCode::internal, error.what()));
  }
}

void MpiHelper::serve() {
  for (;;) {
    Command const command = broadcast({});
    switch (command.order) {
      case Order::introduce: gather_introductions(me_); break;
      case Order::compute: compute(command); break;
      case Order::reduce: reduce(command); break;
      case Order::leave: return;
    }
  }
}

void MpiHelper::compute(Command const& command) {
  if (command.marks_are_new != 0) {
    left_.resize(command.marks);
    broadcast(left_);
    field_.emplace(*work_->with.plan, left_);
  }
  if (is_out_) return;
  End end = run_round();
  bool const has_finished = end.report.kind == Report::Kind::has_finished;
  LocalCrew& crew = *work_->with.crew;
  is_out_ = !has_finished && !(end.report.kind == Report::Kind::has_lost_device && crew.do_without_lost());
  end.report.workers = is_out_ ? 0 : crew.size();
  send(end.report, leader, tag_report);
  if (has_finished) return;
  send_text(end.problem, leader);
  if (!is_out_) {
    send_text(crew.name(), leader);
    send_text(crew.device(), leader);
  }
  forget_round();  // rank 0 counts it as never dealt
}

MpiHelper::End MpiHelper::run_round() {
  using Kind = Report::Kind;
  RemoteQueue queue;
  std::mutex lock;
  Report report;  // of tiles that rank 0 has not heard of
  End end{{.kind = Kind::has_finished}, ""};
  std::thread workers([&] {
    try {
      work_->with.crew->work(queue, *field_, work_->state, [&](Effort const& effort) {
        std::lock_guard const guard(lock);
        ++report.tiles;
        double const longest = std::max(report.effort.seconds, effort.seconds);
        report.effort += effort;
        report.effort.seconds = longest;
      });
    } catch (DeviceFault const& fault) {
      end = {{.kind = Kind::has_lost_device}, fault.what()};
    } catch (Error const& error) {
      end = {{.kind = Kind::has_failed, .exit_code = static_cast<std::uint32_t>(error.code())}, error.what()};
    } catch (std::exception const& error) {
      end = {{.kind = Kind::has_failed, .exit_code = static_cast<std::uint32_t>(ExitCode::internal)}, error.what()};
    }
    queue.end();
  });
  while (auto const most = queue.wait_for_ask()) {
    {
      std::lock_guard const guard(lock);
      report.most = *most;
      send(std::exchange(report, {}), leader, tag_report);
    }
    auto const tile = receive<Tile>(leader, tag_tile);
    if (tile.realizations > 0) touched_.insert(tile.scenario);
    queue.answer(tile.realizations > 0 ? std::optional(tile) : std::nullopt);
  }
  workers.join();
  end.report.effort = work_->state.effort;
  return end;
}

void MpiHelper::reduce(Command const& command) {
  std::vector<Touched> touched(command.scenarios);
  broadcast(touched);
  reduction_.add_to_leader(*work_->with.plan, touched, work_->state);
  reduction_.add_to_leader(work_->with.crew->kernel_seconds());
  for (auto const& part : touched) work_->state.bands[part.scenario].reset();  // also of scenarios in which this rank did nothing
  forget_round();
}

void MpiHelper::forget_round() {
  RunState& state = work_->state;
  for (std::uint32_t const s : touched_) {
    state.sums.cells[s].clear();
    state.sums.scenarios[s].for_each([](Moments& m) { m = {}; });
    state.done[s] = {};
    state.bands[s].reset();
  }
  state.effort = {};
  touched_.clear();
}

}  // namespace fleetcast::mpi
