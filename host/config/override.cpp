#include "override.hpp"

#include <fmt/format.h>

#include "error.hpp"

namespace fleetcast {

namespace {

constexpr char const* blanks = " \t\r\n";

std::string trimmed(std::string const& text) {
  std::size_t const first = text.find_first_not_of(blanks);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

Override override_from(std::string const& text) {
  std::size_t const equals = text.find('=');
  std::string key = text.substr(0, equals);
  std::erase_if(key, [](char c) { return std::string_view(" \t\r\n\"'").find(c) != std::string_view::npos; });
  if (equals == std::string::npos || key.empty())
    throw Error(ExitCode::usage, fmt::format("--set {}: write it as key=value, for example --set sweep.days=7", text));
  return {text, key, trimmed(text.substr(equals + 1))};
}

}  // namespace fleetcast
