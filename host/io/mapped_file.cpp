#include "mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/config/error.hpp"

namespace fleetcast {

MappedFile::MappedFile(std::string const& path) {
  auto const fail = [&](int problem) { throw Error(ExitCode::no_input, fmt::format("{}: can't be read: {}", path, std::strerror(problem))); };
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  struct stat status {};
  bool const known = ::fstat(descriptor, &status) == 0;
  if (!known || S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    fail(known ? EISDIR : errno);
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ > 0) {
    void* const mapping = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    int const problem = errno;
    ::close(descriptor);
    if (mapping == MAP_FAILED) fail(problem);
    data_ = static_cast<char const*>(mapping);
  } else {
    ::close(descriptor);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace fleetcast
