#include "terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdlib>

namespace fleetcast {

namespace {

bool continues_character(char c) { return (c & 0xC0) == 0x80; }

}  // namespace

bool colour_wanted() { return std::getenv("NO_COLOR") == nullptr; }

std::string coloured(std::string const& text, Colour colour) {
  constexpr char const* codes[] = {"", "36", "32", "33", "31"};
  return colour == Colour::none ? text : fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<int>(colour)], text);
}

TerminalSize terminal_size(int descriptor) {
  winsize size{};
  bool const is_known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return is_known ? TerminalSize{size.ws_row, size.ws_col} : TerminalSize{24, 80};
}

std::string progress_bar(double share, int width) {
  int const filled = static_cast<int>(share * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

std::string bar_line(double share, std::string const& text, std::size_t width, Colour colour) {
  constexpr std::size_t longest = 30, shortest = 5;
  std::size_t const needed = shown_width(text) + 1;
  std::size_t const bar = width > needed ? std::min(longest, width - needed) : 0;
  if (bar < shortest) return shortened(text, width);
  return coloured(progress_bar(share, static_cast<int>(bar)), colour) + " " + text;
}

std::size_t shown_width(std::string const& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string shortened(std::string const& text, std::size_t width) {
  if (shown_width(text) <= width) return text;
  if (width == 0) return {};
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end)
    if (!continues_character(text[end]) && ++shown == width) break;
  return text.substr(0, end) + "…";
}

}  // namespace fleetcast
