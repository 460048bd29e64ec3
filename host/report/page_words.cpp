#include "page_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text_table.hpp"

namespace fleetcast {

std::string usd_text(double value) { return (value < 0 ? "-$" : "$") + grouped(std::fabs(value), std::fabs(value) < 100 ? 2 : 0); }

std::string level_text(double share) { return fmt::format("{:.7g}%", 100.0 * share); }

std::string share_text(double share) {
  if (share <= 0.0 || share == 1.0) return level_text(share);
  double const rest = std::min(share, std::fabs(1.0 - share));
  int const decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(100.0 * rest))), 1, 4);
  return share < 1e-6 ? "<0.0001%" : fmt::format("{:.{}f}%", 100.0 * share, decimals);
}

std::string realization_word(std::string const& period) { return period == "day" ? "day" : "realization"; }

std::string realizations_word(std::string const& period) { return realization_word(period) + "s"; }

std::string often_text(std::string const& period, double reliability) {
  return fmt::format("{} at least {} of {}", period == "day" ? "on" : "in", level_text(reliability), realizations_word(period));
}

std::string unit_word(ObjectivePer per) { return per == ObjectivePer::requests ? "requests" : "minutes"; }

}  // namespace fleetcast
