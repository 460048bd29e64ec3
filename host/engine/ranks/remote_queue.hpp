/// The work of a stretch as a helper's workers see it: every tile is asked for elsewhere.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "host/engine/work_queue.hpp"

namespace fleetcast {

/// Workers wait in next() until another thread, which alone talks to the other processes, has answered.
class RemoteQueue final : public WorkQueue {
 public:
  std::optional<Tile> next(std::uint32_t most) override {
    Ask ask{most, {}, false};
    std::unique_lock lock(mutex_);
    asks_.push_back(&ask);
    changed_.notify_all();
    changed_.wait(lock, [&] { return ask.is_answered; });
    return ask.tile;
  }

  /// The workers will ask no more.
  void end() {
    std::lock_guard const lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

  /// Waits until a worker asks; how many realizations it can take at most. None: the workers will ask no more.
  std::optional<std::uint32_t> wait_for_ask() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_over_ || !asks_.empty(); });
    if (asks_.empty()) return std::nullopt;
    return asks_.front()->most;
  }

  /// Answers who has waited longest.
  void answer(std::optional<Tile> const& tile) {
    std::lock_guard const lock(mutex_);
    asks_.front()->tile = tile;
    asks_.front()->is_answered = true;
    asks_.pop_front();
    changed_.notify_all();
  }

 private:
  struct Ask {
    std::uint32_t most;
    std::optional<Tile> tile;
    bool is_answered;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Ask*> asks_;
  bool is_over_ = false;
};

}  // namespace fleetcast
