#include "scope_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/config/axis_text.hpp"
#include "host/config/error.hpp"
#include "host/config/spelling.hpp"

namespace fleetcast {

namespace {

[[noreturn]] void refuse(std::string const& message) { throw Error(ExitCode::usage, message); }

/// An option's text taken apart: the axis and what is said of it.
struct Narrowing {
  std::string option;  ///< as messages show it: "--pin scale_up_at=180000"
  std::size_t axis;
  std::string text;  ///< after the equals sign
};

Narrowing parse(std::string const& name, std::string const& text, std::string const& form, std::vector<Axis> const& axes) {
  std::string const option = name + " " + text;
  std::size_t const equals = text.find('=');
  if (equals == std::string::npos || equals == 0) refuse(fmt::format("{}: write it as {}", option, form));
  std::string const key = text.substr(0, equals);
  auto const named = [&](Axis const& axis) { return axis_is_called(axis.key, key); };
  std::string names;
  for (auto const& axis : axes) names += (names.empty() ? "" : ", ") + axis.key;
  auto const matches = std::count_if(axes.begin(), axes.end(), named);
  if (matches == 0)
    refuse(fmt::format("{}: {} is no axis of the result's grid; its axes are {}", option, key, names.empty() ? "none: it has a single cell" : names));
  if (matches > 1) refuse(fmt::format("{}: several axes are called {}; write the whole key, one of {}", option, key, names));
  return {option, static_cast<std::size_t>(std::find_if(axes.begin(), axes.end(), named) - axes.begin()), text.substr(equals + 1)};
}

double number(Narrowing const& n, std::string const& text) {
  auto const value = axis_number(text);
  if (!value) refuse(fmt::format("{}: \"{}\" is not a number", n.option, text));
  return *value;
}

/// Leaves the positions that pass.
void keep(DecisionScope& scope, Narrowing const& n, auto passes) {
  auto& kept = scope.kept[n.axis];
  std::erase_if(kept, [&](std::size_t position) { return !passes(position); });
  if (kept.empty()) refuse(fmt::format("{}: leaves nothing of the axis together with what was said of it before", n.option));
}

void pin(DecisionScope& scope, Narrowing const& n, std::vector<Axis> const& axes) {
  Axis const& axis = axes[n.axis];
  double const value = number(n, n.text);
  auto const position = axis.position_of(value);
  if (!position) refuse(fmt::format("{}: is no value of {}; nearest are {}", n.option, axis.key, axis.nearest_to(value)));
  keep(scope, n, [&](std::size_t at) { return at == *position; });
}

void slice(DecisionScope& scope, Narrowing const& n, std::vector<Axis> const& axes) {
  Axis const& axis = axes[n.axis];
  std::size_t const colon = n.text.find(':');
  if (colon == std::string::npos) refuse(fmt::format("{}: write it as --slice KEY=FROM:TO; either end may be left out", n.option));
  std::string const from_text = n.text.substr(0, colon), to_text = n.text.substr(colon + 1);
  double const from = from_text.empty() ? -std::numeric_limits<double>::infinity() : number(n, from_text);
  double const to = to_text.empty() ? std::numeric_limits<double>::infinity() : number(n, to_text);
  auto const within = [&](double value) { return from <= value && value <= to; };
  if (std::none_of(axis.values.begin(), axis.values.end(), within))
    refuse(fmt::format("{}: no value of {} lies there; nearest are {}", n.option, axis.key, axis.nearest_to(std::isfinite(from) ? from : to)));
  keep(scope, n, [&](std::size_t at) { return within(axis.values[at]); });
}

}  // namespace

void ScopeOptions::add_to(CLI::App& command) {
  command.add_option("--pin", pins, "look at one value of an axis alone, for example --pin scale_up_at=180000 (as often as needed)")
      ->type_name("AXIS=VALUE")
      ->allow_extra_args(false);
  command.add_option("--slice", slices, "look at a range of an axis alone, both ends included, for example --slice scale_up_at=150000:200000")
      ->type_name("AXIS=FROM:TO")
      ->allow_extra_args(false);
}

DecisionScope ScopeOptions::scope(std::vector<Axis> const& axes) const {
  DecisionScope scope(axes);
  for (auto const& text : pins) pin(scope, parse("--pin", text, "AXIS=VALUE", axes), axes);
  for (auto const& text : slices) slice(scope, parse("--slice", text, "AXIS=FROM:TO", axes), axes);
  return scope;
}

}  // namespace fleetcast
