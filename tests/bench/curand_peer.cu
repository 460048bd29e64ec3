// Compiled twice: by nvcc for a GPU; as C++ for Thrust's OpenMP system and cuRAND's host generator, where tests vouch for it.
#include <cuda_runtime_api.h>
#ifndef __CUDACC__
#define QUALIFIERS static inline  // cuRAND's device functions serve the host
#endif
#include <curand.h>
#include <curand_kernel.h>
#include <thrust/binary_search.h>
#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/fill.h>
#include <thrust/for_each.h>
#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/scatter.h>
#include <thrust/tuple.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "cuda/model/function.cuh"
#include "curand_peer.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// Turns the innovations of a realization into its expected requests under drift.
struct Drift {
  float* rates;           ///< [realization][tick]; innovations before
  float const* expected;  ///< [tick]
  std::uint32_t ticks;
  float log_sd, persistence, innovation;

  FLEETCAST_FUNCTION void operator()(std::uint32_t realization) const {
    float* const rate = rates + static_cast<std::size_t>(realization) * ticks;
    float z = rate[0];
    for (std::uint32_t tick = 0; tick < ticks; ++tick) {
      if (tick > 0) z = persistence * z + innovation * rate[tick];
      rate[tick] = expected[tick] * expf(log_sd * z - 0.5F * log_sd * log_sd);
    }
  }
};

/// Draws the requests of a tick. cuRAND's host functions know no gamma law, and only Poisson draws that share one mean, so its
/// device functions stand in for them here.
struct DrawCount {
  float const* rates;
  float burst_cv;
  std::uint64_t seed;
  std::uint32_t* counts;

  __device__ void operator()(std::uint64_t cell) const {
    curandStatePhilox4_32_10_t state;
    curand_init(seed, cell, 0, &state);
    float const burst = burst_cv > 0 ? gamma(1 / (burst_cv * burst_cv), state) * burst_cv * burst_cv : 1.0F;
    counts[cell] = curand_poisson(&state, static_cast<double>(rates[cell] * burst));
  }

  /// Marsaglia and Tsang's gamma draw (2000) of a shape of at least 1.
  __device__ static float gamma(float shape, curandStatePhilox4_32_10_t& state) {
    float const d = shape - 1.0F / 3;
    float const c = 1 / sqrtf(9 * d);
    for (;;) {
      float const x = curand_normal(&state);
      float const root = 1 + c * x;
      float const v = root * root * root;
      if (root > 0 && logf(curand_uniform(&state)) < 0.5F * x * x + d - d * v + d * logf(v)) return d * v;
    }
  }
};

struct Tokens {
  std::uint64_t prompt, completion;
};

struct AddTokens {
  FLEETCAST_FUNCTION Tokens operator()(Tokens const& a, Tokens const& b) const { return {a.prompt + b.prompt, a.completion + b.completion}; }
};

/// Makes tokens of a pair of log-normal draws.
struct RoundLengths {
  PeerLengths prompt, completion;

  FLEETCAST_FUNCTION Tokens operator()(thrust::tuple<float, float> const& drawn) const {
    return {rounded(thrust::get<0>(drawn), prompt), rounded(thrust::get<1>(drawn), completion)};
  }
  FLEETCAST_FUNCTION static std::uint64_t rounded(float length, PeerLengths const& law) {
    return static_cast<std::uint64_t>(fminf(fmaxf(rintf(length), law.min), law.max));
  }
};

struct IsPositive {
  FLEETCAST_FUNCTION bool operator()(std::uint32_t count) const { return count > 0; }
};

struct Minus {
  std::uint64_t first;
  FLEETCAST_FUNCTION std::uint64_t operator()(std::uint64_t start) const { return start - first; }
};

void check(curandStatus_t status, char const* call) {
  if (status != CURAND_STATUS_SUCCESS) throw std::runtime_error(std::string(call) + ": cuRAND failed with status " + std::to_string(status));
}

/// cuRAND fills arrays with an even number of normal draws.
std::size_t even(std::size_t number) { return number + number % 2; }

curandGenerator_t make_generator(std::uint64_t seed) {
  curandGenerator_t generator = nullptr;
#ifdef __CUDACC__
  if (curandStatus_t const status = curandCreateGenerator(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10); status != CURAND_STATUS_SUCCESS)
    throw Error(ExitCode::no_device,
                "cuRAND makes no generator (status " + std::to_string(status) + "): is there an NVIDIA GPU, and a driver new enough?");
#else
  check(curandCreateGeneratorHost(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10), "curandCreateGeneratorHost");
#endif
  check(curandSetPseudoRandomGeneratorSeed(generator, seed), "curandSetPseudoRandomGeneratorSeed");
  return generator;
}

}  // namespace

/// Everything that lies on the device.
struct CurandPeer::Device {
  PeerTraffic traffic;
  std::uint32_t realizations;
  std::uint64_t seed, most_requests;
  curandGenerator_t generator;
  std::size_t ticks = traffic.expected_requests.size();
  std::size_t cells = ticks * realizations;
  std::uint64_t draws = 0;
  thrust::device_vector<float> expected{traffic.expected_requests.begin(), traffic.expected_requests.end()};
  thrust::device_vector<float> rates = thrust::device_vector<float>(even(cells));  ///< [realization][tick], and so below
  thrust::device_vector<std::uint32_t> counts = thrust::device_vector<std::uint32_t>(cells);
  thrust::device_vector<std::uint64_t> starts = thrust::device_vector<std::uint64_t>(cells + 1);  ///< a tick's first request; all requests
  thrust::device_vector<Tokens> sums = thrust::device_vector<Tokens>(cells);
  // of a batch
  thrust::device_vector<float> prompt{}, completion{};
  thrust::device_vector<std::uint32_t> tick_of{}, busy_ticks{};
  thrust::device_vector<Tokens> busy_sums{};

