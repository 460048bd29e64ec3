/// The latent AR(1) processes of the traffic model, together.
#pragma once

#include <cmath>

#include "gaussian_state.hpp"
#include "traffic_model.hpp"

namespace fleetcast {

/// φ of a bin.
inline double persistence(double half_life_minutes, double bin_minutes) { return std::exp2(-bin_minutes / half_life_minutes); }

/// Processes of rate and lengths: scale j of the rate at j, the prompts' at D − 2, the completions' at D − 1. Places between are
/// noise without memory, which nothing depends on.
/// @tparam D  at least the rate's scales + 2
template <std::size_t D>
LatentDynamics<D> joint_dynamics(RateParameters const& rate, LengthDynamics const& lengths, double bin_minutes) {
  constexpr std::size_t prompt = D - 2, completion = D - 1;
  std::array<double, D> phi{};
  for (std::size_t j = 0; j < rate.drift.size(); ++j) phi[j] = persistence(rate.drift[j].half_life_minutes, bin_minutes);
  phi[prompt] = persistence(lengths.prompt.half_life_minutes, bin_minutes);
  phi[completion] = persistence(lengths.completion.half_life_minutes, bin_minutes);
  auto correlation = identity_matrix<D>();
  auto const tie = [&](std::size_t i, std::size_t j, double rho) { correlation[i][j] = correlation[j][i] = rho; };
  if (!rate.drift.empty()) {
    tie(0, prompt, lengths.correlation.rate_prompt);
    tie(0, completion, lengths.correlation.rate_completion);
  }
  tie(prompt, completion, lengths.correlation.prompt_completion);
  return LatentDynamics<D>(phi, correlation);
}

/// Most processes a model has: three scales of the rate and both lengths.
inline constexpr std::size_t most_processes = most_drift_scales + 2;

/// What is known of all processes at a record's end. The root is what a simulation needs: mean + root·(standard normals) is a draw.
struct LatentEnd {
  std::array<double, most_processes> mean{};
  std::array<std::array<double, most_processes>, most_processes> root{};
  double closed = 0;  ///< probability that the last bin was a silence
};

}  // namespace fleetcast
