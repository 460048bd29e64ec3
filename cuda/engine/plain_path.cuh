/// The plain way to a tile's token sums: write every request to memory, sum them with thrust::reduce_by_key.
/// The reference on the device, and the baseline of benchmarks. Compiles for CUDA and for Thrust's OpenMP system.
#pragma once

#include <thrust/binary_search.h>
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/tuple.h>

#include <algorithm>
#include <cstdint>

#include "body.cuh"
#include "cuda/model/lengths.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Draws one request of a class: index = its number in the tile, in order of row and tick.
struct WriteRequest {
  TrafficView traffic;
  std::uint32_t request_class;
  std::uint64_t tile_first;
  std::uint32_t ticks;
  std::uint64_t const* starts;  ///< [cell], number of the cell's first request
  std::uint64_t cells;
  std::uint64_t first;  ///< number of the first request of this stretch
  std::uint64_t* cell_of;
  std::uint64_t* prompt;
  std::uint64_t* completion;

  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const number = first + index;
    // the last cell that starts at or before this request; empty cells before it start there too
    std::uint64_t low = 0;
    std::uint64_t high = cells;
    while (high - low > 1) {
      std::uint64_t const middle = low + (high - low) / 2;
      (starts[middle] <= number ? low : high) = middle;
    }
    std::uint64_t const k = number - starts[low];
    std::uint64_t const realization = tile_first + low / ticks;
    auto const words = length_words<ScalarDrawLane>(traffic.seed, k / 4, low % ticks, static_cast<std::uint32_t>(realization),
                                                    stream_word(Stream::lengths, request_class, realization));
    std::uint64_t const drawn[4] = {words.x, words.y, words.z, words.w};
    auto const length = request_length(traffic.classes[request_class].lengths, static_cast<std::uint32_t>(drawn[k % 4]));
    cell_of[index] = low;
    prompt[index] = length.prompt;
    completion[index] = length.completion;
  }
};

struct AddPairs {
  using Pair = thrust::tuple<std::uint64_t, std::uint64_t>;
  FLEETCAST_FUNCTION Pair operator()(Pair const& a, Pair const& b) const {
    return {thrust::get<0>(a) + thrust::get<0>(b), thrust::get<1>(a) + thrust::get<1>(b)};
  }
};

/// Adds the sum of each key to its cell; keys differ, so no two threads meet.
struct AddToCells {
  std::uint64_t const* cell_of;
  std::uint64_t const* prompt;
  std::uint64_t const* completion;
  DemandView demand;

  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    demand.prompt_tokens[cell_of[index]] += prompt[index];
    demand.completion_tokens[cell_of[index]] += completion[index];
  }
};

/// Fills prompt_tokens and completion_tokens of a tile whose arrivals are drawn and whose sums are zero.
/// @param most_requests  requests held in memory at once, 48 bytes each
template <class Policy>
void sum_tokens_plainly(Policy const& policy, TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand,
                        std::uint64_t most_requests) {
  std::uint64_t const cells = static_cast<std::uint64_t>(rows) * demand.ticks;
  thrust::counting_iterator<std::uint64_t> const numbers(0);
  thrust::device_vector<std::uint64_t> starts(cells);
  for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
    auto const counts = thrust::device_pointer_cast(demand.class_requests + c * cells);
    thrust::exclusive_scan(policy, counts, counts + static_cast<std::ptrdiff_t>(cells), starts.begin(), std::uint64_t{0});
    std::uint64_t const total = thrust::reduce(policy, counts, counts + static_cast<std::ptrdiff_t>(cells), std::uint64_t{0});
    std::uint64_t const stretch = std::min(total, most_requests);
    thrust::device_vector<std::uint64_t> cell_of(stretch), prompt(stretch), completion(stretch);
    thrust::device_vector<std::uint64_t> sum_cell(stretch), sum_prompt(stretch), sum_completion(stretch);
    for (std::uint64_t first = 0; first < total; first += stretch) {
      auto const count = static_cast<std::ptrdiff_t>(std::min(stretch, total - first));
      thrust::for_each_n(policy, numbers, count,
                         WriteRequest{traffic, c, tile_first, demand.ticks, thrust::raw_pointer_cast(starts.data()), cells, first,
                                      thrust::raw_pointer_cast(cell_of.data()), thrust::raw_pointer_cast(prompt.data()),
                                      thrust::raw_pointer_cast(completion.data())});
      auto const values = thrust::make_zip_iterator(thrust::make_tuple(prompt.begin(), completion.begin()));
      auto const sums = thrust::make_zip_iterator(thrust::make_tuple(sum_prompt.begin(), sum_completion.begin()));
      auto const ends = thrust::reduce_by_key(policy, cell_of.begin(), cell_of.begin() + count, values, sum_cell.begin(), sums,
                                              thrust::equal_to<std::uint64_t>(), AddPairs{});
      thrust::for_each_n(policy, numbers, ends.first - sum_cell.begin(),
                         AddToCells{thrust::raw_pointer_cast(sum_cell.data()), thrust::raw_pointer_cast(sum_prompt.data()),
                                    thrust::raw_pointer_cast(sum_completion.data()), demand});
    }
  }
}

}  // namespace fleetcast::inline FLEETCAST_ISA
