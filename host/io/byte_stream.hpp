/// Numbers, texts and arrays of integers as a stream of bytes that is the same on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "packed_integers.hpp"

namespace fleetcast {

/// Bytes handed on at a time.
constexpr std::size_t stream_block_bytes = 1U << 20;

/// Turns values into bytes, handed on in blocks of about 1 MiB.
class ByteWriter {
 public:
  using Sink = std::function<void(std::span<std::byte const>)>;
  explicit ByteWriter(Sink sink) : sink_(std::move(sink)), buffer_(stream_block_bytes) {}

  /// Eight bytes, little-endian.
  void number(std::uint64_t value) { raw(std::as_bytes(std::span(&value, 1))); }
  /// The eight bytes of an IEEE double, little-endian.
  void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  /// A byte.
  void flag(bool value) { raw(std::array{static_cast<std::byte>(value ? 1 : 0)}); }
  /// Its length as a number, then its bytes.
  void text(std::string_view value);
  void raw(std::span<std::byte const> bytes);

  /// Packed (packed_integers.hpp), without their count.
  template <class Value>
  void integers(std::span<Value const> values) {
    for (std::size_t i = 0; i < values.size(); i += packed::block_values) {
      reserve(packed::most_block_bytes + packed::slack_bytes);
      used_ += packed::encode(values.subspan(i, std::min(packed::block_values, values.size() - i)), buffer_.data() + used_);
    }
  }

  /// Hands on what is left.
  void flush();

 private:
  void reserve(std::size_t bytes) {
    if (buffer_.size() - used_ < bytes) flush();
  }

  Sink sink_;
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;
};

/// Turns bytes into values again. Believes nothing: what is read is bounded by what is left.
///
/// All readers throw Error bad_data, naming the byte, where the stream ends too soon or says what can't be.
class ByteReader {
 public:
  /// Fills the span, from where it stopped the last time.
  using Source = std::function<void(std::span<std::byte>)>;
  /// @param name    of the stream in messages
  /// @param length  bytes that the source has
  /// @param offset  number of the first byte in messages
  ByteReader(std::string name, Source source, std::uint64_t length, std::uint64_t offset = 0);
  /// Of bytes in memory, which must live as long as the reader.
  ByteReader(std::string name, std::span<std::byte const> memory);

  std::uint64_t number();
  /// A number not above `largest`, which `what` is a count of: "cells".
  std::uint64_t number(std::uint64_t largest, char const* what);
  double real() { return std::bit_cast<double>(number()); }
  bool flag();
  std::string text();

  template <class Value>
  void integers(std::span<Value> values) {
    std::array<std::byte, packed::most_block_bytes + packed::slack_bytes> block;
    for (std::size_t i = 0; i < values.size(); i += packed::block_values) {
      auto const part = values.subspan(i, std::min(packed::block_values, values.size() - i));
      raw(std::span(block).first(1));
      auto const width = static_cast<std::size_t>(block[0]);
      if (width > sizeof(Value)) refuse("a width that integers can't have");
      raw(std::span(block).first(width * part.size()));
      packed::decode(block.data(), width, part);
    }
  }

  std::string const& name() const { return name_; }
  /// Bytes not read yet.
  std::uint64_t left() const { return length_ - read_; }
  /// That nothing is left.
  void expect_end();
  [[noreturn]] void refuse(std::string const& problem) const;

 private:
  void raw(std::span<std::byte> bytes);

  std::string name_;
  Source source_;
  std::uint64_t length_, offset_;
  std::uint64_t read_ = 0;
  std::vector<std::byte> buffer_;
  std::size_t next_ = 0;  ///< in buffer_
};

}  // namespace fleetcast
