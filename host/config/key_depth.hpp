/// TOML's dotted keys, before they are parsed.
#pragma once

#include <string>
#include <string_view>

namespace fleetcast {

/// Refuses a document one of whose keys goes through more tables than any of a sweep does.
///
/// `a.a.a… = 1` makes a table in a table in a table, which toml++ walks, and frees, by calling itself: some ten thousand of them overflow the
/// stack. Tables that stand in each other by brackets it bounds by itself.
/// @param name  stands for the file in the message
/// @throws Error bad_config naming the place
void check_key_depth(std::string_view document, std::string const& name);

}  // namespace fleetcast
