#include "option_tree.hpp"

#include <fmt/format.h>

#include <regex>
#include <sstream>
#include <stdexcept>

#include "host/commands/conventions.hpp"
#include "host/config/keys.hpp"

namespace fleetcast::manual {

namespace {

/// The parts of `text` between `separator`s.
std::vector<std::string> split(std::string const& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<std::string> sweep_keys() {
  SweepConfig config;
  config.workload.classes.resize(1);
  config.workload.drift.resize(1);
  std::vector<std::string> paths;
  for (auto const& key : bind_keys(config)) paths.push_back(key.path);
  return paths;
}

/// What the name of a value says of it: "SWEEP.toml" is a file of that kind, "DIR" a folder.
Offer offer_of(std::string const& value, std::vector<std::string> const& choices) {
  if (!choices.empty()) return {Offer::Kind::words, choices, ""};
  if (value == "KEY=VALUE") return {Offer::Kind::keys, {}, ""};
  if (value == "DIR") return {Offer::Kind::folders, {}, ""};
  if (value == "FILE" || value == "TRACE") return {Offer::Kind::files, {}, ""};
  std::smatch name;
  if (std::regex_match(value, name, std::regex("[A-Z]+\\.([a-z0-9]+)(?:…)?"))) return {Offer::Kind::files, {}, name[1]};
  return {};
}

/// Takes a value's name apart: CLI11 writes what a validator says of itself behind it, "NAME:{auto,cuda}", "N:INT in [0 - 4096]".
void read_value(Argument& argument, std::string const& type_name) {
  static std::regex const checks(":(?:\\{(.*)\\}|(?:U?INT|FLOAT) in \\[(.+) - (.+)\\]|(POSITIVE)|(NONNEGATIVE))$");
  argument.value = type_name;
  for (std::smatch match; std::regex_search(argument.value, match, checks);) {
    if (match[1].matched) argument.choices = split(match[1], ',');
    if (match[2].matched) argument.range = fmt::format("from {} to {}", match[2].str(), match[3].str());
    if (match[4].matched) argument.range = "above 0";
    if (match[5].matched) argument.range = "0 or above";
    argument.value = match.prefix();
  }
  argument.offer = offer_of(argument.value, argument.choices);
}

Argument read_argument(CLI::Option const& option) {
  Argument argument;
  for (auto const& name : option.get_snames()) argument.names.push_back("-" + name);
  for (auto const& name : option.get_lnames()) argument.names.push_back("--" + name);
  argument.help = option.get_description();
  argument.required = option.get_required();
  if (option.get_items_expected_max() > 0) {
    read_value(argument, option.get_type_name());
    argument.default_value = option.get_default_str();
    argument.repeatable = option.get_expected_max() == CLI::detail::expected_max_vector_size;
  }
  if (argument.help.empty() || (option.get_items_expected_max() > 0 && argument.value.empty()))
    throw std::logic_error(fmt::format("{} has no description, or its value no name; give it one where it is added", option.get_name()));
  return argument;
}

/// The parts of `text` between empty lines.
std::vector<std::string> blocks_of(std::string const& text) {
  std::vector<std::string> blocks{""};
  for (auto const& line : split(text, '\n')) {
    if (line.empty()) {
      blocks.emplace_back();
      continue;
    }
    if (!blocks.back().empty()) blocks.back() += '\n';
    blocks.back() += line;
  }
  return blocks;
}

/// Splits a footer into its notes and its examples. Exit codes have a section of their own.
void read_footer(Command& command, std::string const& footer) {
  std::string const examples = "Examples:\n";
  for (auto const& block : blocks_of(footer)) {
    if (block.empty() || block == exit_code_summary()) continue;
    if (block.starts_with(examples))
      command.examples = std::regex_replace(block.substr(examples.size()), std::regex("(^|\n)  "), "$1");
    else
      command.notes += (command.notes.empty() ? "" : "\n\n") + block;
  }
}

/// What CLI11 shows of a command: what has no group is not for users.
Command read_command(CLI::App const& app) {
  Command command{app.get_name(), app.get_description(), {}, {}, "", ""};
  for (auto const* option : app.get_options())
    if (!option->get_group().empty()) (option->get_positional() ? command.positionals : command.options).push_back(read_argument(*option));
  read_footer(command, app.get_footer());
  return command;
}

}  // namespace

Program read_option_tree(CLI::App const& app) {
  Program program{read_command(app), {}, sweep_keys()};
  for (auto const* command : app.get_subcommands({}))
    if (!command->get_group().empty()) program.commands.push_back(read_command(*command));
  return program;
}

}  // namespace fleetcast::manual
