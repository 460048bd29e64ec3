#include "field_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fleetcast {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<double> finite_number(std::string_view text) {
  double value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string out;
  for (char const c : text.substr(0, longest)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (text.size() > longest ? "…" : "");
}

std::string shown(std::string_view text) { return fmt::format("\"{}\"", printable(text)); }

std::string listed(std::vector<std::string> const& names) {
  constexpr std::size_t most = 24;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (i > 0 ? ", " : "") + printable(names[i]);
  return out + (names.size() > most ? fmt::format(" and {} more", names.size() - most) : "");
}

std::string number_problem(std::string_view text, std::string_view wanted) {
  if (text.empty()) return fmt::format("is empty where {} is needed; fill it in or remove the row", wanted);
  if (text.find(',') != std::string_view::npos) {
    std::string plain(text);
    std::erase(plain, ',');
    if (finite_number(plain))
      return fmt::format("{} is not {} (it has a comma in it); write numbers with no commas and with a point: {} or {}", shown(text), wanted, plain,
                         std::string(text).replace(text.rfind(','), 1, "."));
  }
  return fmt::format("{} is not {}; correct or remove the row", shown(text), wanted);
}

}  // namespace fleetcast
