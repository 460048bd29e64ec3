#include "atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// Repeats a call that a signal has interrupted, as some file systems let it.
template <class Call>
int uninterrupted(Call call) {
  for (;;)
    if (int const result = call(); result >= 0 || errno != EINTR) return result;
}

/// Flushes a file or folder to disk; false with errno set if that failed.
bool sync_path(std::string const& path, int flags) {
  int const descriptor = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
  if (descriptor < 0) return false;
  bool const synced = uninterrupted([&] { return ::fsync(descriptor); }) == 0;
  int const problem = errno;
  ::close(descriptor);
  errno = problem;
  return synced;
}

/// Flushes a folder, so that a name in it lasts; file systems that can't flush one, as some of virtual machines, keep names themselves.
bool sync_folder(std::string const& path) {
  return sync_path(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY) || errno == EINVAL || errno == ENOTSUP;
}

/// Whether a path leads to the regular file that standard output or error goes to, /dev/stdout or by its name: a rename would take the place of
/// what has been written there, and of all that follows.
bool is_own_stream(std::string const& path) {
  struct stat file {
  }, stream{};
  auto const is = [&](int descriptor) {
    return ::fstat(descriptor, &stream) == 0 && S_ISREG(stream.st_mode) && stream.st_dev == file.st_dev && stream.st_ino == file.st_ino;
  };
  return ::stat(path.c_str(), &file) == 0 && (is(STDOUT_FILENO) || is(STDERR_FILENO));
}

[[noreturn]] void refuse(std::string const& path, std::string const& problem, char const* advice) {
  throw Error(ExitCode::cannot_create, fmt::format("{}: can't be created: {}; {}", path, problem, advice));
}

}  // namespace

std::string target_of(std::string path) {
  std::error_code problem;  // whatever it is, opening the file will tell
  if (!std::filesystem::is_symlink(path, problem)) return path;
  auto const target = std::filesystem::weakly_canonical(path, problem);
  return problem ? path : target.string();
}

void check_creatable(std::string const& path) {
  using std::filesystem::file_type;
  std::filesystem::path const folder = std::filesystem::path(path).parent_path();
  std::error_code problem;
  file_type const type = std::filesystem::status(path, problem).type();
  if (type == file_type::none) refuse(path, problem.message(), "name another, or choose a folder you may write to");
  if (type == file_type::directory) refuse(path, "it is a folder", "name a file");
  if (type != file_type::not_found && type != file_type::regular) refuse(path, "it is no regular file", "name another");
  if (is_own_stream(path)) refuse(path, "what this command prints goes there", "name another, or print somewhere else");
  if (!folder.empty() && !std::filesystem::is_directory(folder, problem)) refuse(path, "its folder does not exist", "make it first");
}

AtomicFile::AtomicFile(std::string final_path, Writers writers)
    : final_(target_of(std::move(final_path))),
      temporary_(writers == Writers::one ? final_ + ".part" : fmt::format("{}.{}.part", final_, ::getpid())) {
  check_creatable(final_);
  int const descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) refuse(final_, std::strerror(errno), "choose a folder you may write to");
  ::close(descriptor);
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit(Durability durability) {
  bool const sync = durability == Durability::synced;
  bool const written = (!sync || sync_path(temporary_, O_RDWR)) && ::rename(temporary_.c_str(), final_.c_str()) == 0 &&
                       (!sync || sync_folder(std::filesystem::path(final_).parent_path().string()));
  if (!written) throw Error(ExitCode::io, fmt::format("{}: can't be written: {}", final_, std::strerror(errno)));
  committed_ = true;
}

void write_text_file(std::string const& path, std::string const& text, Durability durability) {
  AtomicFile file(path);
  std::ofstream out(file.temporary_path(), std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Error(ExitCode::io, fmt::format("{}: can't be written: {}", path, std::strerror(errno)));
  file.commit(durability);
}

}  // namespace fleetcast
