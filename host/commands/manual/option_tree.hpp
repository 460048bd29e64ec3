/// The command line as plain data, read off CLI11's tree: what the manual and the completions are written from.
#pragma once

#include <string>
#include <vector>

#include "host/commands/command_line.hpp"

namespace fleetcast::manual {

/// What a shell can offer where a value stands.
struct Offer {
  enum class Kind { nothing, words, keys, files, folders };
  Kind kind = Kind::nothing;       ///< keys: those of a sweep file, Program::keys
  std::vector<std::string> words;  ///< of `words`
  std::string extension;           ///< of `files`: "toml"; "" for any
};

/// An option, a flag or a positional argument.
struct Argument {
  std::vector<std::string> names;  ///< "-o", "--output"; none of a positional
  std::string value;               ///< what the value is called: "FILE.h5"; "" of a flag
  std::string help;
  std::string default_value;         ///< "" where there is none
  std::vector<std::string> choices;  ///< the only values there are; empty where that does not hold
  std::string range;                 ///< "from 0 to 4096", "above 0"; "" where there is none
  bool required = false;
  bool repeatable = false;
  Offer offer;
};

struct Command {
  std::string name;  ///< "run"; "fleetcast" of the program itself
  std::string description;
  std::vector<Argument> positionals;
  std::vector<Argument> options;
  std::string notes;     ///< paragraphs between empty lines; an indented line stays as it is
  std::string examples;  ///< lines as they are
};

struct Program {
  Command self;
  std::vector<Command> commands;
  std::vector<std::string> keys;  ///< of a sweep file with one class of requests: "sla.ttft_ms"
};

/// @throws std::logic_error if something can't be told: an option without a description, a value without a name
Program read_option_tree(CLI::App const& app);

}  // namespace fleetcast::manual
