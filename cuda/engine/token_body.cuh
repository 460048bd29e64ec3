/// The fused generator: token lengths drawn and added up in registers, no request ever in device memory.
#pragma once

#include <type_traits>

#include "body.cuh"
#include "cuda/model/compound.cuh"
#include "cuda/model/lengths.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Adds the token sums of one class, drawn from its compound law, to every tick of a tile: index = row·ticks + tick.
struct AddCompoundTokens {
  TrafficView traffic;
  std::uint32_t request_class;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * demand.ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    RequestClassView const& of_class = traffic.classes[request_class];
    TokenSums const sums =
        sum_compound<ScalarDrawLane>(of_class.lengths, of_class.compound, traffic.seed, demand.class_requests[request_class * count() + index],
                                     static_cast<std::uint32_t>(index % demand.ticks), tile_first + index / demand.ticks, request_class);
    demand.prompt_tokens[index] += sums.prompt;
    demand.completion_tokens[index] += sums.completion;
  }
};

/// Adds the token sums of one class to every tick of a tile. Sums are zero before the first class.
///
/// `Threads` neighbouring threads share a tick, each taking every so-many-th Philox block; ticks are dealt to blocks of threads that
/// stay for the whole launch, since each first copies the class's tables to shared memory.
///
/// @tparam Entry    of the tables in shared memory; void: tables stay in device memory (they are large, or pairs)
template <class Entry, std::uint32_t Threads>
struct SumTokens {
  static constexpr std::uint32_t threads = 512;
  static constexpr bool stages = !std::is_void_v<Entry>;
  TrafficView traffic;
  std::uint32_t request_class;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;
  std::uint64_t block_count;

  struct State {};

  FLEETCAST_FUNCTION std::uint64_t blocks() const { return block_count; }
  FLEETCAST_FUNCTION std::uint32_t phases() const { return 1; }
  FLEETCAST_FUNCTION std::uint64_t shared_bytes() const {
    if constexpr (stages) return 2 * quantile_table_size * sizeof(Entry);
    return 0;
  }
  FLEETCAST_FUNCTION State begin(std::uint64_t, std::uint32_t) const { return {}; }

  FLEETCAST_FUNCTION void stage(std::uint64_t, std::uint32_t thread, std::uint32_t, void* shared) const {
    if constexpr (stages) {
      LengthLawView const& law = traffic.classes[request_class].lengths;
      auto* const prompt = static_cast<Entry*>(shared);
      auto* const completion = prompt + quantile_table_size;
      for (std::uint32_t i = thread; i < quantile_table_size; i += threads) {
        prompt[i] = static_cast<Entry>(law.prompt[i]);
        completion[i] = static_cast<Entry>(law.completion[i]);
      }
    }
  }

  FLEETCAST_FUNCTION void advance(State&, std::uint64_t block, std::uint32_t thread, std::uint32_t, void const* shared) const {
    LengthLawView const law = traffic.classes[request_class].lengths;
    std::uint64_t const ticks = static_cast<std::uint64_t>(rows) * demand.ticks;
    std::uint64_t const teams = block_count * threads / Threads;
    std::uint64_t const team = (block * threads + thread) / Threads;
    // every thread makes every turn, so that teams of a warp stay together
    for (std::uint64_t turn = 0; turn * teams < ticks; ++turn) {
      std::uint64_t const cell = turn * teams + team;
      TokenSums sums{0, 0};
      if (cell < ticks) {
        std::uint64_t const realization = tile_first + cell / demand.ticks;
        sums = add_requests(law, static_cast<std::uint32_t>(realization), static_cast<std::uint32_t>(cell % demand.ticks),
                            stream_word(Stream::lengths, request_class, realization), demand.class_requests[request_class * ticks + cell],
                            thread % Threads, shared);
      }
      std::uint64_t const place = cell < ticks ? cell : 0;
      add_together<Threads>(demand.prompt_tokens[place], sums.prompt);
      add_together<Threads>(demand.completion_tokens[place], sums.completion);
    }
  }

 private:
  /// Lengths of the block's requests, those from `exist` on left out.
  FLEETCAST_FUNCTION void add_block(LengthLawView const& law, std::uint32_t block, std::uint32_t tick, std::uint32_t realization, std::uint32_t where,
                                    std::uint32_t exist, void const* shared, std::uint32_t& prompt, std::uint32_t& completion) const {
    auto const words = philox<ScalarDrawLane>({block, tick, realization, where}, traffic.seed);
    std::uint32_t const drawn[4] = {static_cast<std::uint32_t>(words.x), static_cast<std::uint32_t>(words.y), static_cast<std::uint32_t>(words.z),
                                    static_cast<std::uint32_t>(words.w)};
    FLEETCAST_UNROLL
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (i >= exist) continue;
      if constexpr (stages) {
        auto const* const table = static_cast<Entry const*>(shared);
        prompt += table[drawn[i] >> 18];
        completion += table[quantile_table_size + (drawn[i] >> 4 & (quantile_table_size - 1))];
      } else {
        auto const length = request_length(law, drawn[i]);
        prompt += length.prompt;
        completion += length.completion;
      }
    }
  }

  FLEETCAST_FUNCTION TokenSums add_requests(LengthLawView const& law, std::uint32_t realization, std::uint32_t tick, std::uint32_t where,
                                            std::uint32_t requests, std::uint32_t thread, void const* shared) const {
    // 512 blocks of four lengths below 2^21 fit 32 bits
    constexpr std::uint32_t run = 512 * Threads;
    std::uint32_t const whole = requests / 4;
    TokenSums sums{0, 0};
    for (std::uint32_t first = 0; first < whole; first += run) {
      std::uint32_t const last = whole - first > run ? first + run : whole;
      std::uint32_t prompt = 0;
      std::uint32_t completion = 0;
      for (std::uint32_t block = first + thread; block < last; block += Threads)
        add_block(law, block, tick, realization, where, 4, shared, prompt, completion);
      sums.prompt += prompt;
      sums.completion += completion;
    }
    if (requests % 4 != 0 && whole % Threads == thread) {
      std::uint32_t prompt = 0;
      std::uint32_t completion = 0;
      add_block(law, whole, tick, realization, where, requests % 4, shared, prompt, completion);
      sums.prompt += prompt;
      sums.completion += completion;
    }
    return sums;
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
