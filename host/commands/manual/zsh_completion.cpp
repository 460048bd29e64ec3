#include <fmt/format.h>

#include "completion.hpp"

namespace fleetcast::manual {

namespace {

/// `text` with a backslash before each of `special`, as _arguments wants it, within the single quotes of a zsh word.
std::string escaped(std::string const& text, std::string_view special) {
  std::string out;
  for (char const c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out;
}

/// How values are completed, in _arguments' words.
std::string action(Offer const& offer) {
  switch (offer.kind) {
    case Offer::Kind::words: return fmt::format("({})", fmt::join(offer.words, " "));
    case Offer::Kind::keys: return "_fleetcast_keys";
    case Offer::Kind::files: return offer.extension.empty() ? "_files" : fmt::format("_files -g \"*.{}\"", offer.extension);
    case Offer::Kind::folders: return "_files -/";
    case Offer::Kind::nothing: break;
  }
  return " ";
}

/// "'(-o --output)'{-o+,--output=}'[result file]:FILE.h5:_files -g \"*.h5\"'"
std::string option_spec(Argument const& option) {
  std::string spec = option.repeatable ? "'*'" : fmt::format("'({})'", fmt::join(option.names, " "));
  std::vector<std::string> names;
  for (auto const& name : option.names) names.push_back(name + (option.value.empty() ? "" : name.starts_with("--") ? "=" : "+"));
  spec += names.size() == 1 ? names.front() : fmt::format("{{{}}}", fmt::join(names, ","));
  spec += fmt::format("'[{}]", escaped(option.help, "[]\\"));
  if (!option.value.empty()) spec += fmt::format(":{}:{}", escaped(option.value, ":\\"), action(option.offer));
  return spec + "'";
}

std::string positional_spec(Argument const& positional) {
  return fmt::format("'{}:{}:{}'",
                     positional.repeatable ? "*"
                     : positional.required ? ""
                                           : ":",
                     escaped(positional.value, ":\\"), action(positional.offer));
}

std::string specs(Command const& command, std::string const& indent) {
  std::string text;
  for (auto const& option : command.options) text += " \\\n" + indent + option_spec(option);
  for (auto const& positional : command.positionals) text += " \\\n" + indent + positional_spec(positional);
  return text;
}

}  // namespace

std::string zsh_completion(Program const& program) {
  std::string commands;
  std::string cases;
  for (auto const& command : program.commands) {
    commands += fmt::format("        '{}:{}'\n", command.name, escaped(command.description, ":\\"));
    cases += fmt::format("        {})\n          _arguments -s{}\n          ;;\n", command.name, specs(command, "            "));
  }
  return fmt::format(
      "#compdef fleetcast\n"
      "# zsh completion of fleetcast: written at build time from its options.\n\n"
      "_fleetcast_keys() {{\n  compadd -S = -- {}\n}}\n\n"
      "_fleetcast() {{\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C -s{} \\\n"
      "    '1:command:->command' \\\n"
      "    '*::argument:->argument'\n"
      "  case $state in\n"
      "    command)\n"
      "      local -a commands=(\n{}      )\n"
      "      _describe -t commands command commands\n"
      "      ;;\n"
      "    argument)\n"
      "      case $words[1] in\n{}      esac\n"
      "      ;;\n"
      "  esac\n"
      "}}\n\n"
      "_fleetcast \"$@\"\n",
      fmt::join(program.keys, " "), specs(program.self, "    "), commands, cases);
}

}  // namespace fleetcast::manual
