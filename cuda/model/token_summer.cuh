/// Token sums on a CPU: Philox in vector registers, look-ups from the words they leave in memory.
#pragma once

#include "compound.cuh"
#include "lengths.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Adds up the lengths of a class's requests in the ticks of one realization.
///
/// Philox blocks are drawn Lane::width at a time: the bulk of a busy tick by itself, the last few blocks of each tick together
/// with those of the next ones, so that lanes are used at any arrival rate.
template <class Lane>
class TokenSummer {
 public:
  /// @param tokens  sums by tick, added to
  TokenSummer(TrafficView const& traffic, std::uint32_t request_class, std::uint64_t realization, std::uint64_t* prompt, std::uint64_t* completion)
      : law_(traffic.classes[request_class].lengths),
        seed_(traffic.seed),
        realization_(static_cast<std::uint32_t>(realization)),
        where_(stream_word(Stream::lengths, request_class, realization)),
        prompt_(prompt),
        completion_(completion) {}

  void add_tick(std::uint32_t tick, std::uint32_t count) {
    std::uint32_t const whole = count / 4;
    std::uint32_t const bulk = whole / width * width;
    if (bulk > 0) {
      TokenSums const sums = law_.pairs == 0 ? sum_blocks<false>(tick, bulk) : sum_blocks<true>(tick, bulk);
      prompt_[tick] += sums.prompt;
      completion_[tick] += sums.completion;
    }
    for (std::uint32_t block = bulk; block < whole; ++block) wait(tick, block, 4);
    if (count % 4 != 0) wait(tick, whole, count % 4);
  }

  /// Draws what still waits for company.
  void finish() {
    if (waiting_ > 0) draw_waiting();
  }

 private:
  static constexpr std::uint32_t width = Lane::width;

  /// Requests of a block whose lengths belong to a tick.
  struct Waiting {
    std::uint32_t tick;
    std::uint32_t count;
  };

  void wait(std::uint32_t tick, std::uint32_t block, std::uint32_t count) {
    waiting_block_[waiting_] = block;
    waiting_tick_[waiting_] = tick;
    waiting_for_[waiting_] = {tick, count};
    if (++waiting_ == width) draw_waiting();
  }

  __attribute__((noinline)) void draw_waiting() {
    for (std::uint32_t i = waiting_; i < width; ++i) waiting_block_[i] = waiting_tick_[i] = 0;
    auto const words = length_words<Lane>(seed_, Lane::load(waiting_block_), Lane::load(waiting_tick_), realization_, where_);
    alignas(64) RequestLength places[4 * width];
    if (law_.pairs == 0)
      find_places<false>(law_, words, places);
    else
      find_places<true>(law_, words, places);
    for (std::uint32_t lane = 0; lane < waiting_; ++lane) {
      Waiting const& waiting = waiting_for_[lane];
      for (std::uint32_t i = 0; i < waiting.count; ++i) {
        prompt_[waiting.tick] += law_.prompt[places[i * width + lane].prompt];
        completion_[waiting.tick] += law_.completion[places[i * width + lane].completion];
      }
    }
    waiting_ = 0;
  }

  /// Lengths of all requests of blocks [0, bulk), a multiple of the width. By itself, so that its registers hold nothing else.
  template <bool Pairs>
  __attribute__((noinline)) TokenSums sum_blocks(std::uint32_t tick, std::uint32_t bulk) const {
    LengthLawView const law = law_;
    // a group's words are drawn while the group before is looked up: Philox is a long chain, and look-ups that wait for it
    // would fill the core's queues
    alignas(64) RequestLength places[2][4 * width];
    TokenSums sums{0, 0};
    auto blocks = Lane::count_from(0);
    auto const draw_into = [&](RequestLength * group) __attribute__((always_inline)) {
      find_places<Pairs>(law, length_words<Lane>(seed_, blocks, Lane::word(tick), realization_, where_), group);
      blocks = blocks + Lane::word(width);
    };
    draw_into(places[0]);
    for (std::uint32_t block = width, current = 0; block < bulk; block += width, current ^= 1) {
      draw_into(places[current ^ 1]);
      add_group(law, places[current], sums);
    }
    add_group(law, places[(bulk / width - 1) % 2], sums);
    return sums;
  }

