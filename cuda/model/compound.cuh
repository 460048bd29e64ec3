/// Token sums of many requests drawn at once, from laws of the sums of 2^k requests: one draw for each binary digit of a count.
/// compound_law.hpp builds the tables.
#pragma once

#include "exponential.cuh"
#include "lengths.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Draws of a count: digit d takes word d, the copies of the last digit take the words from there on.
///
/// Word j of a class, tick and realization is word j % 4 of the Philox block j / 4 of Stream::compound.
struct CompoundDraws {
  std::uint32_t count;
  std::uint32_t last;  ///< digit

  FLEETCAST_FUNCTION CompoundDraws(CompoundLawView const& law, std::uint32_t requests) : count(requests), last(law.first_digit + law.digits - 1) {}

  FLEETCAST_FUNCTION std::uint32_t words() const { return last + (count >> last); }
  /// The digit that word j stands for.
  FLEETCAST_FUNCTION std::uint32_t digit(std::uint32_t j) const { return j < last ? j : last; }
  /// Whether the count has that digit.
  FLEETCAST_FUNCTION bool drawn(CompoundLawView const& law, std::uint32_t j) const {
    return j >= law.first_digit && (j >= last || (count >> j & 1) != 0);
  }
};

/// Sums of digits on their way to a TokenSums.
struct CompoundSums {
  std::int64_t prompt = 0;
  std::int64_t rest = 0;  ///< of the completions, beyond slope·prompt

  FLEETCAST_FUNCTION void add(CompoundLawView const& law, std::uint32_t digit, std::uint32_t word) {
    std::uint32_t const table = digit - law.first_digit;
    std::uint64_t const start = static_cast<std::uint64_t>(table) * quantile_table_size;
    prompt += law.prompt_base[table] + law.prompt[start + (word >> 18)];
    rest += law.rest_base[table] + law.rest[start + (word >> 4 & (quantile_table_size - 1))];
  }

  FLEETCAST_FUNCTION TokenSums tokens(CompoundLawView const& law) const {
    double const share = round_to_integer<ScalarDrawLane>(law.slope * static_cast<double>(prompt));
    std::int64_t const completion = rest + static_cast<std::int64_t>(share);
    return {static_cast<std::uint64_t>(prompt), static_cast<std::uint64_t>(completion > 0 ? completion : 0)};
  }
};

/// Tokens of `count` requests of a class, tick and realization: digits below the law's first request by request, the rest from
/// its tables.
///
/// @param realization  all 64 bits
template <class Lane>
FLEETCAST_FUNCTION TokenSums sum_compound(LengthLawView const& law, CompoundLawView const& compound, std::uint64_t seed, std::uint32_t count,
                                          std::uint32_t tick, std::uint64_t realization, std::uint32_t request_class) {
  auto const low = static_cast<std::uint32_t>(realization);
  std::uint32_t const single = count & ((1U << compound.first_digit) - 1);
  TokenSums sums = sum_requests(law, seed, single, tick, low, stream_word(Stream::lengths, request_class, realization));
  if (count == single) return sums;

  CompoundDraws const draws(compound, count);
  std::uint32_t const where = stream_word(Stream::compound, request_class, realization);
  CompoundSums digits;
  for (std::uint32_t block = compound.first_digit / 4; 4 * block < draws.words(); block += Lane::width) {
    auto const words = length_words<Lane>(seed, Lane::count_from(block), Lane::word(tick), low, where);
    typename Lane::Word const drawn[4] = {words.x, words.y, words.z, words.w};
    for (std::uint32_t i = 0; i < 4 * Lane::width; ++i) {
      std::uint32_t const j = 4 * block + i;
      if (j < draws.words() && draws.drawn(compound, j))
        digits.add(compound, draws.digit(j), static_cast<std::uint32_t>(Lane::get(drawn[i % 4], static_cast<int>(i / 4))));
    }
  }
  TokenSums const drawn = digits.tokens(compound);
  return {sums.prompt + drawn.prompt, sums.completion + drawn.completion};
}

}  // namespace fleetcast::inline FLEETCAST_ISA
