/// Token lengths of single requests, drawn from integer tables.
#pragma once

#include "philox.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Lengths of the four requests of one Philox block (in each lane).
template <class Lane>
struct BlockLengths {
  typename Lane::Word prompt[4];
  typename Lane::Word completion[4];
};

/// Lengths of one request from its word, as draw_lengths gives them.
struct RequestLength {
  std::uint32_t prompt;
  std::uint32_t completion;
};
FLEETCAST_FUNCTION RequestLength request_length(LengthLawView const& law, std::uint32_t word) {
  if (law.pairs == 0) return {law.prompt[word >> 18], law.completion[word >> 4 & (quantile_table_size - 1)]};
  auto const pair = static_cast<std::uint32_t>(static_cast<std::uint64_t>(word) * law.pairs >> 32);
  return {law.prompt[pair], law.completion[pair]};
}

struct TokenSums {
  std::uint64_t prompt;
  std::uint64_t completion;
};

/// Draws the lengths of requests 4·block … 4·block + 3 of a class, tick and realization: one word a request.
///
/// Independent lengths take 14 bits each; pairs take ⌊word·pairs/2^32⌋, which makes their probabilities equal
/// within pairs/2^32.
///
/// @param realization  low 32 bits
/// @param where        stream_word(Stream::lengths, class, realization)
template <class Lane>
FLEETCAST_FUNCTION BlockLengths<Lane> draw_lengths(LengthLawView const& law, std::uint64_t seed, typename Lane::Word block, std::uint32_t tick,
                                                   std::uint32_t realization, std::uint32_t where) {
  using Word = typename Lane::Word;
  auto const words = philox<Lane>({block, Lane::word(tick), Lane::word(realization), Lane::word(where)}, seed);
  Word const drawn[4] = {words.x, words.y, words.z, words.w};
  BlockLengths<Lane> lengths;
  for (int i = 0; i < 4; ++i) {
    if (law.pairs == 0) {
      lengths.prompt[i] = Lane::look_up(law.prompt, drawn[i] >> 18);
      lengths.completion[i] = Lane::look_up(law.completion, (drawn[i] >> 4) & Lane::word(quantile_table_size - 1));
    } else {
      Word const pair = Lane::multiply_low_halves(drawn[i], Lane::word(law.pairs)) >> 32;
      lengths.prompt[i] = Lane::look_up(law.prompt, pair);
      lengths.completion[i] = Lane::look_up(law.completion, pair);
    }
  }
  return lengths;
}

/// Sums of prompt and completion tokens over `count` requests of a class, tick and realization.
template <class Lane>
FLEETCAST_FUNCTION TokenSums sum_lengths(LengthLawView const& law, std::uint64_t seed, std::uint32_t count, std::uint32_t tick,
                                         std::uint32_t realization, std::uint32_t where) {
  using Word = typename Lane::Word;
  Word prompt = Lane::word(0);
  Word completion = Lane::word(0);
  std::uint32_t const whole_blocks = count / 4;
  std::uint32_t block = 0;
  for (; block + Lane::width <= whole_blocks; block += Lane::width) {
    auto const lengths = draw_lengths<Lane>(law, seed, Lane::count_from(block), tick, realization, where);
    for (int i = 0; i < 4; ++i) {
      prompt = prompt + lengths.prompt[i];
      completion = completion + lengths.completion[i];
    }
  }
  for (; 4 * static_cast<std::uint64_t>(block) < count; block += Lane::width) {
    Word const numbers = Lane::count_from(block);
    auto const lengths = draw_lengths<Lane>(law, seed, numbers, tick, realization, where);
    for (int i = 0; i < 4; ++i) {
      auto const exists = (numbers << 2) + Lane::word(static_cast<std::uint64_t>(i)) < Lane::word(count);
      prompt = prompt + Lane::select(exists, lengths.prompt[i], Lane::word(0));
      completion = completion + Lane::select(exists, lengths.completion[i], Lane::word(0));
    }
  }
  TokenSums sums{0, 0};
  for (int i = 0; i < Lane::width; ++i) {
    sums.prompt += Lane::get(prompt, i);
    sums.completion += Lane::get(completion, i);
  }
  return sums;
}

/// Fills `requests`, `prompt_tokens` and `completion_tokens` of one realization and tick from its class counts.
///
/// @param row        row of the tile, realization tile_first + row
/// @param tile_rows  rows of the tile
template <class Lane>
FLEETCAST_FUNCTION void draw_tokens(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t row,
                                    std::uint32_t tick, DemandView const& demand) {
  std::uint64_t const realization = tile_first + row;
  std::uint64_t const here = static_cast<std::uint64_t>(row) * demand.ticks + tick;
  std::uint32_t requests = 0;
  TokenSums tokens{0, 0};
  for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
    std::uint32_t const count = demand.class_requests[static_cast<std::uint64_t>(c) * tile_rows * demand.ticks + here];
    auto const sums = sum_lengths<Lane>(traffic.classes[c].lengths, traffic.seed, count, tick, static_cast<std::uint32_t>(realization),
                                        stream_word(Stream::lengths, c, realization));
    requests += count;
    tokens.prompt += sums.prompt;
    tokens.completion += sums.completion;
  }
  demand.requests[here] = requests;
  demand.prompt_tokens[here] = tokens.prompt;
  demand.completion_tokens[here] = tokens.completion;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
