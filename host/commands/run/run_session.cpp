#include "run_session.hpp"

#include <fmt/format.h>

#include <memory>

#include "crew_choice.hpp"
#include "host/config/error.hpp"
#include "host/engine/runner.hpp"
#include "host/report/best_so_far.hpp"
#include "host/report/look_report.hpp"
#include "host/report/setting_text.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"
#include "run_answer.hpp"
#include "run_checks.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t most_raw_bytes = 4ULL << 30;

double seconds_since(RunSession::Clock::time_point start) { return std::chrono::duration<double>(RunSession::Clock::now() - start).count(); }

std::uint64_t realizations_to_do(Plan const& plan, RealizationSpan wanted) {
  std::uint64_t total = 0;
  for (auto const& scenario : plan.scenarios)
    if (scenario.problem.empty()) total += wanted.size();
  return total;
}

bool lacks_bands(RunState const& state) {
  for (std::uint32_t s = 0; s < state.done.size(); ++s)
    if (state.lacks_bands(s)) return true;
  return false;
}

/// What is known before anything is done.
RunFacts facts_of(Plan const& plan, RealizationSpan wanted, std::string const& output) {
  RunFacts facts;
  facts.sweep = plan.config.sweep.name;
  facts.plan_hash = plan.hash.hex();
  facts.output = output;
  facts.total = realizations_to_do(plan, wanted);
  facts.looks_planned = plan.config.looks() ? plan.looks.size() : 0;
  return facts;
}

}  // namespace

RunSession::RunSession(RunOptions const& options, Plan const& plan, std::string path, Clock::time_point start)
    : options_(options),
      plan_(plan),
      part_(options.part.part()),
      wanted_(part_ ? part_->span(plan.realizations) : RealizationSpan{0, plan.realizations}),
      path_(std::move(path)),
      start_(start),
      plan_seconds_(seconds_since(start)),
      lock_(path_),
      checkpoints_(path_),
      reporter_(facts_of(plan, wanted_, path_), options.observers.observers(options.quiet)),
      clock_(options.checkpoint_interval()),
      limit_(DeviceFaults::began(start), options.time_limit()),
      stop_rule_(plan, [this] { return earlier_seconds_ + seconds_since(start_); }) {}

int RunSession::run() {
  std::optional<Written> written;
  reporter_.guard([&] { written.emplace(work()); });
  // the run is done, whatever becomes of what is said about it
  LookReport const looks{plan_, stop_rule_, written->state.effort};
  return show_answer({options_, plan_, written->state, written->provenance, written->digest, path_, looks, audit_ ? &*audit_ : nullptr}, watch_);
}

RunStart RunSession::begin() {
  auto const& found = checkpoints_.find();
  if (options_.raw && !options_.fresh && found)
    throw Error(ExitCode::usage,
                fmt::format("--raw: begins anew, as ledgers are kept in memory alone, and {} is there; start over with --fresh, or name another "
                            "output with -o",
                            found->path));
  if (!options_.fresh) refuse_to_lose(path_, plan_, wanted_, found ? found->path : "", "replace it with --fresh");
  return start_of_run(path_, plan_, wanted_, checkpoints_, starts_anew());
}

RunSession::Written RunSession::work() {
  reporter_.prepare();
  if (auto const share = options_.audited_share()) audit_.emplace(*share, [&](Plan const& plan) { return options_.sweep.audit_backend(plan); });
  RunStart begun = begin();
  RunState& state = begun.state;
  earlier_seconds_ = state.effort.seconds;
  stop_rule_.recall(state.judge);
  std::unique_ptr<RawLedgers> const raw = options_.raw ? std::make_unique<RawLedgers>(plan_, most_raw_bytes) : nullptr;
  std::unique_ptr<Crew> crew;
  try {
    crew =
        make_crew(options_, plan_, {.raw = raw.get(), .audit = audit_ ? &*audit_ : nullptr}, [this](std::string const& message) { warn(message); });
  } catch (DeviceFault const& fault) {
    if (starts_anew() && options_.ranks == nullptr) checkpoints_.remove();
    recover(fault, state);
  }
  if (starts_anew()) checkpoints_.remove();  // not before: a run that can't begin leaves all as it is
  tell_start(begun, *crew);
  if (!simulate(state, *crew)) throw stopped(state);
  if (audit_) tell_audit(*audit_);
  return finish(std::move(begun.state), *crew, raw.get());
}

void RunSession::warn(std::string const& message) {
  reporter_.warning(message);  // first: it takes the progress bar off the line
  if (!options_.quiet) warn_on_stderr(message);
}

void RunSession::tell_start(RunStart const& begun, Crew const& crew) {
  reporter_.start(crew.name(), crew.device(), start_fields(plan_, options_.sweep));
  if (!begun.from.empty()) reporter_.resumed(begun.from, begun.state.effort, begun.state.sums.looks_taken);
  for (auto const& note : begun.notes) warn(note);
  for (auto const& warning : plan_warnings(plan_)) warn(warning);
  if (begun.from.empty()) return;
  Effort const& done = begun.state.effort;
  std::uint64_t const total = realizations_to_do(plan_, wanted_);
  bool const wants_bands = RealizationSet({wanted_}).contains({0, plan_.band_realizations});
  if (!options_.quiet)
    write_stderr("{} has {} of {} realizations{}\n", begun.from, grouped(static_cast<double>(done.realizations)), grouped(static_cast<double>(total)),
                 done.realizations < total                 ? ": going on from there (--fresh starts over)"
                 : wants_bands && lacks_bands(begun.state) ? ": the traffic of its bands is drawn, nothing else is left to simulate"
                                                           : ": nothing is left to simulate (--fresh does it again)");
}

