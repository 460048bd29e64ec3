/// A Gaussian belief about a few latent AR(1) processes, moved through time and corrected by observations.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace fleetcast {

/// Latent processes of unit variance: how each persists from bin to bin, and how their innovations correlate.
template <std::size_t D>
struct LatentDynamics {
  std::array<double, D> persistence{};                 ///< φ in [0, 1)
  std::array<std::array<double, D>, D> innovations{};  ///< covariance of what a bin adds
  std::array<std::array<double, D>, D> stationary{};   ///< covariance in the long run, ones on the diagonal

  /// @param correlation  of the innovations, ones on the diagonal, positive semidefinite
  LatentDynamics(std::array<double, D> const& phi, std::array<std::array<double, D>, D> const& correlation) : persistence(phi) {
    for (std::size_t i = 0; i < D; ++i)
      for (std::size_t j = 0; j < D; ++j) {
        innovations[i][j] = correlation[i][j] * std::sqrt((1 - phi[i] * phi[i]) * (1 - phi[j] * phi[j]));
        stationary[i][j] = i == j ? 1.0 : innovations[i][j] / (1 - phi[i] * phi[j]);
      }
  }
};

template <std::size_t D>
std::array<std::array<double, D>, D> identity_matrix() {
  std::array<std::array<double, D>, D> one{};
  for (std::size_t i = 0; i < D; ++i) one[i][i] = 1;
  return one;
}

/// Lower triangular root of a covariance (Cholesky); a pivot that rounding made negative counts as none.
template <std::size_t D>
std::array<std::array<double, D>, D> root_of(std::array<std::array<double, D>, D> const& covariance) {
  std::array<std::array<double, D>, D> root{};
  for (std::size_t i = 0; i < D; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = covariance[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= root[i][k] * root[j][k];
      if (i == j)
        root[i][j] = sum > 0 ? std::sqrt(sum) : 0.0;
      else if (root[j][j] > 1e-12)
        root[i][j] = sum / root[j][j];
    }
  return root;
}

/// Mean and covariance of D latent processes.
template <std::size_t D>
struct GaussianState {
  std::array<double, D> mean{};
  std::array<std::array<double, D>, D> covariance{};

  /// One bin on.
  void predict(LatentDynamics<D> const& dynamics) {
    for (std::size_t i = 0; i < D; ++i) {
      mean[i] *= dynamics.persistence[i];
      for (std::size_t j = 0; j < D; ++j)
        covariance[i][j] = covariance[i][j] * dynamics.persistence[i] * dynamics.persistence[j] + dynamics.innovations[i][j];
    }
  }

  /// A linear combination of the processes as the belief has it, and what ties it to each of them.
  struct Projection {
    double mean = 0, variance = 0;
    std::array<double, D> covariance{};
  };
  Projection project(std::array<double, D> const& loadings) const {
    Projection p;
    for (std::size_t i = 0; i < D; ++i) {
      p.mean += loadings[i] * mean[i];
      for (std::size_t j = 0; j < D; ++j) p.covariance[i] += covariance[i][j] * loadings[j];
    }
    for (std::size_t i = 0; i < D; ++i) p.variance += loadings[i] * p.covariance[i];
    return p;
  }

  /// Carries what was learnt of a projection, its new mean and variance, over to the processes.
  void learn(Projection const& before, double new_mean, double new_variance) {
    if (!(before.variance > 0)) return;
    double const shift = (new_mean - before.mean) / before.variance;
    double const shrink = (new_variance - before.variance) / (before.variance * before.variance);
    for (std::size_t i = 0; i < D; ++i) {
      mean[i] += shift * before.covariance[i];
      for (std::size_t j = 0; j < D; ++j) covariance[i][j] += shrink * before.covariance[i] * before.covariance[j];
    }
  }

  /// Mean and covariance of a mixture of this and another belief.
  void mix(double own_weight, GaussianState const& other, double other_weight) {
    double const sum = own_weight + other_weight;
    if (!(sum > 0)) return;
    double const w = other_weight / sum;
    std::array<double, D> gap;
    for (std::size_t i = 0; i < D; ++i) gap[i] = other.mean[i] - mean[i];
    for (std::size_t i = 0; i < D; ++i) {
      mean[i] += w * gap[i];
      for (std::size_t j = 0; j < D; ++j) covariance[i][j] += w * (other.covariance[i][j] - covariance[i][j]) + w * (1 - w) * gap[i] * gap[j];
    }
  }
};

}  // namespace fleetcast
