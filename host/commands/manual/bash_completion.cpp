#include <fmt/format.h>

#include "completion.hpp"

namespace fleetcast::manual {

namespace {

// What does not depend on the option tree. _fleetcast_words tells what may stand by itself, _fleetcast_value what a value is.
constexpr char const* driver = R"bash(
_fleetcast() {
  local word=$2 command= waiting= positionals=0 index before offer
  [[ $word != [=:] ]] || word=
  # what stands before the word says what it is; readline makes words of = and :, too
  for ((index = 1; index < COMP_CWORD; ++index)); do
    before=${COMP_WORDS[index]}
    if [[ $before == [=:] ]]; then
      [[ -n $waiting ]] || ((++index))
    elif [[ -n $waiting ]]; then
      waiting=
    elif [[ $before == -* ]]; then
      [[ -z $(_fleetcast_value "$command" "$before") ]] || waiting=$before
    elif [[ -z $command ]]; then
      command=$before
    else
      ((++positionals))
    fi
  done
  COMPREPLY=()
  if [[ -n $waiting ]]; then
    offer=$(_fleetcast_value "$command" "$waiting")
  elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == [=:] || ${COMP_WORDS[COMP_CWORD]} == [=:] ]]; then
    return  # the value of a key
  elif [[ -z $command || $word == -* ]]; then
    offer="words $(_fleetcast_words "$command")"
  else
    offer=$(_fleetcast_value "$command" "$positionals")
  fi
  local rest= found=
  [[ $offer != *' '* ]] || rest=${offer#* }
  case ${offer%% *} in
    words) found=$(compgen -W "$rest" -- "$word") ;;
    keys)
      found=$(compgen -S = -W "$(_fleetcast_keys)" -- "$word")
      compopt -o nospace 2>/dev/null
      ;;
    files)
      found=$(
        if [[ -n $rest ]]; then compgen -f -X "!*.$rest" -- "$word"; else compgen -f -- "$word"; fi
        compgen -d -- "$word"
      )
      compopt -o filenames 2>/dev/null
      ;;
    folders)
      found=$(compgen -d -- "$word")
      compopt -o filenames 2>/dev/null
      ;;
  esac
  [[ -z $found ]] || mapfile -t COMPREPLY <<<"$found"
}

complete -F _fleetcast fleetcast
)bash";

/// "words a b", "files toml", "folders", "nothing": what the driver takes apart.
std::string offer_text(Offer const& offer) {
  switch (offer.kind) {
    case Offer::Kind::words: return fmt::format("words {}", fmt::join(offer.words, " "));
    case Offer::Kind::keys: return "keys";
    case Offer::Kind::files: return offer.extension.empty() ? "files" : "files " + offer.extension;
    case Offer::Kind::folders: return "folders";
    case Offer::Kind::nothing: break;
  }
  return "nothing";
}

std::string words_case(std::string const& name, std::vector<std::string> words, std::vector<Argument> const& options) {
  for (auto const& option : options) words.insert(words.end(), option.names.begin(), option.names.end());
  return fmt::format("    '{}') echo '{}' ;;\n", name, fmt::join(words, " "));
}

/// A line of a case statement for every value that a command's options and positionals take; flags have none.
std::string value_cases(std::string const& name, Command const& command) {
  std::string text;
  for (auto const& option : command.options) {
    if (option.value.empty()) continue;
    std::vector<std::string> patterns;
    for (auto const& option_name : option.names) patterns.push_back(fmt::format("'{} {}'", name, option_name));
    text += fmt::format("    {}) echo '{}' ;;\n", fmt::join(patterns, " | "), offer_text(option.offer));
  }
  for (std::size_t i = 0; i < command.positionals.size(); ++i)  // a repeatable one is what all further words are
    text += fmt::format("    '{} '{}) echo '{}' ;;\n", name, command.positionals[i].repeatable ? "[0-9]*" : std::to_string(i),
                        offer_text(command.positionals[i].offer));
  return text;
}

}  // namespace

std::string bash_completion(Program const& program) {
  std::vector<std::string> names;
  for (auto const& command : program.commands) names.push_back(command.name);
  std::string words = words_case("", names, program.self.options);
  std::string values = value_cases("", program.self);
  for (auto const& command : program.commands) {
    words += words_case(command.name, {}, command.options);
    values += value_cases(command.name, command);
  }
  return fmt::format(
      "# bash completion of fleetcast: written at build time from its options. Source it, or install it where bash-completion looks.\n\n"
      "# The keys of a sweep file\n"
      "_fleetcast_keys() {{\n  echo '{}'\n}}\n\n"
      "# _fleetcast_words COMMAND: its options; without one, the program's and all commands\n"
      "_fleetcast_words() {{\n  case $1 in\n{}  esac\n}}\n\n"
      "# _fleetcast_value COMMAND OPTION, or COMMAND NUMBER of a positional: what its value is; nothing at all of a flag\n"
      "_fleetcast_value() {{\n  case \"$1 $2\" in\n{}  esac\n}}\n{}",
      fmt::join(program.keys, " "), words, values, driver);
}

}  // namespace fleetcast::manual
