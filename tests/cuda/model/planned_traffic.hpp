/// Traffic as a sweep file's keys make it, and what its processes do along realizations.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "cuda/model/arrivals.cuh"
#include "cuda/model/length_drift.cuh"
#include "tests/support.hpp"

namespace fleetcast::test {

/// The traffic of a sweep's only scenario.
class PlannedTraffic {
 public:
  explicit PlannedTraffic(std::string const& toml) : plan_(testing::plan_of(toml)), view_(traffic_view(plan_, plan_.scenarios.front(), classes_)) {}

  TrafficView const& view() const { return view_; }

 private:
  Plan plan_;
  std::vector<RequestClassView> classes_;
  TrafficView view_;
};

/// Values of a process, [tick][realization].
using Paths = std::vector<std::vector<double>>;

template <class Lane>
double lane_of(typename Lane::Real const& values, int lane) {
  return ScalarDrawLane::real_from_bits(Lane::get(Lane::bits_of(values), lane));
}

/// Fills `Count` processes of every realization, a register's worth at a time.
/// @param follow  gives an object for the realizations from `first` on, whose next(tick) are the processes' values
template <std::size_t Count, class Follow>
std::array<Paths, Count> follow_realizations(std::uint32_t ticks, std::uint32_t realizations, Follow follow) {
  using Lane = VectorDrawLane<4>;
  std::array<Paths, Count> paths;
  for (auto& path : paths) path.assign(ticks, std::vector<double>(realizations));
  for (std::uint32_t first = 0; first < realizations; first += Lane::width) {
    auto next = follow.template operator()<Lane>(first);
    for (std::uint32_t tick = 0; tick < ticks; ++tick) {
      std::array<Lane::Real, Count> const values = next(tick);
      for (std::size_t i = 0; i < Count; ++i)
        for (int lane = 0; lane < Lane::width; ++lane) paths[i][tick][first + static_cast<std::uint32_t>(lane)] = lane_of<Lane>(values[i], lane);
    }
  }
  return paths;
}

/// z of one scale of the rate's drift.
inline Paths drift_states(TrafficView const& traffic, DriftView const& drift, std::uint32_t scale, std::uint32_t ticks, std::uint32_t realizations) {
  return follow_realizations<1>(ticks, realizations, [&]<class Lane>(std::uint32_t first) {
    return [&traffic, &drift, scale, first, z = Lane::real(0.0)](std::uint32_t tick) mutable {
      z = drift_state<Lane>(drift, tick, z, drift_innovation<Lane>(traffic.seed, scale, tick, Lane::count_from(first), first));
      return std::array{z};
    };
  })[0];
}

/// Requests of all classes, drawn as a backend draws them; their rows are ticks.
inline Paths drawn_requests(TrafficView const& traffic, std::uint32_t realizations) {
  using Lane = VectorDrawLane<4>;
  std::uint32_t const ticks = traffic.total_ticks;
  std::vector<std::uint32_t> requests(static_cast<std::size_t>(traffic.class_count) * realizations * ticks);
  std::vector<std::uint32_t> clamped(realizations);
  DemandView const demand{ticks, requests.data(), nullptr, nullptr, nullptr, clamped.data()};
  for (std::uint32_t row = 0; row < realizations; row += Lane::width) draw_arrivals<Lane>(traffic, 0, realizations, row, Lane::width, demand);
  Paths paths(ticks, std::vector<double>(realizations, 0.0));
  for (std::size_t i = 0; i < requests.size(); ++i) paths[i % ticks][i / ticks % realizations] += requests[i];
  return paths;
}

}  // namespace fleetcast::test
