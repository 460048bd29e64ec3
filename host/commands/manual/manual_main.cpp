/// fleetcast_manual DIR: writes the manual pages and the shells' completions into a folder, from the option tree. A tool of the build.
#include <fmt/format.h>

#include <exception>
#include <filesystem>

#include "completion.hpp"
#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "man_page.hpp"

int main(int argc, char** argv) {
  using namespace fleetcast;
  if (argc != 2) {
    fmt::print(stderr, "usage: fleetcast_manual DIR\n");
    return static_cast<int>(ExitCode::usage);
  }
  try {
    Action action;
    manual::Program const program = manual::read_option_tree(*make_command_line(action));
    std::filesystem::path const folder(argv[1]);
    std::filesystem::create_directories(folder);
    write_text_file(folder / "fleetcast.1", manual::program_page(program));
    for (auto const& command : program.commands)
      write_text_file(folder / fmt::format("fleetcast-{}.1", command.name), manual::command_page(program, command));
    write_text_file(folder / "fleetcast.bash", manual::bash_completion(program));
    write_text_file(folder / "_fleetcast", manual::zsh_completion(program));
    return 0;
  } catch (std::exception const& error) {
    fmt::print(stderr, "fleetcast_manual: {}\n", error.what());
    return static_cast<int>(ExitCode::internal);
  }
}
