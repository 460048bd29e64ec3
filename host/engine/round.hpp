/// A queue that can be closed before it is empty: all who take from it then come to their end.
#pragma once

#include <mutex>
#include <optional>

#include "work_queue.hpp"

namespace fleetcast {

/// Deals what a queue deals, until it is closed.
class Round final : public WorkQueue {
 public:
  /// @param lock  held while the queue is asked
  Round(WorkQueue& queue, std::mutex& lock) : queue_(queue), lock_(lock) {}

  std::optional<Tile> next(std::uint32_t most) override {
    std::lock_guard const guard(lock_);
    if (closed_ || dry_) return std::nullopt;
    auto const tile = queue_.next(most);
    dry_ = !tile;
    return tile;
  }
  /// Deals no more; what the queue has left is for the next round.
  void close() {
    std::lock_guard const guard(lock_);
    closed_ = true;
  }
  /// Whether the queue has no more to deal, either.
  bool is_dry() const { return dry_; }

 private:
  WorkQueue& queue_;
  std::mutex& lock_;
  bool closed_ = false, dry_ = false;
};

}  // namespace fleetcast