  FLEETCAST_FUNCTION static void add_group(LengthLawView const& law, RequestLength const* places, TokenSums& sums) {
    // lengths below 2^21 of 32 requests fit 32 bits
    RequestLength even{0, 0};
    RequestLength odd{0, 0};
    FLEETCAST_UNROLL
    for (std::uint32_t i = 0; i < 4 * width; i += 2) {
      even.prompt += law.prompt[places[i].prompt];
      even.completion += law.completion[places[i].completion];
      odd.prompt += law.prompt[places[i + 1].prompt];
      odd.completion += law.completion[places[i + 1].completion];
    }
    sums.prompt += even.prompt + odd.prompt;
    sums.completion += even.completion + odd.completion;
  }

  /// Indices into the law's tables of 4·width requests: request i of a lane's block at [i][lane].
  template <bool Pairs>
  FLEETCAST_FUNCTION static void find_places(LengthLawView const& law, PhiloxBlock<typename Lane::Word> const& words, RequestLength* places) {
    typename Lane::Word const drawn[4] = {words.x, words.y, words.z, words.w};
    FLEETCAST_UNROLL
    for (std::uint32_t i = 0; i < 4; ++i) {
      typename Lane::Word indices;
      if constexpr (Pairs) {
        auto const pair = Lane::multiply_low_halves(drawn[i], Lane::word(law.pairs)) >> 32;
        indices = pair | pair << 32;
      } else {
        indices = drawn[i] >> 18 | ((drawn[i] << 28) & Lane::word(static_cast<std::uint64_t>(quantile_table_size - 1) << 32));
      }
      Lane::store(places + i * width, indices);
    }
    // read back from memory: taking registers apart lane by lane costs more
    asm volatile("" : : "r"(places) : "memory");
  }

  LengthLawView law_;
  std::uint64_t seed_;
  std::uint32_t realization_, where_;
  std::uint64_t* prompt_;
  std::uint64_t* completion_;
  std::uint32_t waiting_ = 0;
  alignas(64) std::uint64_t waiting_block_[width];
  alignas(64) std::uint64_t waiting_tick_[width];
  Waiting waiting_for_[width];
};

/// Fills `requests`, `prompt_tokens` and `completion_tokens` of one realization from its class counts, for ticks [first_tick, last_tick).
///
/// @param row        row of the tile, realization tile_first + row
/// @param tile_rows  rows of the tile
template <class Lane>
void draw_tokens(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t row, std::uint32_t first_tick,
                 std::uint32_t last_tick, DemandView const& demand) {
  std::uint64_t const realization = tile_first + row;
  std::uint64_t const start = static_cast<std::uint64_t>(row) * demand.ticks;
  for (std::uint32_t tick = first_tick; tick < last_tick; ++tick) {
    demand.requests[start + tick] = 0;
    demand.prompt_tokens[start + tick] = 0;
    demand.completion_tokens[start + tick] = 0;
  }
  for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
    RequestClassView const& of_class = traffic.classes[c];
    std::uint32_t const* const counts = demand.class_requests + static_cast<std::uint64_t>(c) * tile_rows * demand.ticks + start;
    TokenSummer<Lane> summer(traffic, c, realization, demand.prompt_tokens + start, demand.completion_tokens + start);
    for (std::uint32_t tick = first_tick; tick < last_tick; ++tick) {
      demand.requests[start + tick] += counts[tick];
      if (of_class.compound.digits == 0) {
        summer.add_tick(tick, counts[tick]);
        continue;
      }
      TokenSums const sums = sum_compound<Lane>(of_class.lengths, of_class.compound, traffic.seed, counts[tick], tick, realization, c);
      demand.prompt_tokens[start + tick] += sums.prompt;
      demand.completion_tokens[start + tick] += sums.completion;
    }
    summer.finish();
  }
}

}  // namespace fleetcast::inline FLEETCAST_ISA
