/// libFuzzer target: a command line, a word a line, is understood or refused with a message; what it asks for is not done.
///
/// What options hold in themselves (durations, sizes) is read from the first line, too.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "checks.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/options/sweep_options.hpp"
#include "host/config/duration.hpp"
#include "host/config/error.hpp"

namespace {

using namespace fleetcast;
using fuzz::expect;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void parse(std::vector<std::string> words) {
  Action action;
  auto const tree = make_command_line(action);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    tree->parse(words);
  } catch (CLI::ParseError const& error) {
    expect(!action || error.get_exit_code() == 0);
    std::ostringstream out, problems;
    tree->exit(error, out, problems);
    expect(!out.str().empty() || !problems.str().empty());
  } catch (Error const& error) {
    expect(error.code() == ExitCode::usage);
  }
}

/// A value, or a refusal that blames the command line.
template <class Read>
void read_value(Read read) {
  try {
    read();
  } catch (Error const& error) {
    expect(error.code() == ExitCode::usage);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const words = lines_of({reinterpret_cast<char const*>(data), size});
  if (words.empty()) return 0;
  parse(words);
  read_value([&] {
    double const seconds = parse_duration(words.front(), "--max-time").count();
    expect(seconds >= 0 && seconds <= 101 * 366.0 * 86400);
  });
  read_value([&] {
    SweepOptions options;
    options.memory = words.front();
    expect(options.memory_bytes() <= 1'000'000'000'000'000);
  });
  return 0;
}
