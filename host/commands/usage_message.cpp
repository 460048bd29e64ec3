#include "usage_message.hpp"

#include <fmt/format.h>

#include "host/config/spelling.hpp"

namespace fleetcast {

namespace {

std::vector<std::string> command_names(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* command : app.get_subcommands([](CLI::App const*) { return true; })) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(CLI::App const& command) {
  std::vector<std::string> names;
  for (auto const* option : command.get_options())
    for (auto const& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// Of the first word that nobody expected.
std::string unexpected(CLI::App const& app, CLI::App const& command) {
  std::vector<std::string> const words = command.remaining(false);
  if (words.empty()) return "";
  bool const is_option = words.front().starts_with("-");
  std::string const word = is_option ? words.front().substr(0, words.front().find('=')) : words.front();
  if (!is_option && &command != &app) return fmt::format("{} is one argument too many", word);
  std::string const nearest = nearest_word(is_option ? option_names(command) : command_names(app), word);
  return fmt::format("{} is no {}; did you mean {}?", word, is_option ? "option of this command" : "command", nearest);
}

}  // namespace

std::string usage_message(CLI::App const& app, CLI::ParseError const& error) {
  auto const parsed = app.get_subcommands();
  bool const is_before = parsed.empty() || !app.remaining(false).empty();
  CLI::App const& command = is_before ? app : *parsed.front();
  std::string const name = is_before ? "fleetcast" : "fleetcast " + command.get_name();
  bool const is_extra = dynamic_cast<CLI::ExtrasError const*>(&error) != nullptr;
  std::string const problem = is_extra ? unexpected(app, command) : "";
  return fmt::format("{}: {} ({} --help shows how)", name, problem.empty() ? error.what() : problem, name);
}

}  // namespace fleetcast
