// On a GPU: cuRAND's stream as the design maps it, the portable functions.
#include <curand_kernel.h>
#include <gtest/gtest.h>

#include <vector>

#include "cuda/engine/arrival_bodies.cuh"
#include "cuda/engine/memory.cuh"

namespace fleetcast {
namespace {

/// Skips where there is no GPU.
class Device : public ::testing::Test {
 protected:
  void SetUp() override {
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) GTEST_SKIP() << "no CUDA device on this machine";
  }
};

struct Words {
  std::uint32_t ours[4];
  std::uint32_t curand[4];
};

__global__ void draw_both_ways(std::uint64_t seed, Words* out) {
  unsigned const i = blockIdx.x * blockDim.x + threadIdx.x;
  std::uint32_t const x = i * 7, y = i * 131, z = i * 65537, w = stream_word(Stream::lengths, i % 5, static_cast<std::uint64_t>(i) << 30);
  auto const ours = philox<ScalarDrawLane>({x, y, z, w}, seed);
  curandStatePhilox4_32_10_t state;
  // the generator counts words, four to a block; the subsequence is the upper half of the counter
  curand_init(seed, z + (static_cast<unsigned long long>(w) << 32), 0, &state);
  skipahead(4ULL * x, &state);
  for (unsigned k = 0; k < 4; ++k) skipahead(static_cast<unsigned long long>(y) << 32, &state);
  uint4 const theirs = curand4(&state);
  out[i] = {{static_cast<std::uint32_t>(ours.x), static_cast<std::uint32_t>(ours.y), static_cast<std::uint32_t>(ours.z),
             static_cast<std::uint32_t>(ours.w)},
            {theirs.x, theirs.y, theirs.z, theirs.w}};
}

TEST_F(Device, PhiloxIsCurandsStream) {
  constexpr unsigned threads = 4096;
  DeviceArray<Words> words(threads);

  draw_both_ways<<<threads / 128, 128>>>(0x123456789abcdefULL, words.data());
  FLEETCAST_CHECK_CUDA(cudaGetLastError());

  std::vector<Words> host(threads);
  FLEETCAST_CHECK_CUDA(cudaMemcpy(host.data(), words.data(), threads * sizeof(Words), cudaMemcpyDeviceToHost));
  for (unsigned i = 0; i < threads; ++i)
    for (int k = 0; k < 4; ++k) ASSERT_EQ(host[i].ours[k], host[i].curand[k]) << "thread " << i << ", word " << k;
}

struct Functions {
  double exponential, logarithm, inverse_normal, remainder, poisson, gamma;
};

FLEETCAST_FUNCTION Functions evaluate(std::uint32_t i) {
  using Lane = ScalarDrawLane;
  double const u = (i + 0.5) / 65536.0;
  return {exponential<Lane>(1400.0 * u - 700.0),
          logarithm<Lane>(u * u * 1e9),
          inverse_normal<Lane>(u),
          stirling_remainder<Lane>(1.0 + i),
          PoissonSampler{42}.operator()<Lane>(u * u * u * 1e6, i, i, 3),
          GammaSampler::with_variation(42, 0.05 + 3.0 * u).operator()<Lane>(i, i, 0)};
}

__global__ void evaluate_all(Functions* out) {
  unsigned const i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = evaluate(i);
}

TEST_F(Device, PortableFunctionsGiveTheHostsBits) {
  constexpr unsigned threads = 65536;
  DeviceArray<Functions> values(threads);

  evaluate_all<<<threads / 128, 128>>>(values.data());
  FLEETCAST_CHECK_CUDA(cudaGetLastError());

  std::vector<Functions> host(threads);
  FLEETCAST_CHECK_CUDA(cudaMemcpy(host.data(), values.data(), threads * sizeof(Functions), cudaMemcpyDeviceToHost));
  for (unsigned i = 0; i < threads; ++i) {
    Functions const expected = evaluate(i);
    ASSERT_EQ(memcmp(&host[i], &expected, sizeof expected), 0) << i;
  }
}

}  // namespace
}  // namespace fleetcast
