#include "status_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "host/io/utc_time.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t best_shown = 4;

double seconds_between(RunFacts::Time from, RunFacts::Time to) { return std::max(0.0, std::chrono::duration<double>(to - from).count()); }

Colour colour_of(RunPhase phase) {
  switch (phase) {
    case RunPhase::running: return Colour::cyan;
    case RunPhase::finished: return Colour::green;
    case RunPhase::stopped: return Colour::yellow;
    case RunPhase::failed: return Colour::red;
  }
  return Colour::none;
}

bool is_ticking(SeenStatus const& seen) { return seen.facts.phase == RunPhase::running && seen.liveness != Liveness::gone; }

/// Seconds since the status was written that its run has gone on.
double drift_seconds(SeenStatus const& seen) { return is_ticking(seen) ? seen.age_seconds() : 0.0; }

/// It ended by [stop], or when every cell had left the race.
bool is_done_early(RunFacts const& facts) { return facts.phase == RunPhase::finished && facts.done < facts.total; }

std::string amount_done(RunFacts const& facts) {
  if (facts.total == 0) return "planning";
  if (is_done_early(facts))
    return fmt::format("{} of at most {} realizations", grouped(static_cast<double>(facts.done)), grouped(static_cast<double>(facts.total)));
  return fmt::format("{:.1f}%  {} of {} realizations", 100 * facts.share(), grouped(static_cast<double>(facts.done)),
                     grouped(static_cast<double>(facts.total)));
}

std::string speed(RunFacts const& facts) {
  return fmt::format("{:.3g} requests/s, {:.3g} steps/s", facts.requests_per_second, facts.steps_per_second);
}

/// The hour and minute on this machine's clock, with the day where it is another one.
std::string clock_text(RunFacts::Time time, RunFacts::Time now) {
  auto const local = [](RunFacts::Time t) { return fmt::localtime(std::chrono::system_clock::to_time_t(t)); };
  std::tm const then = local(time);
  std::tm const today = local(now);
  bool const same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  return same_day ? fmt::format("{:%H:%M}", then) : fmt::format("{:%a %d %b, %H:%M}", then);
}

std::optional<double> left_seconds(SeenStatus const& seen) {
  if (!is_ticking(seen) || !seen.facts.eta_seconds) return std::nullopt;
  return std::max(0.0, *seen.facts.eta_seconds - drift_seconds(seen));
}

std::string left_text(SeenStatus const& seen, double left) {
  auto const end = seen.now + std::chrono::duration_cast<RunFacts::Time::duration>(std::chrono::duration<double>(left));
  return fmt::format("{}{}, until {}", seen.facts.looks_planned > 0 ? "at most " : "", duration(left), clock_text(end, seen.now));
}

std::string spent_text(SeenStatus const& seen) {
  double const earlier = seen.facts.earlier_seconds;
  return duration(seen.facts.elapsed_seconds + drift_seconds(seen)) +
         (earlier > 0 ? fmt::format(", {} of it before it was resumed", duration(earlier)) : "");
}

std::string best_text(BestSetting const& best) {
  std::string text = best.conditions.empty() ? "" : best.conditions + ": ";
  text += fmt::format("{}: {} USD {}", best.setting, grouped(best.cost_usd), per_period(best.period));
  if (best.cost_low_usd && best.cost_high_usd) text += fmt::format(" [{}, {}]", grouped(*best.cost_low_usd), grouped(*best.cost_high_usd));
  return text;
}

std::string count_text(std::uint64_t count, char const* what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

std::string trouble_text(RunFacts const& facts) {
  std::string text;
  if (facts.warnings > 0) text = count_text(facts.warnings, "warning");
  if (facts.faults > 0) text += (text.empty() ? "" : ", ") + count_text(facts.faults, "device fault");
  return text;
}

/// Rows under a bar: a name and what there is to say.
class Rows {
 public:
  Rows(std::vector<std::string>& lines, std::size_t width) : lines_(lines), width_(width) {}
  void add(char const* name, std::string const& text) { lines_.push_back(shortened(fmt::format("  {:<12} {}", name, text), width_)); }

 private:
  std::vector<std::string>& lines_;
  std::size_t width_;
};

}  // namespace

double SeenStatus::age_seconds() const { return seconds_between(facts.updated, now); }

std::optional<std::string> SeenStatus::death(double stale_seconds) const {
  if (facts.phase != RunPhase::running) return std::nullopt;
  std::string const process = fmt::format("process {} on {}", facts.process.pid, facts.process.host);
  if (liveness == Liveness::gone) return fmt::format("{} is gone and did not say why; it was last heard of {} ago", process, duration(age_seconds()));
  if (liveness == Liveness::elsewhere && age_seconds() > stale_seconds)
    return fmt::format("{} has not been heard of for {}", process, duration(age_seconds()));
  return std::nullopt;
}

std::vector<std::string> status_block(SeenStatus const& seen, std::size_t width, bool colours) {
  RunFacts const& facts = seen.facts;
  Colour const colour = !colours                                                              ? Colour::none
                        : seen.liveness == Liveness::gone && facts.phase == RunPhase::running ? Colour::red
                                                                                              : colour_of(facts.phase);
  std::string head = fmt::format("{} {}", facts.sweep, phase_name(facts.phase));
  head += fmt::format(" on {} (pid {})", facts.process.host, facts.process.pid);
  if (!facts.backend.empty()) head += fmt::format(": {}, {}", facts.backend, facts.device);  // not known before it has started
  std::vector<std::string> lines{shortened(head, width)};
  lines.push_back(bar_line(is_done_early(facts) ? 1.0 : facts.share(), amount_done(facts), width, colour));
  Rows rows(lines, width);
  if (facts.phase == RunPhase::running) rows.add("speed", speed(facts));
  if (auto const left = left_seconds(seen)) rows.add("left", left_text(seen, *left));
  rows.add("spent", spent_text(seen));
  if (facts.looks_planned > 0) rows.add("looks", fmt::format("{} of at most {}", facts.looks_taken, facts.looks_planned));
  for (std::size_t i = 0; i < std::min(facts.best.size(), best_shown); ++i) rows.add(i == 0 ? "best so far" : "", best_text(facts.best[i]));
  if (facts.best.size() > best_shown) rows.add("", fmt::format("and {} under further conditions", facts.best.size() - best_shown));
  if (auto const& checkpoint = facts.checkpoint)
    rows.add("checkpoint", fmt::format("{} ago: {} realizations, {} in {}", duration(seconds_between(checkpoint->written, seen.now)),
                                       grouped(static_cast<double>(checkpoint->done)), bytes(static_cast<double>(checkpoint->bytes)),
                                       duration(checkpoint->seconds)));
  if (std::string const trouble = trouble_text(facts); !trouble.empty()) rows.add("trouble", trouble);
  if (!facts.message.empty()) rows.add(phase_name(facts.phase), facts.message);
  rows.add("output", facts.output);
  if (!facts.digest.empty()) rows.add("digest", facts.digest);
  return lines;
}

std::string status_line(SeenStatus const& seen) {
  RunFacts const& facts = seen.facts;
  std::string text = fmt::format("{} {} {}: {}", utc_text(facts.updated), facts.sweep, phase_name(facts.phase), amount_done(facts));
  if (facts.phase == RunPhase::running) text += ", " + speed(facts);
  if (auto const left = left_seconds(seen)) text += fmt::format(", {} left", duration(*left));
  if (!facts.message.empty()) text += ", " + facts.message;
  return text;
}

}  // namespace fleetcast
