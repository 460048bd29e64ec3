/// What showing things on a terminal takes.
#pragma once

#include <cstddef>
#include <string>

namespace fleetcast {

/// Colours of a terminal's text.
enum class Colour { none, cyan, green, yellow, red };

/// NO_COLOR is not set (no-color.org).
bool colour_wanted();

/// The text in a colour; as it is with Colour::none.
std::string coloured(std::string const& text, Colour colour);

/// Columns of the terminal behind a file descriptor; 80 where that is not known.
std::size_t terminal_width(int descriptor);

/// "██████░░░░"
/// @param share  in [0, 1]
std::string progress_bar(double share, int width);

/// Characters a terminal shows, UTF-8 continuation bytes not counted.
std::size_t shown_width(std::string const& text);

/// At most `width` characters of a text, the last one "…" if some are missing.
std::string shortened(std::string const& text, std::size_t width);

}  // namespace fleetcast
