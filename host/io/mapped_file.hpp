/// A whole file in memory, mapped read-only.
#pragma once

#include <string>
#include <string_view>

namespace fleetcast {

class MappedFile {
 public:
  /// @throws Error no_input
  explicit MappedFile(std::string const& path);
  ~MappedFile();
  MappedFile(MappedFile const&) = delete;
  MappedFile& operator=(MappedFile const&) = delete;
  std::string_view text() const { return {data_, size_}; }

 private:
  char const* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fleetcast