  void draw_counts() {
    check(curandGenerateNormal(generator, thrust::raw_pointer_cast(rates.data()), rates.size(), 0.0F, 1.0F), "curandGenerateNormal");
    float const persistence = traffic.drift_persistence;
    thrust::counting_iterator<std::uint32_t> const rows(0);
    thrust::counting_iterator<std::uint64_t> const numbers(0);
    thrust::for_each_n(thrust::device, rows, realizations,
                       Drift{thrust::raw_pointer_cast(rates.data()), thrust::raw_pointer_cast(expected.data()), static_cast<std::uint32_t>(ticks),
                             traffic.drift_log_sd, persistence, std::sqrt(1 - persistence * persistence)});
    thrust::for_each_n(thrust::device, numbers, cells,
                       DrawCount{thrust::raw_pointer_cast(rates.data()), traffic.burst_cv, seed + ++draws, thrust::raw_pointer_cast(counts.data())});
    thrust::exclusive_scan(counts.begin(), counts.end(), starts.begin(), std::uint64_t{0});
    starts[cells] = starts[cells - 1] + counts[cells - 1];
  }

  /// The last tick of a batch, one past, whose first is `cell`: as many as fit.
  std::size_t batch_end(std::size_t cell) const {
    auto const end = thrust::upper_bound(starts.begin(), starts.end(), starts[cell] + most_requests) - starts.begin() - 1;
    if (static_cast<std::size_t>(end) == cell) throw std::runtime_error("a tick has more requests than a batch holds");
    return static_cast<std::size_t>(end);
  }

  /// Sums over the requests of ticks `first` to `last`, one past.
  void sum_lengths(std::size_t first, std::size_t last) {
    std::uint64_t const first_request = starts[first];
    std::size_t const requests = starts[last] - first_request;
    if (requests == 0) return;
    reserve(requests, last - first);
    auto const length_draws = [&](thrust::device_vector<float>& lengths, PeerLengths const& law) {
      check(curandGenerateLogNormal(generator, thrust::raw_pointer_cast(lengths.data()), even(requests), law.mu, law.sigma),
            "curandGenerateLogNormal");
    };
    length_draws(prompt, traffic.prompt);
    length_draws(completion, traffic.completion);
    // the tick of every request: its number where its first one lies, carried on to the others
    auto const keys_end = tick_of.begin() + static_cast<std::ptrdiff_t>(requests);
    thrust::fill(tick_of.begin(), keys_end, 0U);
    thrust::counting_iterator<std::uint32_t> const numbers(0);
    auto const at = [](auto& vector, std::size_t index) { return vector.begin() + static_cast<std::ptrdiff_t>(index); };
    thrust::scatter_if(numbers, numbers + static_cast<std::ptrdiff_t>(last - first),
                       thrust::make_transform_iterator(at(starts, first), Minus{first_request}), at(counts, first), tick_of.begin(), IsPositive{});
    thrust::inclusive_scan(tick_of.begin(), keys_end, tick_of.begin(), thrust::maximum<std::uint32_t>());
    auto const lengths = thrust::make_transform_iterator(thrust::make_zip_iterator(thrust::make_tuple(prompt.begin(), completion.begin())),
                                                         RoundLengths{traffic.prompt, traffic.completion});
    auto const ends = thrust::reduce_by_key(tick_of.begin(), keys_end, lengths, busy_ticks.begin(), busy_sums.begin(),
                                            thrust::equal_to<std::uint32_t>(), AddTokens{});
    thrust::scatter(busy_sums.begin(), ends.second, busy_ticks.begin(), at(sums, first));
  }

  /// Room for a batch.
  void reserve(std::size_t requests, std::size_t batch_ticks) {
    if (tick_of.size() < requests) {
      tick_of.resize(requests);
      prompt.resize(even(requests));
      completion.resize(even(requests));
    }
    if (busy_ticks.size() < batch_ticks) {
      busy_ticks.resize(batch_ticks);
      busy_sums.resize(batch_ticks);
    }
  }
};

CurandPeer::CurandPeer(PeerTraffic const& traffic, std::uint32_t realizations, std::uint64_t seed, std::uint64_t most_requests) {
  curandGenerator_t const generator = make_generator(seed);  // first of all: it says whether there is a GPU
  device_.reset(new Device{traffic, realizations, seed, most_requests, generator});
}

CurandPeer::~CurandPeer() { curandDestroyGenerator(device_->generator); }

std::uint64_t CurandPeer::draw() {
  device_->draw_counts();
  thrust::fill(device_->sums.begin(), device_->sums.end(), Tokens{0, 0});
  for (std::size_t first = 0; first < device_->cells;) {
    std::size_t const last = device_->batch_end(first);
    device_->sum_lengths(first, last);
    first = last;
  }
  return device_->starts[device_->cells];
}

PeerDemand CurandPeer::demand() const {
  PeerDemand demand;
  std::vector<Tokens> tokens(device_->cells);
  demand.requests.resize(device_->cells);
  thrust::copy(device_->counts.begin(), device_->counts.end(), demand.requests.begin());
  thrust::copy(device_->sums.begin(), device_->sums.end(), tokens.begin());
  for (Tokens const& sum : tokens) {
    demand.prompt_tokens.push_back(sum.prompt);
    demand.completion_tokens.push_back(sum.completion);
  }
  return demand;
}

}  // namespace fleetcast
