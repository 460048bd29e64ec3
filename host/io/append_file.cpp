#include "append_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// Whether a file ends within a line. What can't be read, or has no end as a pipe or a terminal, is taken to be in order.
bool ends_within_a_line(int descriptor) {
  off_t const size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

AppendFile::AppendFile(std::string const& path) {
  // reading is for the file's last character alone; a file that may only be written does without
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(ExitCode::cannot_create,
                fmt::format("{}: can't be opened for appending: {}; name a file you may write to", path, std::strerror(errno)));
}

AppendFile::~AppendFile() { ::close(descriptor_); }

bool AppendFile::append(std::string_view line) {
  ::flock(descriptor_, LOCK_EX);  // where there are no locks, lines are still whole unless another writer is killed
  std::string const text = fmt::format("{}{}\n", ends_within_a_line(descriptor_) ? "\n" : "", line);
  errno = ENOSPC;  // what cuts a write short; one that fails says itself why
  bool const whole = ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int const problem = errno;
  ::flock(descriptor_, LOCK_UN);
  errno = problem;
  return whole;
}

}  // namespace fleetcast
