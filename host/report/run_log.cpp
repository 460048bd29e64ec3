#include "run_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "host/io/utc_time.hpp"
#include "standard_error.hpp"

namespace fleetcast {

namespace {

struct EventName {
  char const* event;
  char const* level;
};

EventName name_of(RunEvent::Kind kind) {
  switch (kind) {
    case RunEvent::Kind::prepare: break;
    case RunEvent::Kind::start: return {"start", "info"};
    case RunEvent::Kind::resumed: return {"resumed", "info"};
    case RunEvent::Kind::progress: return {"progress", "info"};
    case RunEvent::Kind::look: return {"look", "info"};
    case RunEvent::Kind::checkpoint: return {"checkpoint", "info"};
    case RunEvent::Kind::warning: return {"warning", "warning"};
    case RunEvent::Kind::fault: return {"fault", "warning"};
    case RunEvent::Kind::audit: return {"audit", "info"};
    case RunEvent::Kind::result: return {"result", "info"};
    case RunEvent::Kind::stopped: return {"stopped", "warning"};
    case RunEvent::Kind::done: return {"done", "info"};
    case RunEvent::Kind::error: return {"error", "error"};
  }
  return {};
}

nlohmann::ordered_json progress_fields(RunFacts const& facts) {
  return {{"done", facts.done},
          {"total", facts.total},
          {"elapsed_seconds", facts.elapsed_seconds},
          {"eta_seconds", facts.eta_seconds ? nlohmann::ordered_json(*facts.eta_seconds) : nlohmann::ordered_json()},
          {"realizations_per_second", facts.realizations_per_second},
          {"requests_per_second", facts.requests_per_second},
          {"steps_per_second", facts.steps_per_second}};
}

}  // namespace

RunLog::RunLog(std::string path, std::chrono::steady_clock::duration progress_interval)
    : path_(std::move(path)), file_(path_), progress_due_(progress_interval) {
  progress_due_.restart();  // the start is told by its own event
}

void RunLog::notice(RunEvent const& event, RunFacts const& facts) {
  bool const is_progress = event.kind == RunEvent::Kind::progress;
  if (event.kind == RunEvent::Kind::prepare || (is_progress && !progress_due_.opens())) return;  // a log begins with the start
  EventName const name = name_of(event.kind);
  nlohmann::ordered_json line{{"time", utc_text(facts.updated)}, {"level", name.level}, {"event", name.event}, {"pid", facts.process.pid}};
  line.update(is_progress ? progress_fields(facts) : event.fields);
  // a path may hold bytes that are no UTF-8: a log shows them as it can
  if (file_.append(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) || warned_) return;
  warned_ = true;
  write_stderr("warning: {}: the log can't be written: {}; the run goes on\n", path_, std::strerror(errno));
}

}  // namespace fleetcast
