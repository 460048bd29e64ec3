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

/// What the terminal behind a file descriptor has room for; 24 lines of 80 where that is not known.
struct TerminalSize {
  std::size_t lines, width;
};
TerminalSize terminal_size(int descriptor);

/// "██████░░░░"
/// @param share  in [0, 1]
std::string progress_bar(double share, int width);

/// Characters a terminal shows, UTF-8 continuation bytes not counted.
std::size_t shown_width(std::string const& text);

/// A bar of up to 30 columns before a text, together no wider than `width`: where there is no room for both, the text alone, shortened.
/// @param share  in [0, 1]
std::string bar_line(double share, std::string const& text, std::size_t width, Colour colour);

/// At most `width` characters of a text, the last one "…" if some are missing.
std::string shortened(std::string const& text, std::size_t width);

}  // namespace fleetcast
