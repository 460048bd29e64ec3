/// Numbers as text for a page: little-endian bytes in base64 (RFC 4648), a third of the size of decimals.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fleetcast {

std::string base64(std::span<std::uint8_t const> bytes);
std::string base64(std::span<float const> values);

}  // namespace fleetcast
