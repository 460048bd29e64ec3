/// XXH3-128 of bytes that come piece by piece.
#pragma once

#include <xxhash.h>

#include <cstddef>
#include <memory>
#include <span>

#include "host/engine/plan.hpp"

namespace fleetcast {

class HashStream {
 public:
  HashStream() : state_(XXH3_createState(), &XXH3_freeState) { XXH3_128bits_reset(state_.get()); }

  void add(std::span<std::byte const> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  /// Of all bytes so far; more may follow.
  Hash128 hash() const {
    XXH128_hash_t const h = XXH3_128bits_digest(state_.get());
    return {h.low64, h.high64};
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

}  // namespace fleetcast
