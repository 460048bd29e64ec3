/// Integers in as few bytes as they need, quickly: sums of a sweep are small for their types, and most bins of a histogram are empty.
///
/// Blocks of 64 values: a byte that says how many bytes each takes (0: all are zero), then the low bytes of every value, little-endian. Signed
/// values are extended by their sign, unsigned ones by zeros.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "cuda/model/records.cuh"

namespace fleetcast::packed {

static_assert(std::endian::native == std::endian::little, "the low bytes of a value are its first ones in memory");

constexpr std::size_t block_values = 64;
/// A block's bytes at most, the one that tells the width among them; and how far behind them encode() may write.
constexpr std::size_t most_block_bytes = 1 + block_values * sizeof(Sum128);
constexpr std::size_t slack_bytes = sizeof(Sum128);

// the standard's traits know nothing of 128 bits
template <class Value>
constexpr bool is_signed = static_cast<Value>(-1) < Value{0};

/// Bytes that the widest of a block's values takes.
template <class Value>
std::size_t width_of(std::span<Value const> values) {
  Value bits = 0;
  for (Value const value : values) {
    if constexpr (is_signed<Value>)
      bits |= value ^ (value >> (8 * sizeof(Value) - 1));
    else
      bits |= value;
  }
  std::size_t used = 0;  // bits
  if constexpr (sizeof(Value) > sizeof(std::uint64_t)) {
    auto const high = static_cast<std::uint64_t>(bits >> 64);
    used = high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(bits));
  } else {
    used = std::bit_width(static_cast<std::uint64_t>(bits));
  }
  if constexpr (is_signed<Value>) {
    bool const all_zero = used == 0 && [&] {
      for (Value const value : values)
        if (value != 0) return false;
      return true;
    }();
    used += all_zero ? 0 : 1;
  }
  return (used + 7) / 8;
}

/// Writes a block of at most block_values and returns how many bytes it takes. `out` has room for most_block_bytes + slack_bytes.
template <class Value>
std::size_t encode(std::span<Value const> values, std::byte* out) {
  std::size_t const width = width_of(values);
  *out++ = static_cast<std::byte>(width);
  for (Value const value : values) {
    std::memcpy(out, &value, sizeof(Value));  // all of it; the next value overwrites what is too much
    out += width;
  }
  return 1 + width * values.size();
}

/// Reads the values of a block whose width byte said `width`, at most sizeof(Value). `in` can be read slack_bytes beyond the block.
template <class Value>
void decode(std::byte const* in, std::size_t width, std::span<Value> values) {
  if (width == 0) {
    std::memset(values.data(), 0, values.size_bytes());
    return;
  }
  auto const spare_bits = 8 * (sizeof(Value) - width);
  for (Value& value : values) {
    std::memcpy(&value, in, sizeof(Value));
    value = static_cast<Value>(static_cast<Value>(value << spare_bits) >> spare_bits);
    in += width;
  }
}

}  // namespace fleetcast::packed
