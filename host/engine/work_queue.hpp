/// The work of a stretch, dealt to whoever asks for more.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "backend.hpp"
#include "realization_set.hpp"

namespace fleetcast {

/// Deals tiles, to one or many.
class WorkQueue {
 public:
  virtual ~WorkQueue() = default;
  /// Realizations that nobody else gets, at most `most`; none: the stretch is over.
  virtual std::optional<Tile> next(std::uint32_t most) = 0;
};

/// Realizations of a scenario that are to be computed.
struct PendingWork {
  std::uint32_t scenario;
  std::vector<RealizationSpan> spans;
};

/// Deals what is pending, in order. Towards the end tiles become smaller, so that all who take part end at about the same time.
class LocalQueue final : public WorkQueue {
 public:
  /// @param takers    how many will ask
  /// @param smallest  realizations of the last tiles; all are whole multiples of it
  /// @param pause     asked before each tile; once true nothing more is dealt
  LocalQueue(std::vector<PendingWork> const& pending, std::uint32_t takers, std::uint32_t smallest, std::function<bool()> pause);
  std::optional<Tile> next(std::uint32_t most) override;

 private:
  struct Piece {
    std::uint32_t scenario;
    RealizationSpan span;
  };
  std::mutex mutex_;
  std::deque<Piece> pieces_;
  std::uint64_t left_ = 0;
  std::uint32_t takers_, smallest_;
  std::function<bool()> pause_;
  bool paused_ = false;
};

}  // namespace fleetcast
