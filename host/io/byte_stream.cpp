#include "byte_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "host/config/error.hpp"

namespace fleetcast {

void ByteWriter::text(std::string_view value) {
  number(value.size());
  raw(std::as_bytes(std::span(value)));
}

void ByteWriter::raw(std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    reserve(1);
    std::size_t const count = std::min(bytes.size(), buffer_.size() - used_);
    std::memcpy(buffer_.data() + used_, bytes.data(), count);
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

void ByteWriter::flush() {
  if (used_ > 0) sink_(std::span(buffer_).first(used_));
  used_ = 0;
}

ByteReader::ByteReader(std::string name, Source source, std::uint64_t length, std::uint64_t offset)
    : name_(std::move(name)), source_(std::move(source)), length_(length), offset_(offset) {}

ByteReader::ByteReader(std::string name, std::span<std::byte const> memory)
    : ByteReader(
          std::move(name),
          [memory](std::span<std::byte> bytes) mutable {
            std::copy_n(memory.begin(), bytes.size(), bytes.begin());
            memory = memory.subspan(bytes.size());
          },
          memory.size()) {}

void ByteReader::refuse(std::string const& problem) const {
  throw Error(ExitCode::bad_data, fmt::format("{}: byte {}: {}", name_, offset_ + read_, problem));
}

void ByteReader::raw(std::span<std::byte> bytes) {
  if (bytes.size() > left()) refuse(fmt::format("{} bytes are expected here, {} are left", bytes.size(), left()));
  read_ += bytes.size();
  while (!bytes.empty()) {
    if (next_ == buffer_.size()) {
      std::uint64_t const unread = left() + bytes.size();
      buffer_.resize(std::min<std::uint64_t>(stream_block_bytes, unread));
      source_(buffer_);
      next_ = 0;
    }
    std::size_t const count = std::min(bytes.size(), buffer_.size() - next_);
    std::memcpy(bytes.data(), buffer_.data() + next_, count);
    next_ += count;
    bytes = bytes.subspan(count);
  }
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  raw(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint64_t ByteReader::number(std::uint64_t largest, char const* what) {
  std::uint64_t const value = number();
  if (value > largest) refuse(fmt::format("{} {} where there are at most {}", value, what, largest));
  return value;
}

bool ByteReader::flag() {
  std::byte value{};
  raw(std::span(&value, 1));
  if (value > std::byte{1}) refuse("neither yes nor no");
  return value == std::byte{1};
}

std::string ByteReader::text() {
  std::string value(number(left(), "bytes of text"), '\0');
  raw(std::as_writable_bytes(std::span(value)));
  return value;
}

void ByteReader::expect_end() {
  if (left() > 0) refuse(fmt::format("{} bytes more than expected", left()));
}

}  // namespace fleetcast
