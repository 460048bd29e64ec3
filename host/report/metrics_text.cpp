#include "metrics_text.hpp"

#include <fmt/format.h>

#include <string_view>

#include "host/config/keys.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

double unix_seconds(RunFacts::Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

/// A label's value between its quotes.
std::string escaped(std::string_view value) {
  std::string out;
  for (char const c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? "\\n" : std::string(1, c);
  }
  return out;
}

std::string label(char const* name, std::string_view value) { return fmt::format(",{}=\"{}\"", name, escaped(value)); }

class MetricsWriter {
 public:
  explicit MetricsWriter(RunFacts const& facts) : labels_(fmt::format("sweep=\"{}\",output=\"{}\"", escaped(facts.sweep), escaped(facts.output))) {}

  void counter(char const* name, char const* help, double value) {
    head(name, help, "counter");
    sample(name, "", value);
  }
  void gauge(char const* name, char const* help, double value) {
    head(name, help, "gauge");
    sample(name, "", value);
  }
  void head(char const* name, char const* help, char const* type) { text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type); }
  /// @param more  further labels, a comma before each
  void sample(char const* name, std::string const& more, double value) {
    text += fmt::format("{}{{{}{}}} {}\n", name, labels_, more, shortest(value));
  }

  std::string text;

 private:
  std::string labels_;
};

}  // namespace

std::string metrics_text(RunFacts const& f) {
  MetricsWriter out(f);
  out.head("fleetcast_run_info", "What runs and where; the value is always 1.", "gauge");
  out.sample("fleetcast_run_info",
             label("plan_hash", f.plan_hash) + label("backend", f.backend) + label("device", f.device) + label("host", f.process.host) +
                 label("version", version::number) + label("git_sha", version::git_sha),
             1);
  out.head("fleetcast_run_state", "1 for the state that the run is in, 0 for the others.", "gauge");
  for (RunPhase const phase : {RunPhase::running, RunPhase::finished, RunPhase::stopped, RunPhase::failed})
    out.sample("fleetcast_run_state", label("state", phase_name(phase)), phase == f.phase ? 1 : 0);
  if (f.exit_code) out.gauge("fleetcast_exit_code", "Exit code of the ended run.", *f.exit_code);
  out.gauge("fleetcast_start_timestamp_seconds", "When this process started, in seconds since 1970.", unix_seconds(f.started));
  out.gauge("fleetcast_update_timestamp_seconds", "When these numbers were written, in seconds since 1970.", unix_seconds(f.updated));

  out.counter("fleetcast_realizations_total", "Realizations done, once for each scenario.", static_cast<double>(f.done));
  out.gauge("fleetcast_realizations_planned", "Realizations there are to do, once for each scenario.", static_cast<double>(f.total));
  out.counter("fleetcast_requests_total", "Requests drawn.", f.requests);
  out.counter("fleetcast_policy_steps_total", "Ticks walked by all policies.", f.steps);
  out.counter("fleetcast_run_seconds_total", "Time spent on the run, before interruptions too.", f.elapsed_seconds);
  if (f.eta_seconds) out.gauge("fleetcast_eta_seconds", "Time the rest takes at the present rate.", *f.eta_seconds);

  out.counter("fleetcast_checkpoints_total", "Checkpoints this process wrote.", static_cast<double>(f.checkpoints));
  out.counter("fleetcast_checkpoint_seconds_total", "Time this process took to write checkpoints.", f.checkpoint_seconds);
  if (f.checkpoint) {
    out.gauge("fleetcast_checkpoint_timestamp_seconds", "When the last checkpoint was written, in seconds since 1970.",
              unix_seconds(f.checkpoint->written));
    out.gauge("fleetcast_checkpoint_realizations", "Realizations in the last checkpoint.", static_cast<double>(f.checkpoint->done));
    out.gauge("fleetcast_checkpoint_size_bytes", "Size of the last checkpoint.", static_cast<double>(f.checkpoint->bytes));
  }
  if (f.looks_planned > 0) out.counter("fleetcast_looks_total", "Looks taken at the unfinished run.", static_cast<double>(f.looks_taken));
  out.counter("fleetcast_warnings_total", "Warnings this process gave.", static_cast<double>(f.warnings));
  out.counter("fleetcast_faults_total", "Faults of devices this process met.", static_cast<double>(f.faults));
  out.counter("fleetcast_audited_realizations_total", "Realizations this process computed again on the CPU and found the same.",
              static_cast<double>(f.audited_realizations));
  return std::move(out.text);
}

}  // namespace fleetcast
