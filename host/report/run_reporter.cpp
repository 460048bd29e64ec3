#include "run_reporter.hpp"

#include <filesystem>

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

RunReporter::RunReporter(RunFacts facts, std::vector<std::unique_ptr<RunObserver>> observers)
    : observers_(std::move(observers)), facts_(std::move(facts)) {
  facts_.process = this_process();
  facts_.started = std::chrono::system_clock::now();
  facts_.output = utf8(std::filesystem::absolute(facts_.output).string());  // for those who watch from another folder
}

void RunReporter::tell(RunEvent const& event) {
  facts_.updated = std::chrono::system_clock::now();
  for (auto const& observer : observers_) observer->notice(event, facts_);
}

void RunReporter::prepare() {
  std::lock_guard const lock(mutex_);
  tell({Kind::prepare});
}

void RunReporter::start(std::string const& backend, std::string const& device, nlohmann::ordered_json fields) {
  std::lock_guard const lock(mutex_);
  facts_.backend = backend;
  facts_.device = device;
  rates_.add({});
  fields["backend"] = backend;
  fields["device"] = device;
  tell({Kind::start, std::move(fields)});
}

void RunReporter::take(Effort const& done) {
  facts_.done = done.realizations;
  facts_.elapsed_seconds = done.seconds;
  facts_.requests = done.requests;
  facts_.steps = done.steps;
  rates_.add({done.seconds, static_cast<double>(done.realizations), done.requests, done.steps});
}

void RunReporter::take(Progress const& p) {
  facts_.total = p.realizations;
  facts_.earlier_seconds = p.earlier.seconds;
  take(p.done);
  auto const rates = rates_.per_second();
  facts_.realizations_per_second = rates.realizations;
  facts_.requests_per_second = rates.requests;
  facts_.steps_per_second = rates.steps;
  facts_.eta_seconds.reset();
  if (rates.realizations > 0) facts_.eta_seconds = static_cast<double>(facts_.total - facts_.done) / rates.realizations;
}

void RunReporter::resumed(std::string const& from, Effort const& earlier, std::uint64_t looks_taken) {
  std::lock_guard const lock(mutex_);
  rates_ = {};  // what was done before is no rate of this process
  take(earlier);
  facts_.earlier_seconds = earlier.seconds;
  facts_.looks_taken = looks_taken;
  tell({Kind::resumed, {{"from", utf8(from)}, {"done", earlier.realizations}, {"earlier_seconds", earlier.seconds}}});
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

void RunReporter::audited(std::uint64_t realizations) {
  std::lock_guard const lock(mutex_);
  facts_.audited_realizations = realizations;
  tell({Kind::audit, {{"realizations", realizations}, {"agree", true}}});
}

void RunReporter::result(std::string const& digest, std::string const& reason, Effort const& done, double write_seconds) {
  std::lock_guard const lock(mutex_);
  take(done);
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

void RunReporter::guard(std::function<void()> const& body) {
  try {
    body();
    end(RunPhase::finished, ExitCode::done, {});
  } catch (Error const& error) {
    end(is_stop(error.code()) ? RunPhase::stopped : RunPhase::failed, error.code(), error.what());
    throw;
  } catch (std::exception const& error) {
    end(RunPhase::failed, ExitCode::internal, error.what());
    throw;
  }
}

}  // namespace fleetcast
