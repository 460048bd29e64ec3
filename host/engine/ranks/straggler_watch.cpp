#include "straggler_watch.hpp"

#include <algorithm>

namespace fleetcast {

void StragglerWatch::back(std::uint32_t rank, std::uint64_t tiles, Time now) {
  for (; tiles > 0 && !out_[rank].empty(); --tiles) {
    durations_.push_back(now - out_[rank].front());
    out_[rank].pop_front();
  }
  while (durations_.size() > remembered) durations_.pop_front();
}

std::vector<StragglerWatch::Late> StragglerWatch::late(Time now) {
  std::vector<Late> found;
  for (std::uint32_t rank = 0; rank < out_.size(); ++rank) {
    if (told_[rank] != 0 || out_[rank].empty()) continue;
    Duration const waited = now - out_[rank].front();
    if (waited <= patience) continue;
    Duration const usual = median();
    if (waited <= many_tiles * usual) continue;
    told_[rank] = 1;
    found.push_back({rank, waited, usual});
  }
  return found;
}

StragglerWatch::Duration StragglerWatch::median() const {
  if (durations_.empty()) return Duration{0};
  std::vector<Duration> sorted(durations_.begin(), durations_.end());
  auto const middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

}  // namespace fleetcast
