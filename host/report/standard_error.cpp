#include "standard_error.hpp"

#include <cstdio>

namespace fleetcast {

void vwrite_stderr(fmt::string_view format, fmt::format_args arguments) { std::fputs(fmt::vformat(format, arguments).c_str(), stderr); }

void warn_on_stderr(std::string const& message) { write_stderr("warning: {}\n", message); }

}  // namespace fleetcast
