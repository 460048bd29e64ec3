#include "traffic_model.hpp"

#include <cmath>
#include <numbers>

namespace fleetcast {

double log_profile(RateParameters const& rate, BinClock const& clock, std::size_t bin) {
  double const hour = clock.hour(bin);
  double factor = 1 + rate.daily_amplitude * std::cos(2 * std::numbers::pi * (hour - rate.daily_peak_hour) / 24);
  if (!rate.weekday_factors.empty()) factor *= rate.weekday_factors[static_cast<std::size_t>(std::fmod(hour, 168) / 24) % 7];
  return std::log(std::fmax(factor, 1e-9));
}

BinSeries BinSeries::part(std::size_t first, std::size_t count) const {
  BinSeries cut{bin_minutes, clock, {}, {}, {}};
  cut.clock.first_hour = clock.hour(first);
  auto const range = [&](std::vector<double> const& all) {
    if (all.empty()) return std::vector<double>{};
    auto const begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  cut.requests = range(requests);
  cut.prompt_tokens = range(prompt_tokens);
  cut.completion_tokens = range(completion_tokens);
  return cut;
}

}  // namespace fleetcast
