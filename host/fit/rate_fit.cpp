#include "rate_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fleetcast {

namespace {

/// Fewest bins from which a second, and a third, drift scale is sought.
constexpr std::array<std::size_t, most_drift_scales> fewest_bins_of_scales{0, 240, 960};
constexpr double daily_from_minutes = 2 * 1440, weekend_from_minutes = 7 * 1440, weekdays_from_minutes = 21 * 1440;
constexpr double price_of_scale = 4;
constexpr double most_bin_visits = 2.5e6;  // of the sampler: what bounds its time

/// Climbs, and starts again from where a simplex stopped until that gains nothing: one that collapsed is no peak.
Peak climb_again(LogDensity const& density, Point const& start, Point const& steps) {
  Peak peak = climb(density, start, steps, 40 * start.size());
  for (int round = 0; round < 5; ++round) {
    Point small = steps;
    for (double& step : small) step *= round % 2 == 0 ? -0.4 : 0.4;
    Peak const next = climb(density, peak.at, small, 25 * start.size());
    double const gain = next.log_density - peak.log_density;
    if (gain > 0) peak = next;
    if (gain < 0.1) break;
  }
  return peak;
}

/// Grows a structure as long as the record pays for it.
class StructureSearch {
 public:
  explicit StructureSearch(BinSeries const& series) : series_(series) {
    RateSpace const space(series, structure_);
    try_starts(structure_, {space.start(0.35), space.start(0.75)});
    if (space.empty_share() > 0) {
      RateStructure richer = structure_;
      richer.silence = true;
      RateParameters fast = space.start_with_silence(0.35), slow = space.start_with_silence(0.75);
      try_starts(richer, {fast, slow});
    }
    try_profile();
    try_scales();
  }

  RateStructure const& structure() const { return structure_; }
  Point const& peak() const { return peak_; }

 private:
  /// Takes the structure if its peak is worth what it costs.
  bool try_starts(RateStructure const& structure, std::vector<RateParameters> const& starts) {
    RateSpace const space(series_, structure);
    LogDensity const density = [&](std::span<double const> at) { return space.log_posterior(at); };
    bool better = false;
    for (auto const& start : starts) {
      Peak const peak = climb_again(density, space.point(start), space.spread());
      double const worth = peak.log_density - price(space);
      if (worth <= worth_) continue;
      worth_ = worth;
      structure_ = structure;
      peak_ = peak.at;
      best_ = space.parameters(peak.at);
      better = true;
    }
    return better;
  }

  /// Half a log of the bins for each parameter (Schwarz's criterion, 1978); for a further drift scale, which a record tells by its
  /// autocovariance alone, four in all: one that is not there is then taken in about one record of fifty.
  double price(RateSpace const& space) const {
    auto const further = static_cast<double>(space.structure().drift_scales - 1);
    double const plain = static_cast<double>(space.dimensions()) - 2 * further;
    return 0.5 * plain * std::log(static_cast<double>(series_.bins())) + price_of_scale * further;
  }

  void try_profile() {
    if (series_.minutes() < daily_from_minutes) return;
    RateStructure daily = structure_;
    daily.daily = true;
    RateParameters morning = best_, evening = best_;
    morning.daily_amplitude = evening.daily_amplitude = 0.3;
    morning.daily_peak_hour = 9;
    evening.daily_peak_hour = 17;
    RateParameters night = evening;
    night.daily_peak_hour = 1;
    try_starts(daily, {morning, evening, night});
    if (series_.minutes() < weekend_from_minutes) return;
    RateStructure weekly = structure_;
    weekly.week = RateStructure::Week::weekend;
    try_starts(weekly, {best_});
    if (series_.minutes() < weekdays_from_minutes) return;
    weekly.week = RateStructure::Week::weekdays;
    try_starts(weekly, {best_});
  }

  /// One scale more, slower or faster than what there is.
  void try_scales() {
    for (std::size_t scales = 2; scales <= most_drift_scales && series_.bins() >= fewest_bins_of_scales[scales - 1]; ++scales) {
      RateStructure richer = structure_;
      richer.drift_scales = scales;
      RateParameters slower = best_, faster = best_;
      auto const& last = best_.drift.back();
      auto const& first = best_.drift.front();
      slower.drift.push_back({0.7 * last.log_sd, std::min(8 * last.half_life_minutes, series_.minutes())});
      faster.drift.insert(faster.drift.begin(), {0.7 * first.log_sd, std::max(first.half_life_minutes / 8, 1.2 * series_.bin_minutes)});
      if (!try_starts(richer, {slower, faster})) return;
    }
  }

  BinSeries const& series_;
  RateStructure structure_;
  double worth_ = -std::numeric_limits<double>::infinity();
  Point peak_;
  RateParameters best_;
};

}  // namespace

RateFit fit_rate(BinSeries const& series, std::size_t draws, std::uint64_t seed) {
  StructureSearch const search(series);
  RateSpace const chosen(series, search.structure());
  auto const points = sample_posterior([&](std::span<double const> at) { return chosen.log_posterior(at); }, search.peak(), chosen.spread(),
                                       effort_within(most_bin_visits / static_cast<double>(series.bins()), chosen.dimensions()), seed);
  RateFit fit{search.structure(), {}};
  for (std::size_t i = 0; i < draws; ++i) fit.draws.push_back(chosen.parameters(points[i * points.size() / draws]));
  return fit;
}

}  // namespace fleetcast
