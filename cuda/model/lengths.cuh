/// Token lengths of single requests, looked up in integer tables.
#pragma once

#include "philox.cuh"
#include "records.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Tokens of some requests of a class and tick.
struct TokenSums {
  std::uint64_t prompt;
  std::uint64_t completion;
};

struct RequestLength {
  std::uint32_t prompt;
  std::uint32_t completion;
};

/// Lengths of a request from its word. Request k of a class, tick and realization has word k % 4 of the Philox block k / 4 of
/// Stream::lengths.
///
/// Independent lengths take 14 bits each; pairs take ⌊word·pairs/2^32⌋, which makes their probabilities equal
/// within pairs/2^32.
FLEETCAST_FUNCTION RequestLength request_length(LengthLawView const& law, std::uint32_t word) {
  if (law.pairs == 0) return {law.prompt[word >> 18], law.completion[word >> 4 & (quantile_table_size - 1)]};
  auto const pair = static_cast<std::uint32_t>(static_cast<std::uint64_t>(word) * law.pairs >> 32);
  return {law.prompt[pair], law.completion[pair]};
}

/// Words of the requests 4·block … 4·block + 3 (in each lane).
///
/// @param realization  low 32 bits
/// @param where        stream_word(Stream::lengths, class, realization)
template <class Lane>
FLEETCAST_FUNCTION PhiloxBlock<typename Lane::Word> length_words(std::uint64_t seed, typename Lane::Word block, typename Lane::Word tick,
                                                                 std::uint32_t realization, std::uint32_t where) {
  return philox<Lane>({block, tick, Lane::word(realization), Lane::word(where)}, seed);
}

/// Lengths of requests [0, count) of a class, tick and realization, one after the other.
FLEETCAST_FUNCTION TokenSums sum_requests(LengthLawView const& law, std::uint64_t seed, std::uint32_t count, std::uint32_t tick,
                                          std::uint32_t realization, std::uint32_t where) {
  TokenSums sums{0, 0};
  for (std::uint32_t block = 0; 4 * static_cast<std::uint64_t>(block) < count; ++block) {
    auto const words = length_words<ScalarDrawLane>(seed, block, tick, realization, where);
    std::uint64_t const drawn[4] = {words.x, words.y, words.z, words.w};
    for (std::uint32_t i = 0; i < 4 && 4 * block + i < count; ++i) {
      auto const length = request_length(law, static_cast<std::uint32_t>(drawn[i]));
      sums.prompt += length.prompt;
      sums.completion += length.completion;
    }
  }
  return sums;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
