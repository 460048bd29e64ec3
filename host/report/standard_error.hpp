/// Words to a person on standard error, which may have nobody at its other end.
#pragma once

#include <fmt/format.h>

#include <string>

namespace fleetcast {

void vwrite_stderr(fmt::string_view format, fmt::format_args arguments);

/// Writes a text. That it can't be written is ignored: a closed terminal or pipe is no reason to end a run.
template <class... Arguments>
void write_stderr(fmt::format_string<Arguments...> format, Arguments const&... arguments) {
  vwrite_stderr(format, fmt::make_format_args(arguments...));
}

void warn_on_stderr(std::string const& message);

}  // namespace fleetcast
