#include "base64.hpp"

#include <bit>

namespace fleetcast {

std::string base64(std::span<std::uint8_t const> bytes) {
  static constexpr char const* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::size_t const count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) word = word << 8 | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? digits[word >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

std::string base64(std::span<float const> values) {
  static_assert(std::endian::native == std::endian::little);
  return base64(std::span(reinterpret_cast<std::uint8_t const*>(values.data()), values.size_bytes()));
}

}  // namespace fleetcast
