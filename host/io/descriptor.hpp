/// A file descriptor that closes itself, and reads and writes that are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace fleetcast {

class Descriptor {
 public:
  /// As open(2), closed in programs that this one starts; is_open() tells whether it worked, errno why not.
  Descriptor(std::string const& path, int flags, unsigned mode = 0666);
  ~Descriptor();
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  /// Writes all bytes at the current end; false with errno set if that failed.
  bool write_all(std::span<std::byte const> bytes);
  /// Reads as many bytes as the span has, from `offset` on; false with errno set if that failed, 0 at the file's end.
  bool read_all(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// Closes it now; false with errno set if the system then says that a write had failed.
  bool close();

 private:
  int number_;
};

}  // namespace fleetcast
