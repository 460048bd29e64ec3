/// Workload bands by Thrust: sums and order statistics over realizations. Compiles for CUDA and, with
/// THRUST_DEVICE_SYSTEM_OMP, for a plain C++ compiler.
#pragma once

#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/discard_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/reduce.h>
#include <thrust/sort.h>

#include <cstdint>

#include "cuda/model/function.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Row of element i of a matrix with rows of the given length.
struct RowOf {
  std::uint64_t length;
  FLEETCAST_FUNCTION std::uint32_t operator()(std::uint64_t i) const { return static_cast<std::uint32_t>(i / length); }
};

/// quantiles[(quantity·ranks + q)·blocks + block] = value of rank q in its sorted row; index counts the outputs.
struct PickRanks {
  std::uint64_t const* sorted;
  std::uint32_t const* ranks;
  std::uint64_t* quantiles;
  std::uint32_t rank_count, blocks, realizations;

  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const block = index % blocks;
    std::uint64_t const rank = index / blocks % rank_count;
    std::uint64_t const quantity = index / blocks / rank_count;
    quantiles[index] = sorted[(quantity * blocks + block) * realizations + ranks[rank]];
  }
};

/// Sorts the rows [quantity][block] of `values` and takes their sums and the values at `ranks`.
///
/// @param values     [rows][realizations], in device memory; sorted in place row by row
/// @param sums       [rows]
/// @param quantiles  [quantity][rank][block]
template <class Policy>
void reduce_bands(Policy const& policy, std::uint64_t* values, std::uint32_t rows, std::uint32_t blocks, std::uint32_t realizations,
                  thrust::device_vector<std::uint32_t> const& ranks, thrust::device_vector<std::uint64_t>& sums,
                  thrust::device_vector<std::uint64_t>& quantiles) {
  std::uint64_t const count = static_cast<std::uint64_t>(rows) * realizations;
  auto const first = thrust::device_pointer_cast(values);
  auto const row_of = thrust::make_transform_iterator(thrust::counting_iterator<std::uint64_t>(0), RowOf{realizations});
  sums.resize(rows);
  thrust::reduce_by_key(policy, row_of, row_of + static_cast<std::ptrdiff_t>(count), first, thrust::make_discard_iterator(), sums.begin());

  // two stable sorts, by value and then by row, leave every row in its place and in order
  thrust::device_vector<std::uint32_t> row_numbers(row_of, row_of + static_cast<std::ptrdiff_t>(count));
  thrust::stable_sort_by_key(policy, first, first + static_cast<std::ptrdiff_t>(count), row_numbers.begin());
  thrust::stable_sort_by_key(policy, row_numbers.begin(), row_numbers.end(), first);

  quantiles.resize(static_cast<std::size_t>(rows) * ranks.size());
  PickRanks const pick{values,
                       thrust::raw_pointer_cast(ranks.data()),
                       thrust::raw_pointer_cast(quantiles.data()),
                       static_cast<std::uint32_t>(ranks.size()),
                       blocks,
                       realizations};
  thrust::for_each_n(policy, thrust::counting_iterator<std::uint64_t>(0), quantiles.size(), pick);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
