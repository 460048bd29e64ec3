#include "conventions.hpp"

#include <fmt/format.h>

#include "host/report/text_table.hpp"

namespace fleetcast {

std::string exit_code_summary() {
  std::string text = "Exit codes:";
  char const* separator = " ";
  for (auto const& [code, brief, meaning] : exit_code_meanings) {
    text += fmt::format("{}{} {}", separator, static_cast<int>(code), brief);
    separator = ", ";
  }
  return wrapped(text + ".", 90);
}

}  // namespace fleetcast
