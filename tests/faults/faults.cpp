/// Faults on purpose, loaded by LD_PRELOAD: counts the calls that a program makes on files below a folder, and lets one go wrong.
///
///   FLEETCAST_FAULTS_BELOW=FOLDER  which files: absolute, as the program names them; the folder itself counts, too
///   FLEETCAST_FAULTS_LOG=FILE      a line for each call as it is made: its number from 1, its name, its file
///   FLEETCAST_FAULTS_CALLS=A,B     counts these alone (names as in the log); all without
///   FLEETCAST_FAULTS=              what happens; nothing without
///     kill:N        SIGKILL before call N
///     tear:N        SIGKILL at call N; of a write the first half is made
///     fail:N:E      call N fails with errno E (ENOSPC, EIO, EDQUOT or EROFS)
///     fail-from:N:E so does every one after it
///     short:K       every write takes K bytes at most, as write() may
///
/// close() and fclose() that fail have closed, as Linux does.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace {

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The function that this library stands before.
template <class Function>
Function* next(char const* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

/// A mistake in the environment ends the program: a fault that was not made would pass for one survived.
[[noreturn]] void refuse(std::string const& problem) {
  std::string const line = "libfleetcast_faults: " + problem + "\n";
  ::syscall(SYS_write, STDERR_FILENO, line.data(), line.size());
  ::_exit(99);
}

int error_number(std::string_view name) {
  if (name == "ENOSPC") return ENOSPC;
  if (name == "EIO") return EIO;
  if (name == "EDQUOT") return EDQUOT;
  if (name == "EROFS") return EROFS;
  refuse("unknown errno " + std::string(name));
}

/// What a call is to do.
struct Fate {
  int error = 0;
  bool torn = false;                  ///< to be made by half, then the end
  std::size_t most_bytes = SIZE_MAX;  ///< of a write
};

/// What the environment asks for, and how far the count is.
class Faults {
 public:
  static Faults& of_this_program() {
    static Faults* const faults = new Faults;  // outlives every destructor that closes a file
    return *faults;
  }

  bool concern(std::string const& path) const {
    return !below_.empty() && path.starts_with(below_) && (path.size() == below_.size() || path[below_.size()] == '/');
  }

  /// Counts a call, and ends the program where it is to end before it.
  Fate meet(std::string_view call, std::string const& path) {
    std::lock_guard const lock(mutex_);
    if (!calls_.empty() && calls_.find("," + std::string(call) + ",") == std::string::npos) return {};
    ++count_;
    if (log_ >= 0) {
      std::string const line = std::to_string(count_) + " " + std::string(call) + " " + path + "\n";
      ::syscall(SYS_write, log_, line.data(), line.size());
    }
    if (mode_ == "short") return {.most_bytes = number_};
    bool const now = count_ == number_;
    if (mode_ == "kill" && now) die();
    if (mode_ == "tear") return {.torn = now};
    return {.error = (mode_ == "fail" && now) || (mode_ == "fail-from" && count_ >= number_) ? error_ : 0};
  }

  void opened(int descriptor, std::string path) {
    std::lock_guard const lock(mutex_);
    files_[descriptor] = std::move(path);
  }
  void closed(int descriptor) {
    std::lock_guard const lock(mutex_);
    files_.erase(descriptor);
  }
  /// The file of a descriptor, "" of one that does not count.
  std::string file(int descriptor) {
    std::lock_guard const lock(mutex_);
    auto const found = files_.find(descriptor);
    return found == files_.end() ? "" : found->second;
  }

 private:
  Faults() : below_(variable("FLEETCAST_FAULTS_BELOW")) {
    std::string const log = variable("FLEETCAST_FAULTS_LOG");
    if (!log.empty()) log_ = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    std::string const calls = variable("FLEETCAST_FAULTS_CALLS");
    if (!calls.empty()) calls_ = "," + calls + ",";
    std::string const fault = variable("FLEETCAST_FAULTS");
    if (fault.empty()) return;
    std::size_t const colon = fault.find(':');
    mode_ = fault.substr(0, colon);
    char* end = nullptr;
    number_ = colon == std::string::npos ? 0 : std::strtoull(fault.c_str() + colon + 1, &end, 10);
    if (number_ == 0) refuse("no number in FLEETCAST_FAULTS=" + fault);
    if (mode_ == "fail" || mode_ == "fail-from")
      error_ = error_number(*end == ':' ? end + 1 : "");
    else if (mode_ != "kill" && mode_ != "tear" && mode_ != "short")
      refuse("unknown fault in FLEETCAST_FAULTS=" + fault);
  }

  std::string below_, calls_, mode_;
  std::size_t number_ = 0, count_ = 0;
  int error_ = 0, log_ = -1;
  std::map<int, std::string> files_;
  std::mutex mutex_;
};

Faults& faults() { return Faults::of_this_program(); }

/// A path as the program means it, absolute.
std::string absolute(char const* path) {
  if (path[0] == '/') return path;
  char* const folder = ::get_current_dir_name();
  std::string const out = std::string(folder) + "/" + path;
  std::free(folder);
  return out.ends_with("/.") ? out.substr(0, out.size() - 2) : out;
}

/// Makes a call on a file, unless it is to fail.
template <class Call>
auto meet(char const* name, std::string const& path, Call call) -> decltype(call()) {
  if (!faults().concern(path)) return call();
  Fate const fate = faults().meet(name, path);
  if (fate.torn) die();
  if (fate.error == 0) return call();
  errno = fate.error;
  return decltype(call())(-1);  // MAP_FAILED, too
}

template <class Call>
auto meet(char const* name, int descriptor, Call call) -> decltype(call()) {
  return meet(name, faults().file(descriptor), call);
}

/// Makes a write of `count` bytes, or of as many as it is to take.
template <class Write>
ssize_t meet_write(char const* name, int descriptor, std::size_t count, Write write) {
  std::string const path = faults().file(descriptor);
  if (!faults().concern(path)) return write(count);
  Fate const fate = faults().meet(name, path);
  if (fate.torn) {
    write(count / 2);
    die();
  }
  if (fate.error == 0) return write(std::min(count, fate.most_bytes));
  errno = fate.error;
  return -1;
}

template <class Open>
int meet_open(char const* path, Open open) {
  std::string const whole = absolute(path);
  int const descriptor = meet("open", whole, open);
  if (descriptor >= 0 && faults().concern(whole)) faults().opened(descriptor, whole);
  return descriptor;
}

template <class Open>
FILE* meet_fopen(char const* path, Open open) {
  std::string const whole = absolute(path);
  if (!faults().concern(whole)) return open();
  Fate const fate = faults().meet("open", whole);
  if (fate.torn) die();
  errno = fate.error;
  FILE* const file = fate.error == 0 ? open() : nullptr;
  if (file != nullptr) faults().opened(::fileno(file), whole);
  return file;
}

/// Closes, and fails afterwards if it is to fail.
template <class Close>
int meet_close(int descriptor, Close close) {
  std::string const path = faults().file(descriptor);
  if (!faults().concern(path)) return close();
  Fate const fate = faults().meet("close", path);
  if (fate.torn) die();
  faults().closed(descriptor);
  int const result = close();
  if (fate.error == 0) return result;
  errno = fate.error;
  return -1;
}

int open_as(char const* name, char const* path, int flags, mode_t mode) {
  return meet_open(path, [&] { return next<int(char const*, int, ...)>(name)(path, flags, mode); });
}

int openat_as(char const* name, int folder, char const* path, int flags, mode_t mode) {
  auto const open = [&] { return next<int(int, char const*, int, ...)>(name)(folder, path, flags, mode); };
  return folder == AT_FDCWD || path[0] == '/' ? meet_open(path, open) : open();  // the program names its files from where it stands
}

/// The mode that follows the flags, where one does.
mode_t mode_of(int flags, va_list& rest) {
  bool const creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(char const* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t const mode = mode_of(flags, rest);
  va_end(rest);
  return open_as("open", path, flags, mode);
}

int open64(char const* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t const mode = mode_of(flags, rest);
  va_end(rest);
  return open_as("open64", path, flags, mode);
}

int openat(int folder, char const* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t const mode = mode_of(flags, rest);
  va_end(rest);
  return openat_as("openat", folder, path, flags, mode);
}

int openat64(int folder, char const* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t const mode = mode_of(flags, rest);
  va_end(rest);
  return openat_as("openat64", folder, path, flags, mode);
}

int creat(char const* path, mode_t mode) { return open_as("open", path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

FILE* fopen(char const* path, char const* mode) {
  return meet_fopen(path, [&] { return next<FILE*(char const*, char const*)>("fopen")(path, mode); });
}

FILE* fopen64(char const* path, char const* mode) {
  return meet_fopen(path, [&] { return next<FILE*(char const*, char const*)>("fopen64")(path, mode); });
}

int close(int descriptor) {
  return meet_close(descriptor, [&] { return next<int(int)>("close")(descriptor); });
}

int fclose(FILE* file) {
  return meet_close(::fileno(file), [&] { return next<int(FILE*)>("fclose")(file); });
}

ssize_t write(int descriptor, void const* data, size_t count) {
  return meet_write("write", descriptor, count, [&](size_t n) { return next<ssize_t(int, void const*, size_t)>("write")(descriptor, data, n); });
}

ssize_t pwrite(int descriptor, void const* data, size_t count, off_t at) {
  return meet_write("pwrite", descriptor, count,
                    [&](size_t n) { return next<ssize_t(int, void const*, size_t, off_t)>("pwrite")(descriptor, data, n, at); });
}

ssize_t pwrite64(int descriptor, void const* data, size_t count, off64_t at) { return pwrite(descriptor, data, count, at); }

/// A short or torn one takes no more than of its first part: a caller must cope with that, too.
ssize_t writev(int descriptor, iovec const* parts, int count) {
  std::size_t whole = 0;
  for (int i = 0; i < count; ++i) whole += parts[i].iov_len;
  return meet_write("write", descriptor, whole, [&](size_t n) {
    if (n == whole) return next<ssize_t(int, iovec const*, int)>("writev")(descriptor, parts, count);
    return next<ssize_t(int, void const*, size_t)>("write")(descriptor, parts[0].iov_base, std::min(n, parts[0].iov_len));
  });
}

ssize_t read(int descriptor, void* data, size_t count) {
  return meet("read", descriptor, [&] { return next<ssize_t(int, void*, size_t)>("read")(descriptor, data, count); });
}

ssize_t pread(int descriptor, void* data, size_t count, off_t at) {
  return meet("read", descriptor, [&] { return next<ssize_t(int, void*, size_t, off_t)>("pread")(descriptor, data, count, at); });
}

ssize_t pread64(int descriptor, void* data, size_t count, off64_t at) { return pread(descriptor, data, count, at); }

int fsync(int descriptor) {
  return meet("fsync", descriptor, [&] { return next<int(int)>("fsync")(descriptor); });
}

int fdatasync(int descriptor) {
  return meet("fsync", descriptor, [&] { return next<int(int)>("fdatasync")(descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  return meet("ftruncate", descriptor, [&] { return next<int(int, off_t)>("ftruncate")(descriptor, size); });
}

int ftruncate64(int descriptor, off64_t size) noexcept { return ftruncate(descriptor, size); }

int flock(int descriptor, int operation) noexcept {
  return meet("flock", descriptor, [&] { return next<int(int, int)>("flock")(descriptor, operation); });
}

void* mmap(void* at, size_t size, int protection, int flags, int descriptor, off_t from) noexcept {
  return meet("mmap", descriptor,
              [&] { return next<void*(void*, size_t, int, int, int, off_t)>("mmap")(at, size, protection, flags, descriptor, from); });
}

int rename(char const* from, char const* to) noexcept {
  return meet("rename", absolute(to), [&] { return next<int(char const*, char const*)>("rename")(from, to); });
}

int unlink(char const* path) noexcept {
  return meet("unlink", absolute(path), [&] { return next<int(char const*)>("unlink")(path); });
}

int remove(char const* path) noexcept {
  return meet("unlink", absolute(path), [&] { return next<int(char const*)>("remove")(path); });
}

int mkdir(char const* path, mode_t mode) noexcept {
  return meet("mkdir", absolute(path), [&] { return next<int(char const*, mode_t)>("mkdir")(path, mode); });
}

}  // extern "C"
