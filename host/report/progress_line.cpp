#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "standard_error.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

constexpr auto bar_interval = std::chrono::milliseconds(100);
constexpr auto plain_interval = std::chrono::seconds(10);

}  // namespace

ProgressLine::ProgressLine(bool quiet)
    : style_(quiet                          ? Style::none
             : ::isatty(STDERR_FILENO) != 0 ? Style::bar
                                            : Style::plain),
      colour_(colour_wanted() ? Colour::cyan : Colour::none),
      last_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

void ProgressLine::notice(RunEvent const& event, RunFacts const& facts) {
  if (event.kind != RunEvent::Kind::progress)
    clear();
  else if (facts.eta_seconds)
    show(facts.share(), *facts.eta_seconds, fmt::format("{:.3g} requests/s  {:.3g} steps/s", facts.requests_per_second, facts.steps_per_second));
}

void ProgressLine::show(double share, double seconds_left, std::string const& rates) {
  auto const now = std::chrono::steady_clock::now();
  if (style_ == Style::none || now - last_ < (style_ == Style::bar ? std::chrono::milliseconds(bar_interval) : plain_interval)) return;
  last_ = now;
  std::string const numbers = fmt::format("{:3.0f}%  {} left  {}", 100 * share, duration(seconds_left), rates);
  if (style_ == Style::plain) {
    write_stderr("fleetcast: {}\n", numbers);
    return;
  }
  // the last column stays free: a terminal may break the line behind it
  write_stderr("\r{}\x1b[K", bar_line(share, numbers, terminal_size(STDERR_FILENO).width - 1, colour_));
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace fleetcast
