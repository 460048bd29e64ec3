#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "terminal.hpp"

namespace fleetcast {

TextTable::TextTable(std::vector<std::string> header) : header_(std::move(header)) {}

void TextTable::add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

std::string TextTable::render() const {
  std::vector<std::size_t> width(header_.size());
  for (std::size_t i = 0; i < header_.size(); ++i) {
    width[i] = shown_width(header_[i]);
    for (auto const& row : rows_) width[i] = std::max(width[i], shown_width(row[i]));
  }
  std::string out;
  auto const line = [&](std::vector<std::string> const& row) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "  " : "   ") + std::string(width[i] - shown_width(row[i]), ' ') + row[i];
    out += text + "\n";
  };
  line(header_);
  std::size_t total = 0;
  for (std::size_t const w : width) total += w + 3;
  std::string rule;
  for (std::size_t i = 0; i + 2 < total; ++i) rule += "─";
  out += " " + rule + "\n";
  for (auto const& row : rows_) line(row);
  return out;
}

std::string wrapped(std::string const& text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t const end = std::min(text.find(' ', start), text.size());
    std::string const word = text.substr(start, end - start);
    bool const fits = used > 0 && used + 1 + shown_width(word) <= width;
    if (used > 0) out += fits ? ' ' : '\n';
    out += word;
    used = shown_width(word) + (fits ? used + 1 : 0);
    start = end + 1;
  }
  return out;
}

std::string grouped(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  std::size_t const start = digits.front() == '-' ? 1 : 0;
  std::size_t const dot = std::min(digits.find('.'), digits.size());
  for (std::size_t i = dot; i > start + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string duration(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", 1000 * seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  auto const whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 2 * 86400) return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
  return fmt::format("{} d {:02} h", whole / 86400, whole % 86400 / 3600);
}

std::string bytes(double count) {
  if (count < 1024) return fmt::format("{:.0f} B", count);
  char const* const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  int unit = -1;
  while (count >= 1024 && unit < 4) {
    count /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", count, units[unit]);
}

std::string usd(double value) { return (value < 0 ? "−" : "") + grouped(std::fabs(value), std::fabs(value) < 100 ? 2 : 0); }

std::string round_percent(double share) { return fmt::format("{:.6g}%", 100.0 * share); }

std::string percent(double share) {
  if (!std::isfinite(share)) return "–";
  double const value = 100 * share;
  if (value != 0 && value < 0.001) return "<0.001%";
  int decimals = value >= 10 || value == 0 ? 1 : value >= 1 ? 2 : 3;
  if (value >= 100) return fmt::format("{:.1f}%", value);
  while (value >= 100 - 0.5 * std::pow(10, -decimals) && decimals < 4) ++decimals;  // not all is not 100%
  return decimals < 4 ? fmt::format("{:.{}f}%", value, decimals) : ">99.999%";
}

std::string multiple(double factor) { return std::isfinite(factor) ? fmt::format("{:.2f}×", factor) : "–"; }

}  // namespace fleetcast
