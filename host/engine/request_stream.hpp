/// The single requests behind a realization's demand, in order of time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/model/length_drift.cuh"
#include "plan.hpp"

namespace fleetcast {

/// A request as it reaches the fleet.
struct Request {
  std::int64_t time_us;  ///< from the ledger's start; negative in the warm-up
  std::uint32_t request_class;
  std::uint32_t prompt_tokens;
  std::uint32_t completion_tokens;
};

/// Draws the requests of one realization, tick by tick.
///
/// They are the very requests that a run of the plan adds up: in every tick their number and their tokens are the run's.
/// Holds the counts of all ticks (4 bytes a class and tick) and the requests of one tick, or of a part of it where they are many.
class RequestStream {
 public:
  /// Requests held at once, on average: a busier tick is drawn in several passes over its words.
  static constexpr std::uint32_t most_held = 1U << 21;

  /// @param scenario  of the plan; it and the plan must outlive the stream
  /// @param held      requests held at once; 1 to most_held
  /// @throws Error bad_config if the scenario can't be run, or draws the sums of ticks and no single requests
  RequestStream(Plan const& plan, Scenario const& scenario, std::uint64_t realization, std::uint32_t held = most_held);

  /// Requests of the realization, warm-up included.
  std::uint64_t size() const { return size_; }

  /// The next requests in order of time, none at the end; valid until the next call. A batch never spans two ticks.
  std::span<Request const> next();

 private:
  /// A drawn request that has no place in the order yet.
  struct Drawn {
    std::uint32_t request_class, prompt_tokens, completion_tokens;
  };

  bool start_next_tick();
  void draw_part();
  void sort_part();

  Plan const& plan_;
  TrafficView traffic_;
  std::vector<RequestClassView> classes_;
  std::uint64_t realization_;
  std::uint32_t held_;
  std::uint64_t size_ = 0;
  std::vector<std::uint32_t> counts_;  ///< [class][tick]
  LengthDrift<ScalarDrawLane> length_drift_;
  LengthFactors<ScalarDrawLane> length_factors_{1.0, 1.0};  ///< of the tick being drawn

  std::uint32_t next_tick_ = 0;
  std::uint32_t tick_ = 0;           ///< the one being drawn
  std::uint32_t parts_ = 0;          ///< of that tick
  std::uint32_t next_part_ = 0;      ///< of that tick
  std::vector<Drawn> drawn_;         ///< of a part, in the order of draws
  std::vector<std::uint64_t> keys_;  ///< time word, then number in drawn_
  std::vector<std::uint64_t> sorted_keys_;
  std::vector<std::uint32_t> bucket_ends_;
  std::vector<Request> requests_;
};

}  // namespace fleetcast