bool RunSession::simulate(RunState& state, Crew& crew) {
  RunControl const control{.stop = [&] { return watch_.raised().load() || limit_.is_near(); },
                           .save_due = [&] { return !options_.raw && clock_.is_due(); },
                           .save = [&](RunState const&) { save(state); },
                           .report =
                               [&](Progress const& progress) {
                                 limit_.tile_done(progress.tile_seconds);
                                 reporter_.progress(progress);
                               },
                           .judge =
                               [&](SweepSums const& sums, std::uint32_t look) {
                                 LookVerdict verdict = stop_rule_.judge(sums, look);
                                 state.judge = stop_rule_.memory();
                                 reporter_.best(best_so_far(plan_, sums, state.left));
                                 reporter_.look(look_json(plan_, stop_rule_.looks().back()));
                                 return verdict;
                               },
                           .is_over = [&] { return stop_rule_.is_over(); }};
  try {
    return part_ ? run_part(plan_, state, crew, control, wanted_) : fleetcast::run(plan_, state, crew, control);
  } catch (DeviceFault const& fault) {
    recover(fault, state);
  }
}

void RunSession::save(RunState& state) {
  if (options_.raw) return;
  SavedCheckpoint const saved = checkpoints_.save(plan_, state);
  checkpoint_seconds_ += saved.seconds;
  clock_.saved(std::chrono::duration<double>(saved.seconds));
  limit_.saved();
  reporter_.best(best_so_far(plan_, state.sums, state.left));
  reporter_.checkpoint({.written = std::chrono::system_clock::now(),
                        .generation = saved.generation,
                        .done = state.effort.realizations,
                        .bytes = saved.bytes,
                        .seconds = saved.seconds});
}

void RunSession::keep(RunState const& state) noexcept {
  if (options_.raw) return;
  try {
    checkpoints_.save(plan_, state);
  } catch (std::exception const&) {
    // where the result can't be written, this may fail, too; the last checkpoint is whole, and what ended the run is told
  }
}

Error RunSession::stopped(RunState const& state) const {
  std::string const consequence =
      options_.raw ? "nothing was written: --raw keeps its ledgers in memory"
                   : fmt::format("{} of {} realizations are saved beside {}; the same command{} goes on from there",
                                 grouped(static_cast<double>(state.effort.realizations)),
                                 grouped(static_cast<double>(realizations_to_do(plan_, wanted_))), path_, options_.fresh ? " without --fresh" : "");
  if (watch_.raised()) return watch_.stopped(consequence);
  std::string const when = limit_.is_over()
                               ? fmt::format("stopped after {}: a tile or the saving took longer than was left", duration(limit_.elapsed().count()))
                               : "stopped in time to save";
  return {ExitCode::stopped_early, fmt::format("--max-time {}: {}; {}", options_.max_time, when, consequence)};
}

void RunSession::tell_audit(Audit const& audit) {
  reporter_.audited(audit.realizations());
  if (audit.realizations() == 0 && options_.ranks == nullptr)  // other ranks' are not known here
    warn("--audit: this process simulated nothing that it could compute again, so nothing was compared; --fresh simulates all again");
}

void RunSession::recover(DeviceFault const& fault, RunState& state) {
  // a rank can't start anew by itself; nothing has been done yet
  if (options_.ranks != nullptr) throw Error(fault.code(), fmt::format("{}; run again to go on", fault.what()));
  SignalWatch::hold();
  save(state);
  if (watch_.raised()) throw stopped(state);
  DeviceFaults faults = DeviceFaults::from_environment();
  faults.add(fault.device());
  std::string const message =
      fmt::format("{}; a fresh process {}, {}", fault.what(), options_.raw ? "begins anew, as --raw saves nothing" : "goes on from what is saved",
                  faults.is_given_up(fault.device()) ? "without that device" : "and tries it once more");
  reporter_.fault(message);
  warn_on_stderr(message);
  if (watch_.raised()) throw stopped(state);  // by a signal that another thread took
  faults.restart(DeviceFaults::began(start_), options_.raw ? DeviceFaults::Then::begins_anew : DeviceFaults::Then::goes_on);
}

RunSession::Written RunSession::finish(RunState state, Crew const& crew, RawLedgers const* raw) {
  Hash128 const hash = digest(plan_, state.sums);
  LookReport const looks{plan_, stop_rule_, state.effort};
  Provenance const provenance{.backend = crew.name(),
                              .device = crew.device(),
                              .stop_reason = stop_rule_.reason(),
                              .run_seconds = state.effort.seconds,
                              .plan_seconds = plan_seconds_,
                              .stop_rule = stop_rule_.rule(),
                              .look_log = looks.json().dump(),
                              .left_race = stop_rule_.left_race(),
                              .part = part_,
                              .kernel_seconds = crew.kernel_seconds(),
                              .checkpoint_seconds = checkpoint_seconds_};
  auto const writing = Clock::now();
  try {
    if (!write_result(path_, plan_, state.sums, hash, watch_.raised(), provenance, raw)) throw stopped(state);
  } catch (...) {  // memory may have run out, too
    keep(state);   // all is done but the writing
    throw;
  }
  checkpoints_.remove();
  reporter_.best(best_so_far(plan_, state.sums, state.left));
  reporter_.result(hash.hex(), provenance.stop_reason, state.effort, seconds_since(writing));
  return {std::move(state), provenance, hash};
}

}  // namespace fleetcast
