#include "work_queue.hpp"

#include <algorithm>

namespace fleetcast {

LocalQueue::LocalQueue(std::vector<PendingWork> const& pending, std::uint32_t takers, std::uint32_t smallest, std::function<bool()> pause)
    : takers_(takers), smallest_(smallest), pause_(std::move(pause)) {
  for (auto const& work : pending)
    for (auto const& span : work.spans) {
      pieces_.push_back({work.scenario, span});
      left_ += span.size();
    }
}

std::optional<Tile> LocalQueue::next(std::uint32_t most) {
  std::lock_guard const lock(mutex_);
  paused_ = paused_ || pause_();
  if (paused_ || pieces_.empty()) return std::nullopt;
  if (takers_ > 1) {
    // a fair share of half of what is left
    std::uint64_t const fair = left_ / (2ULL * takers_) / smallest_ * smallest_;
    most = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, std::max<std::uint64_t>(fair, smallest_)));
  }
  Piece& piece = pieces_.front();
  auto const count = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, piece.span.size()));
  Tile const tile{piece.scenario, piece.span.first, count};
  piece.span.first += count;
  left_ -= count;
  if (piece.span.size() == 0) pieces_.pop_front();
  return tile;
}

}  // namespace fleetcast
