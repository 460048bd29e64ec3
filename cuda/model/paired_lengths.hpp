/// Prompt and completion lengths that go together: a Gaussian copula on two quantile tables.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "length_law.hpp"
#include "normal.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Which cell of the completion table goes with each cell of the prompt table, so that both tables are used evenly.
///
/// The pairs are quantile_table_size points of Hammersley's set, led through a Gaussian copula: (u, v) becomes
/// (u, Φ(r·Φ⁻¹(u) + sqrt(1 - r²)·Φ⁻¹(v))), of which the rank counts. Every second digit of v is turned over (Halton and Zaremba, "The
/// extreme and L² discrepancies of some plane sets", 1969): each digit mirrors one of u and would draw v after u, by a rho of 0.0013 in
/// all; this way half of them draw it the other way. r = 2·sin(π·ρ/6) makes Spearman's rho of the copula ρ (Pearson
/// 1907; Kruskal, "Ordinal measures of association", 1958).
///
/// @param rho  in [-1, 1]
inline std::vector<std::uint32_t> correlated_cells(double rho) {
  double const correlation = 2.0 * sine_cosine_of_turns(rho / 12.0).sine;
  double const rest = std::sqrt(std::max(0.0, 1.0 - correlation * correlation));
  auto const normal_at = [](std::uint32_t cell) { return inverse_normal<ScalarDrawLane>((cell + 0.5) / quantile_table_size); };
  constexpr std::uint32_t every_second_digit = 0x55555555U & (quantile_table_size - 1);
  std::vector<double> height(quantile_table_size);
  for (std::uint32_t cell = 0; cell < quantile_table_size; ++cell) {
    std::uint32_t reversed = 0;
    for (std::uint32_t bit = 0; bit < quantile_table_bits; ++bit) reversed = reversed << 1 | (cell >> bit & 1U);
    height[cell] = correlation * normal_at(cell) + rest * normal_at(reversed ^ every_second_digit);
  }
  std::vector<std::uint32_t> order(quantile_table_size);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return height[a] != height[b] ? height[a] < height[b] : a < b; });
  std::vector<std::uint32_t> partner(quantile_table_size);
  for (std::uint32_t rank = 0; rank < quantile_table_size; ++rank) partner[order[rank]] = rank;
  return partner;
}

/// Ranks from 0 on, equal values sharing their mean.
inline std::vector<double> mid_ranks(std::span<std::uint32_t const> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = 0.5 * static_cast<double>(first + last - 1);
    first = last;
  }
  return ranks;
}

/// Spearman's rho of equally likely pairs, ties by mid-ranks; 0 where one side is constant.
inline double spearman_rho(std::span<std::uint32_t const> a, std::span<std::uint32_t const> b) {
  auto const x = mid_ranks(a);
  auto const y = mid_ranks(b);
  double const middle = 0.5 * (static_cast<double>(a.size()) - 1.0);
  double products = 0.0;
  double x_squares = 0.0;
  double y_squares = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - middle) * (y[i] - middle);
    x_squares += (x[i] - middle) * (x[i] - middle);
    y_squares += (y[i] - middle) * (y[i] - middle);
  }
  return x_squares > 0.0 && y_squares > 0.0 ? products / std::sqrt(x_squares * y_squares) : 0.0;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
