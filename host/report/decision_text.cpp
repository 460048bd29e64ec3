#include "decision_text.hpp"

#include <charconv>
#include <cmath>

#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

std::string rounded_text(double value, Signal signal) {
  if (signal != Signal::utilization) return shortest(std::round(value));
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr};
}

/// The signal and the threshold it passed: whole tokens, or four digits of a utilization; more where they would look alike.
std::string comparison(Decision const& d, Signal signal, char const* relation) {
  std::string const threshold = shortest(d.threshold);
  std::string text = rounded_text(d.signal, signal);
  if (text == threshold) text = shortest(d.signal);
  if (signal == Signal::tokens_per_replica && d.wanted == 0) return text += " tokens/min for no replica";
  text += signal == Signal::utilization ? " utilization " : signal == Signal::tokens_per_replica ? " tokens/replica " : " tokens/min ";
  text += relation;
  text += ' ';
  return text += threshold;
}

/// "90 s", "3 min", "1.5 min"
std::string time_text(std::uint32_t seconds) { return seconds < 60 ? shortest(seconds) + " s" : shortest(seconds / 60.0) + " min"; }

}  // namespace

std::string decision_text(Decision const& d, Signal signal, std::uint32_t tick_seconds) {
  auto const above = [&] { return comparison(d, signal, "above"); };
  auto const below = [&] { return comparison(d, signal, "below"); };
  auto const left = [&] { return time_text(d.ticks_left * tick_seconds); };
  auto const change = [&] { return " (" + shortest(d.wanted) + " to " + shortest(d.wanted_next) + ")"; };
  switch (d.outcome) {
    case Decision::Outcome::not_due: return "none: next look in " + left();
    case Decision::Outcome::hold: return "hold";
    case Decision::Outcome::up: return "up: " + above() + change();
    case Decision::Outcome::down: return "down: " + below() + change();
    case Decision::Outcome::at_max: return "none: at max_replicas " + shortest(d.wanted) + " (" + above() + ")";
    case Decision::Outcome::at_min: return "none: at min_replicas " + shortest(d.wanted) + " (" + below() + ")";
    case Decision::Outcome::held_up: return "none: cooldown " + left() + " left (" + above() + ")";
    case Decision::Outcome::held_down: return "none: cooldown " + left() + " left (" + below() + ")";
  }
  return {};
}

}  // namespace fleetcast
