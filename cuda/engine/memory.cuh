/// Device and pinned memory that frees itself, and the one check of CUDA calls.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <utility>

#include "device_sweep.hpp"

namespace fleetcast {

inline DeviceError::Kind kind_of(cudaError_t status) {
  switch (status) {
    case cudaErrorMemoryAllocation: return DeviceError::Kind::out_of_memory;
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInvalidDevice:
    case cudaErrorInvalidDeviceFunction:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorDevicesUnavailable:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
    case cudaErrorInitializationError: return DeviceError::Kind::no_device;
    default: return DeviceError::Kind::other;
  }
}

inline void check_cuda(cudaError_t status, char const* expression, char const* file, int line) {
  if (status == cudaSuccess) return;
  auto const kind = kind_of(status);
  cudaGetLastError();  // an allocation that failed must not fail the next launch
  throw DeviceError(kind, std::string(cudaGetErrorString(status)) + " (" + file + ":" + std::to_string(line) + ", " + expression + ")");
}

/// Throws DeviceError if a launch failed. @param kernel  its name
inline void check_launch(char const* kernel, char const* file, int line) { check_cuda(cudaGetLastError(), kernel, file, line); }

/// Throws DeviceError with file, line and expression if a CUDA call fails.
#define FLEETCAST_CHECK_CUDA(expression) ::fleetcast::check_cuda((expression), #expression, __FILE__, __LINE__)

/// An array in device memory, or in pinned host memory.
enum class Memory { device, pinned };

template <class T, Memory Where>
class CudaArray {
 public:
  CudaArray() = default;
  explicit CudaArray(std::size_t size) : size_(size) {
    if (size == 0) return;
    void* data = nullptr;
    if constexpr (Where == Memory::device)
      FLEETCAST_CHECK_CUDA(cudaMalloc(&data, size * sizeof(T)));
    else
      FLEETCAST_CHECK_CUDA(cudaMallocHost(&data, size * sizeof(T)));
    data_ = static_cast<T*>(data);
  }
  ~CudaArray() {
    if (data_ == nullptr) return;
    if constexpr (Where == Memory::device)
      cudaFree(data_);
    else
      cudaFreeHost(data_);
  }
  CudaArray(CudaArray&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  CudaArray& operator=(CudaArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  T* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

template <class T>
using DeviceArray = CudaArray<T, Memory::device>;
template <class T>
using PinnedArray = CudaArray<T, Memory::pinned>;

/// Runs `attempt(size)` with ever smaller sizes until the device has the memory for it; the size that fitted.
/// @throws what attempt throws, if not even a size of 1 fits
template <class Attempt>
std::uint32_t halve_until_it_fits(std::uint32_t size, Attempt attempt) {
  for (;;) {
    try {
      attempt(size);
      return size;
    } catch (DeviceError const& error) {
      if (error.kind() != DeviceError::Kind::out_of_memory || size == 1) throw;
      size = (size + 1) / 2;
    }
  }
}

}  // namespace fleetcast
