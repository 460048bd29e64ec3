/// Completions of shells: functions that offer commands, options, words of a fixed list, keys, files of the right kind and folders.
#pragma once

#include "option_tree.hpp"

namespace fleetcast::manual {

/// For bash 4.4 or newer; needs nothing of the bash-completion package, which finds it by its name, fleetcast.
std::string bash_completion(Program const& program);

/// For zsh, to be found on $fpath as _fleetcast.
std::string zsh_completion(Program const& program);

}  // namespace fleetcast::manual
