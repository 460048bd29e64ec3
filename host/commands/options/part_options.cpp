#include "part_options.hpp"

#include <fmt/format.h>

#include <charconv>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// The whole number that all of `text` is.
std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void PartOptions::add_to(CLI::App& command) {
  command.add_option("--part", text, "run block K of N of the realizations alone; fleetcast merge adds up the blocks")
      ->type_name("K/N")
      ->allow_extra_args(false);
}

std::optional<Part> PartOptions::part() const {
  if (text.empty()) return std::nullopt;
  std::size_t const slash = text.find('/');
  auto const k = number(std::string_view(text).substr(0, slash));
  auto const n = slash == std::string::npos ? std::nullopt : number(std::string_view(text).substr(slash + 1));
  if (!k || !n || *k < 1 || *k > *n)
    throw Error(ExitCode::usage, fmt::format("--part {}: write K/N with K from 1 to N, such as 3/16 for the third of sixteen parts", text));
  return Part{*k, *n};
}

void check_part(Part part, Plan const& plan) {
  if (plan.config.looks())
    throw Error(ExitCode::usage,
                fmt::format("--part {}: [stop] and a race look at all realizations as they come; leave them or --part out", part.text()));
  if (part.count > plan.realizations)
    throw Error(ExitCode::usage, fmt::format("--part {}: the sweep has {} realizations, too few for {} parts; use fewer parts", part.text(),
                                             plan.realizations, part.count));
}

}  // namespace fleetcast
