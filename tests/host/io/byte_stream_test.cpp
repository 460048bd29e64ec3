#include "host/io/byte_stream.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "host/config/error.hpp"

namespace fleetcast {
namespace {

std::vector<std::byte> written(std::function<void(ByteWriter&)> const& write) {
  std::vector<std::byte> bytes;
  ByteWriter out([&](std::span<std::byte const> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
  write(out);
  out.flush();
  return bytes;
}

template <class Value>
void expect_round_trip(std::vector<Value> const& values, std::size_t bytes) {
  auto const packed = written([&](ByteWriter& out) { out.integers(std::span(values)); });
  std::vector<Value> back(values.size(), Value{1});
  ByteReader in("test", packed);
  in.integers(std::span(back));

  EXPECT_TRUE(back == values);
  EXPECT_EQ(packed.size(), bytes);
  EXPECT_NO_THROW(in.expect_end());
}

TEST(ByteStream, PacksIntegersIntoTheBytesTheyNeed) {
  expect_round_trip(std::vector<std::uint32_t>{}, 0);
  expect_round_trip(std::vector<std::uint32_t>(64, 0), 1);
  expect_round_trip(std::vector<std::uint32_t>(65, 0), 2);
  expect_round_trip(std::vector<std::uint32_t>{0, 255, 7}, 1 + 3);
  expect_round_trip(std::vector<std::uint32_t>{0, 256, 7}, 1 + 3 * 2);
  expect_round_trip(std::vector<std::uint32_t>{UINT32_MAX}, 1 + 4);
  expect_round_trip(std::vector<std::uint64_t>{UINT64_MAX, 0}, 1 + 2 * 8);
  expect_round_trip(std::vector<std::uint8_t>{1, 0, 255}, 1 + 3);
  expect_round_trip(std::vector<std::int64_t>{127, -128}, 1 + 2);
  expect_round_trip(std::vector<std::int64_t>{128, 0}, 1 + 2 * 2);
  expect_round_trip(std::vector<std::int64_t>{-1, -1}, 1 + 2);
  expect_round_trip(std::vector<std::int64_t>{INT64_MIN, INT64_MAX}, 1 + 2 * 8);
  expect_round_trip(std::vector<Sum128>{0, 0}, 1);
  expect_round_trip(std::vector<Sum128>{INT64_MAX}, 1 + 8);
  expect_round_trip(std::vector<Sum128>{UINT64_MAX, -1}, 1 + 2 * 9);
  expect_round_trip(std::vector<Sum128>{static_cast<Sum128>(INT64_MAX) << 64, 5}, 1 + 2 * 16);
  expect_round_trip(std::vector<Sum128>{static_cast<Sum128>(INT64_MIN) * 4}, 1 + 9);
}

/// Of every width and length, over many blocks of the writer and the reader.
template <class Value>
void expect_random_round_trip() {
  std::mt19937_64 random(5);
  std::vector<Value> values(400000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const bits = (i / 200) % (8 * sizeof(Value) + 1);  // of the values hereabouts
    auto value = static_cast<Value>(random());
    if constexpr (sizeof(Value) > sizeof(std::uint64_t)) value = value << 64 | random();
    values[i] = bits == 0 ? Value{0} : static_cast<Value>(value >> (8 * sizeof(Value) - bits));
  }
  auto const packed = written([&](ByteWriter& out) { out.integers(std::span<Value const>(values)); });
  std::vector<Value> back(values.size());
  ByteReader in("test", packed);
  in.integers(std::span(back));
  EXPECT_TRUE(back == values);
  EXPECT_EQ(in.left(), 0U);
}

TEST(ByteStream, BringsIntegersOfEveryWidthBack) {
  expect_random_round_trip<std::uint32_t>();
  expect_random_round_trip<std::uint64_t>();
  expect_random_round_trip<std::int64_t>();
  expect_random_round_trip<Sum128>();
}

TEST(ByteStream, IsLittleEndian) {
  auto const bytes = written([](ByteWriter& out) {
    out.number(0x0102);
    out.text("ab");
    out.flag(true);
    out.real(1.0);
  });

  std::string const want("\x02\x01\0\0\0\0\0\0\x02\0\0\0\0\0\0\0ab\x01\0\0\0\0\0\0\xf0\x3f", 27);
  EXPECT_EQ(std::string(reinterpret_cast<char const*>(bytes.data()), bytes.size()), want);
}

TEST(ByteStream, CarriesTextsLongerThanItsBlocks) {
  std::string const text(3 * stream_block_bytes + 17, 'x');
  auto const bytes = written([&](ByteWriter& out) {
    out.number(7);
    out.text(text);
    out.number(8);
  });
  ByteReader in("test", bytes);

  EXPECT_EQ(in.number(), 7U);
  EXPECT_EQ(in.text(), text);
  EXPECT_EQ(in.number(), 8U);
}

std::string refusal(std::vector<std::byte> const& bytes, std::function<void(ByteReader&)> const& read) {
  ByteReader in("test", bytes);
  try {
    read(in);
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    return error.what();
  }
  return {};
}

TEST(ByteStream, BelievesNothing) {
  auto const number = [](std::uint64_t value) { return written([=](ByteWriter& out) { out.number(value); }); };

  EXPECT_EQ(refusal(number(1ULL << 60), [](ByteReader& in) { in.text(); }),
            "test: byte 8: 1152921504606846976 bytes of text where there are at most 8");
  EXPECT_EQ(refusal(number(3), [](ByteReader& in) { in.text(); }), "test: byte 8: 3 bytes are expected here, 0 are left");
  EXPECT_EQ(refusal(number(3), [](ByteReader& in) { in.number(2, "cells"); }), "test: byte 8: 3 cells where there are at most 2");
  EXPECT_EQ(refusal(number(2), [](ByteReader& in) { in.flag(); }), "test: byte 1: neither yes nor no");
  EXPECT_EQ(refusal(number(2), [](ByteReader& in) { in.expect_end(); }), "test: byte 0: 8 bytes more than expected");
  EXPECT_EQ(refusal(number(5),
                    [](ByteReader& in) {
                      std::vector<std::uint32_t> values(1);
                      in.integers(std::span(values));
                    }),
            "test: byte 1: a width that integers can't have");
}

}  // namespace
}  // namespace fleetcast
