#include "axis_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fleetcast {

namespace {

/// Texts of six digits that are equal belong to values that differ by less.
constexpr double alike = 1e-5;

/// With so many digits, but never as a power of ten where it can be read without.
std::string text_of(double value, int digits) {
  std::string const text = fmt::format("{:.{}g}", value, digits);
  double const size = std::fabs(value);
  return text.find('e') != std::string::npos && size >= 1 && size < 1e15 ? fmt::format("{:.0f}", value) : text;
}

}  // namespace

std::string axis_text(std::vector<double> const& values, double value) {
  constexpr int all_digits = 17;
  for (int digits = 6; digits < all_digits; ++digits) {
    std::string text = text_of(value, digits);
    auto const is_anothers = [&](double other) {
      return other != value && std::fabs(other - value) <= alike * std::fabs(value) && text_of(other, digits) == text;
    };
    if (std::none_of(values.begin(), values.end(), is_anothers)) return text;
  }
  return text_of(value, all_digits);
}

std::optional<double> axis_number(std::string const& text) {
  if (text == "true" || text == "false") return text == "true" ? 1.0 : 0.0;
  double value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<std::size_t> position_on_axis(std::vector<double> const& values, double value) {
  auto found = std::find(values.begin(), values.end(), value);
  if (found == values.end())
    found = std::find_if(values.begin(), values.end(), [&](double there) {
      return std::fabs(there - value) <= alike * std::fabs(value) && axis_number(axis_text(values, there)) == value;
    });
  if (found == values.end()) return {};
  return static_cast<std::size_t>(found - values.begin());
}

std::string nearest_on_axis(std::vector<double> const& values, double value) {
  std::vector<double> nearest = values;
  std::stable_sort(nearest.begin(), nearest.end(), [&](double a, double b) { return std::fabs(a - value) < std::fabs(b - value); });
  nearest.resize(std::min<std::size_t>(nearest.size(), 3));
  std::sort(nearest.begin(), nearest.end());
  std::string out;
  for (double const one : nearest) out += (out.empty() ? "" : ", ") + axis_text(values, one);
  return out;
}

}  // namespace fleetcast
