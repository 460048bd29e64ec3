#include "decision_text.hpp"

#include <fmt/format.h>

#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

/// The signal and the threshold it passed: whole tokens, or four digits of a utilization; more where they would look alike.
std::string comparison(Decision const& d, Signal signal, char const* relation) {
  std::string const threshold = shortest(d.threshold);
  std::string value = signal == Signal::utilization ? fmt::format("{:.4g}", d.signal) : fmt::format("{:.0f}", d.signal);
  if (value == threshold) value = shortest(d.signal);
  bool const shared = signal == Signal::tokens_per_replica && d.wanted > 0;
  std::string const unit = signal == Signal::utilization ? "utilization" : shared ? "tokens/replica" : "tokens/min";
  if (signal == Signal::tokens_per_replica && !shared) return fmt::format("{} {} for no replica", value, unit);
  return fmt::format("{} {} {} {}", value, unit, relation, threshold);
}

/// "90 s", "3 min", "1.5 min"
std::string time_text(std::uint32_t seconds) {
  return seconds < 60 ? fmt::format("{} s", seconds) : fmt::format("{} min", shortest(seconds / 60.0));
}

}  // namespace

std::string decision_text(Decision const& d, Signal signal, std::uint32_t tick_seconds) {
  auto const above = [&] { return comparison(d, signal, "above"); };
  auto const below = [&] { return comparison(d, signal, "below"); };
  auto const left = [&] { return time_text(d.ticks_left * tick_seconds); };
  switch (d.outcome) {
    case Decision::Outcome::not_due: return fmt::format("none: next look in {}", left());
    case Decision::Outcome::hold: return "hold";
    case Decision::Outcome::up: return fmt::format("up: {} ({} to {})", above(), d.wanted, d.wanted_next);
    case Decision::Outcome::down: return fmt::format("down: {} ({} to {})", below(), d.wanted, d.wanted_next);
    case Decision::Outcome::at_max: return fmt::format("none: at max_replicas {} ({})", d.wanted, above());
    case Decision::Outcome::at_min: return fmt::format("none: at min_replicas {} ({})", d.wanted, below());
    case Decision::Outcome::held_up: return fmt::format("none: cooldown {} left ({})", left(), above());
    case Decision::Outcome::held_down: return fmt::format("none: cooldown {} left ({})", left(), below());
  }
  return {};
}

}  // namespace fleetcast
