#include "input_guard.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/config/error.hpp"

namespace fleetcast {

void refuse_input_as_output(std::string const& input, std::string const& output, std::string const& option) {
  std::error_code missing;
  if (!input.empty() && !output.empty() && std::filesystem::equivalent(input, output, missing))
    throw Error(ExitCode::usage, fmt::format("{} {}: this run reads that file; name another", option, output));
}

}  // namespace fleetcast
