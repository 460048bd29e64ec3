#include "run_reporter.hpp"

namespace fleetcast {

namespace {

using Kind = RunEvent::Kind;

/// A text without bytes that JSON and Prometheus refuse; paths may hold any.
std::string utf8(std::string const& text) {
  using Json = nlohmann::ordered_json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

bool is_stop(ExitCode code) { return code == ExitCode::stopped_early || code == ExitCode::interrupted || code == ExitCode::terminated; }

}  // namespace

RunReporter::RunReporter(std::vector<std::unique_ptr<RunObserver>> observers) : observers_(std::move(observers)) {
  facts_.process = this_process();
  facts_.started = std::chrono::system_clock::now();
}

void RunReporter::tell(RunEvent const& event) {
  facts_.updated = std::chrono::system_clock::now();
  for (auto const& observer : observers_) observer->notice(event, facts_);
}

void RunReporter::start(RunFacts facts, nlohmann::ordered_json fields) {
  std::lock_guard const lock(mutex_);
  facts.process = facts_.process;
  facts.started = facts_.started;
  for (std::string* text : {&facts.sweep, &facts.output, &facts.device, &facts.process.host}) *text = utf8(*text);
  facts_ = std::move(facts);
  tell({Kind::start, std::move(fields)});
}

void RunReporter::take(Progress const& p) {
  facts_.done = p.done;
  facts_.total = p.total;
  facts_.elapsed_seconds = p.seconds;
  facts_.requests = p.requests;
  facts_.steps = p.steps;
  rates_.add({p.seconds, static_cast<double>(p.done), p.requests, p.steps});
  auto const rates = rates_.per_second();
  facts_.realizations_per_second = rates.realizations;
  facts_.requests_per_second = rates.requests;
  facts_.steps_per_second = rates.steps;
  facts_.eta_seconds.reset();
  if (rates.realizations > 0) facts_.eta_seconds = static_cast<double>(p.total - p.done) / rates.realizations;
}

void RunReporter::resumed(std::string const& from, Progress const& progress) {
  std::lock_guard const lock(mutex_);
  take(progress);
  facts_.earlier_seconds = progress.seconds;
  tell({Kind::resumed, {{"from", utf8(from)}, {"done", progress.done}, {"total", progress.total}, {"earlier_seconds", progress.seconds}}});
}

void RunReporter::progress(Progress const& progress) {
  std::lock_guard const lock(mutex_);
  take(progress);
  tell({Kind::progress});
}

void RunReporter::best(std::vector<BestSetting> best) {
  std::lock_guard const lock(mutex_);
  facts_.best = std::move(best);
}

void RunReporter::look(nlohmann::ordered_json look) {
  std::lock_guard const lock(mutex_);
  ++facts_.looks_taken;
  tell({Kind::look, std::move(look)});
}

void RunReporter::checkpoint(CheckpointFacts const& written) {
  std::lock_guard const lock(mutex_);
  facts_.checkpoint = written;
  ++facts_.checkpoints;
  facts_.checkpoint_seconds += written.seconds;
  tell({Kind::checkpoint, {{"generation", written.generation}, {"done", written.done}, {"bytes", written.bytes}, {"seconds", written.seconds}}});
}

void RunReporter::warning(std::string const& message) {
  std::lock_guard const lock(mutex_);
  ++facts_.warnings;
  tell({Kind::warning, {{"message", message}}});
}

void RunReporter::fault(std::string const& message) {
  std::lock_guard const lock(mutex_);
  ++facts_.faults;
  tell({Kind::fault, {{"message", message}}});
}

void RunReporter::audit(std::uint64_t tiles) {
  std::lock_guard const lock(mutex_);
  facts_.audited_tiles += tiles;
  tell({Kind::audit, {{"tiles", tiles}, {"agree", true}}});
}

void RunReporter::result(std::string const& digest, std::string const& reason, double write_seconds) {
  std::lock_guard const lock(mutex_);
  facts_.digest = digest;
  facts_.message = reason;
  tell({Kind::result, {{"output", facts_.output}, {"digest", digest}, {"reason", reason}, {"write_seconds", write_seconds}}});
}

nlohmann::ordered_json RunReporter::done_fields() const {
  nlohmann::ordered_json fields{{"digest", facts_.digest},
                                {"done", facts_.done},
                                {"requests", facts_.requests},
                                {"steps", facts_.steps},
                                {"elapsed_seconds", facts_.elapsed_seconds},
                                {"earlier_seconds", facts_.earlier_seconds}};
  if (facts_.elapsed_seconds > 0) {
    fields["requests_per_second"] = facts_.requests / facts_.elapsed_seconds;
    fields["steps_per_second"] = facts_.steps / facts_.elapsed_seconds;
  }
  return fields;
}

void RunReporter::end(RunPhase phase, ExitCode code, std::string const& message) {
  std::lock_guard const lock(mutex_);
  facts_.phase = phase;
  facts_.exit_code = static_cast<int>(code);
  if (phase != RunPhase::finished) facts_.message = utf8(message);  // a finished one has said why with its result
  facts_.eta_seconds.reset();
  if (phase == RunPhase::finished) {
    tell({Kind::done, done_fields()});
    return;
  }
  tell({phase == RunPhase::stopped ? Kind::stopped : Kind::error, {{"exit_code", facts_.exit_code.value()}, {"message", facts_.message}}});
}

int RunReporter::guard(std::function<int()> const& body) {
  try {
    int const code = body();
    end(RunPhase::finished, ExitCode::done, {});
    return code;
  } catch (Error const& error) {
    end(is_stop(error.code()) ? RunPhase::stopped : RunPhase::failed, error.code(), error.what());
    throw;
  } catch (std::exception const& error) {
    end(RunPhase::failed, ExitCode::internal, error.what());
    throw;
  }
}

}  // namespace fleetcast
