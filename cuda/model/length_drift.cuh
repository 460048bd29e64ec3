/// Drift of lengths: slow factors on the prompt and the completion tokens of a tick.
#pragma once

#include "drift.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Largest factor on a tick's tokens: keeps the tokens of a tick countable. It lies 6.3 standard deviations out where log_sd is largest.
inline constexpr double largest_length_factor = 64.0;

/// Factors of one tick.
template <class Lane>
struct LengthFactors {
  typename Lane::Real prompt, completion;
};

/// The drift of both lengths along the realizations of the lanes, one tick after the other.
template <class Lane>
class LengthDrift {
  using Real = typename Lane::Real;

 public:
  /// Factors of the next tick, from tick 0 on: two Philox blocks, a third where a length moves with the rate.
  FLEETCAST_FUNCTION LengthFactors<Lane> next(TrafficView const& traffic, std::uint32_t tick, typename Lane::Word realization, std::uint64_t first) {
    LengthDriftView const& drift = traffic.length_drift;
    InnovationMix const& mix = tick == 0 ? drift.at_start : drift.later;
    Real const own_prompt = tick_normal<Lane>(traffic.seed, Stream::prompt_drift, 0, tick, realization, first);
    Real const own_completion = tick_normal<Lane>(traffic.seed, Stream::completion_drift, 0, tick, realization, first);
    Real prompt = Lane::real(mix.prompt_own) * own_prompt;
    Real completion = Lane::real(mix.completion_prompt) * own_prompt + Lane::real(mix.completion_own) * own_completion;
    if (mix.prompt_rate != 0.0 || mix.completion_rate != 0.0) {
      Real const rate = drift_innovation<Lane>(traffic.seed, 0, tick, realization, first);
      prompt = Lane::real(mix.prompt_rate) * rate + prompt;
      completion = Lane::real(mix.completion_rate) * rate + completion;
    }
    prompt_ = drift_state<Lane>(drift.prompt, tick, prompt_, prompt);
    completion_ = drift_state<Lane>(drift.completion, tick, completion_, completion);
    return {factor(drift.prompt, prompt_), factor(drift.completion, completion_)};
  }

 private:
  FLEETCAST_FUNCTION static Real factor(DriftView const& drift, Real z) {
    Real const factor = exponential<Lane>(drift_logarithm<Lane>(drift, z));
    return Lane::select(factor > Lane::real(largest_length_factor), Lane::real(largest_length_factor), factor);
  }

  Real prompt_ = Lane::real(0.0);
  Real completion_ = Lane::real(0.0);
};

/// factor·tokens, rounded half to even: of a tick's sum, or of a running sum within a tick. The product is one double's; tokens are
/// below 2^56.
FLEETCAST_FUNCTION std::uint64_t scaled_tokens(std::uint64_t tokens, double factor) {
  double const product = static_cast<double>(tokens) * factor;
  constexpr double whole_from = 0x1p52;
  return static_cast<std::uint64_t>(product < whole_from ? (product + whole_from) - whole_from : product);
}

/// Applies the drift of lengths to the token sums of rows first_row … first_row + rows - 1 (rows ≤ Lane::width) of a tile;
/// row i of the tile is realization tile_first + i.
template <class Lane>
FLEETCAST_FUNCTION void scale_lengths(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t first_row, std::uint32_t rows,
                                      DemandView const& demand) {
  std::uint64_t const first = tile_first + first_row;
  auto const realization = Lane::count_from(first & 0xffffffffULL);
  LengthDrift<Lane> drift;
  for (std::uint32_t tick = 0; tick < traffic.total_ticks; ++tick) {
    auto const factors = drift.next(traffic, tick, realization, first);
    for (std::uint32_t i = 0; i < rows; ++i) {
      std::uint64_t const at = static_cast<std::uint64_t>(first_row + i) * demand.ticks + tick;
      demand.prompt_tokens[at] =
          scaled_tokens(demand.prompt_tokens[at], ScalarDrawLane::real_from_bits(Lane::get(Lane::bits_of(factors.prompt), static_cast<int>(i))));
      demand.completion_tokens[at] = scaled_tokens(demand.completion_tokens[at],
                                                   ScalarDrawLane::real_from_bits(Lane::get(Lane::bits_of(factors.completion), static_cast<int>(i))));
    }
  }
}

}  // namespace fleetcast::inline FLEETCAST_ISA
