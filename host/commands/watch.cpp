#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "commands.hpp"
#include "host/config/duration.hpp"
#include "host/config/error.hpp"
#include "host/report/interval_gate.hpp"
#include "host/report/run_facts.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/status_view.hpp"

namespace fleetcast {

namespace {

constexpr auto poll_interval = std::chrono::milliseconds(500);
constexpr auto line_interval = std::chrono::seconds(10);

struct WatchOptions {
  std::string path;
  bool json = false;
  bool once = false;
  std::string stale = "10m";
};

/// The status in a file; nothing where there is no file.
/// @throws Error no_input, bad_data
std::optional<RunFacts> read_status(std::string const& path) {
  struct stat entry {};
  if (::stat(path.c_str(), &entry) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw Error(ExitCode::no_input, fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  }
  if (!S_ISREG(entry.st_mode)) throw Error(ExitCode::no_input, fmt::format("{}: is no regular file; name one that run --status writes", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ExitCode::no_input, fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  return parse_status({std::istreambuf_iterator<char>(file), {}}, path);
}

/// A run as its status file and its process show it; nothing where there is no file.
std::optional<SeenStatus> look_at(std::string const& path) {
  auto facts = read_status(path);
  if (!facts) return std::nullopt;
  Liveness const alive = liveness(facts->process);
  if (facts->phase == RunPhase::running && alive == Liveness::gone) facts = read_status(path);  // it may have ended since, and said so
  if (!facts) return std::nullopt;
  return SeenStatus{std::move(*facts), alive, std::chrono::system_clock::now()};
}

/// Shows one status after another on stdout: on a terminal in place, elsewhere a line for a new one, at intervals.
class StatusScreen {
 public:
  explicit StatusScreen(WatchOptions const& options)
      : style_(options.json                   ? Style::json
               : ::isatty(STDOUT_FILENO) != 0 ? Style::in_place
               : options.once                 ? Style::block
                                              : Style::lines),
        due_(line_interval) {}

  /// @param last  the run has ended, or nobody looks again: shown whatever the interval
  void show(SeenStatus const& seen, bool last) {
    bool const is_new = shown_ != seen.facts.updated;
    if (style_ == Style::in_place) {
      auto const [lines, width] = terminal_size(STDOUT_FILENO);
      auto block = status_block(seen, width, colour_wanted());
      if (!last && block.size() >= lines) block.resize(std::max<std::size_t>(1, lines - 1));  // what has scrolled away can't be drawn over
      redraw(block);
    } else if (style_ == Style::block) {
      redraw(status_block(seen, std::numeric_limits<std::size_t>::max(), false));
    } else if (last || (is_new && (style_ == Style::json || due_.opens()))) {
      fmt::print("{}\n", style_ == Style::json ? status_json(seen.facts).dump() : status_line(seen));
      shown_ = seen.facts.updated;  // one kept back comes when the interval is over
    }
    std::fflush(stdout);
  }

 private:
  enum class Style { in_place, block, lines, json };

  void redraw(std::vector<std::string> const& lines) {
    std::string text = lines_drawn_ > 0 ? fmt::format("\x1b[{}A", lines_drawn_) : "";
    for (auto const& line : lines) text += line + (style_ == Style::in_place ? "\x1b[K\n" : "\n");
    if (style_ == Style::in_place) text += "\x1b[J";  // the block may have become shorter
    fmt::print("{}", text);
    lines_drawn_ = lines.size();
  }

  Style style_;
  IntervalGate due_;
  std::size_t lines_drawn_ = 0;
  std::optional<RunFacts::Time> shown_;
};

/// Waits for a status file that is not there yet.
SeenStatus first_look(WatchOptions const& options) {
  for (bool told = false;; told = true) {
    if (auto seen = look_at(options.path)) return std::move(*seen);
    if (options.once) throw Error(ExitCode::no_input, fmt::format("{}: does not exist; run --status writes it", options.path));
    if (!told) write_stderr("fleetcast: {} is not there yet; waiting for a run to write it (Ctrl-C to give up)\n", options.path);
    std::this_thread::sleep_for(poll_interval);
  }
}

int watch(WatchOptions const& options) {
  double const stale_seconds = parse_duration(options.stale, "--stale").count();
  StatusScreen screen(options);
  for (SeenStatus seen = first_look(options);;) {
    auto const death = seen.death(stale_seconds);
    bool const ended = seen.facts.phase != RunPhase::running;
    screen.show(seen, ended || death || options.once);
    if (death)
      throw Error(ExitCode::stopped_early,
                  fmt::format("{}: the run died: {}; the same command {}", options.path, *death,
                              seen.facts.checkpoint ? "goes on from its last checkpoint" : "begins anew, as nothing had been saved"));
    if (ended) return seen.facts.exit_code.value_or(static_cast<int>(ExitCode::internal));
    if (options.once) return 0;
    std::this_thread::sleep_for(poll_interval);
    auto next = look_at(options.path);
    if (!next) throw Error(ExitCode::no_input, fmt::format("{}: was removed while it was watched", options.path));
    seen = std::move(*next);
  }
}

}  // namespace

void add_watch_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* const command = app.add_subcommand("watch", "show a run that goes on, from its status file");
  command->add_option("status", options->path, "what run --status writes; waited for if it is not there yet")->required()->type_name("STATUS.json");
  command->add_flag("--once", options->once, "show it once and don't wait");
  command->add_flag("--json", options->json, "a line of JSON for every new status");
  command->add_option("--stale", options->stale, "age at which a status from another host tells that its run has died")
      ->capture_default_str()
      ->type_name("TIME");
  command->footer(
      "Ends with the run, with 0 if it has finished and with its exit code if it stopped or failed; with 75 if it died without a word\n"
      "(its process is gone, or on another host the status is stale), 66 if there is no such file, 65 if it is no status.\n"
      "\n"
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml --status results/status.json &\n"
      "  fleetcast watch results/status.json\n"
      "  fleetcast watch results/status.json --once --json | jq .eta_seconds");
  command->callback([options, &action] { action = [options] { return watch(*options); }; });
}

}  // namespace fleetcast
