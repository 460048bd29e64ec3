#include "output_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "descriptor.hpp"
#include "host/config/error.hpp"
#include "process.hpp"
#include "utc_time.hpp"

namespace fleetcast {

namespace {

/// Who a lock file says holds it.
struct Holder {
  ProcessId process;
  std::string started;
};

std::string text_of(Holder const& holder) {
  return nlohmann::ordered_json{
             {"pid", holder.process.pid}, {"host", holder.process.host}, {"started", holder.started}, {"start_ticks", holder.process.start_ticks}}
             .dump() +
         "\n";
}

/// None if the file is empty or says something else: whoever made it had not come to tell.
std::optional<Holder> holder_in(Descriptor const& file) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0 || status.st_size > 4096) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (!file.read_all(0, std::as_writable_bytes(std::span(text)))) return {};
  try {
    auto const json = nlohmann::json::parse(text);
    return Holder{{json.at("host"), json.at("pid"), json.at("start_ticks")}, json.at("started")};
  } catch (nlohmann::json::exception const&) {
    return {};
  }
}

/// Whether a path still leads to an open file: its last holder may have removed it between our open() and our lock.
bool leads_to(std::string const& path, Descriptor const& file) {
  struct stat named {
  }, open{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(file.number(), &open) == 0 && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

enum class Taken { ours, held, no_locks_here };

Taken take(Descriptor const& file) {
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Taken::held;
    if (errno != EINTR) return Taken::no_locks_here;
  }
  return Taken::ours;
}

[[noreturn]] void refuse(std::string const& output, std::string const& path, std::optional<Holder> const& holder) {
  std::string const who = holder ? fmt::format("process {} on {}, since {}", holder->process.pid, holder->process.host, holder->started)
                                 : std::string("a process that has not said which");
  std::string const surely_gone =
      holder && liveness(holder->process) == Liveness::elsewhere ? fmt::format("; if that one surely has ended, remove {}", path) : std::string();
  throw Error(ExitCode::cannot_create,
              fmt::format("{}: another run is writing it ({}); wait for it or stop it, or name another output with -o{}", output, who, surely_gone));
}

}  // namespace

OutputLock::OutputLock(std::string const& output) : path_(output + ".lock") {
  auto const fail = [&](char const* advice) {
    throw Error(ExitCode::cannot_create, fmt::format("{}: can't be created: {}; {}", path_, std::strerror(errno), advice));
  };
  for (;;) {
    file_ = std::make_unique<Descriptor>(path_, O_RDWR | O_CREAT);
    if (!file_->is_open()) fail("choose a folder you may write to");
    Taken const taken = take(*file_);
    if (taken == Taken::held) refuse(output, path_, holder_in(*file_));
    if (taken == Taken::no_locks_here) {
      auto const holder = holder_in(*file_);
      // a process that became a fresh program has its number still
      if (holder && holder->process != this_process() && liveness(holder->process) != Liveness::gone) refuse(output, path_, holder);
    }
    if (leads_to(path_, *file_)) break;
  }
  std::string const text = text_of({this_process(), utc_text(std::chrono::system_clock::now())});
  if (::ftruncate(file_->number(), 0) != 0 || !file_->write_all(std::as_bytes(std::span(text)))) {
    int const problem = errno;
    ::unlink(path_.c_str());
    errno = problem;
    fail("is the disk full?");
  }
}

OutputLock::~OutputLock() { ::unlink(path_.c_str()); }

}  // namespace fleetcast
