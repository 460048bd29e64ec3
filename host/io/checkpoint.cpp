#include "checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

#include "atomic_file.hpp"
#include "descriptor.hpp"
#include "hash_stream.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// A file begins with these bytes and the number of its format. Behind the payload stand the number of its bytes, and XXH3-128 of all before.
constexpr std::string_view magic = "fleetcast checkpoint\n";
constexpr std::uint64_t format_version = 1;
constexpr std::uint64_t payload_offset = magic.size() + sizeof(std::uint64_t);
constexpr std::uint64_t hash_bytes = 2 * sizeof(std::uint64_t);
constexpr std::uint64_t trailer_bytes = sizeof(std::uint64_t) + hash_bytes;

constexpr char const* places = "ab";

/// A checkpoint's file, open for reading.
class CheckpointFile {
 public:
  /// @throws Error io
  explicit CheckpointFile(std::string const& path) : path_(path), file_(path, O_RDONLY) {
    struct stat status {};
    if (!file_.is_open() || ::fstat(file_.number(), &status) != 0) fail();
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t size() const { return size_; }

  /// Reads bytes [first, last); the file must outlive it.
  ByteReader reader(std::uint64_t first, std::uint64_t last) const {
    return {path_,
            [this, first](std::span<std::byte> bytes) mutable {
              read(first, bytes);
              first += bytes.size();
            },
            last - first, first};
  }
  ByteReader payload() const { return reader(payload_offset, size_ - trailer_bytes); }

  /// Why it is not whole; "" if it is.
  std::string damage() const {
    if (size_ < payload_offset + trailer_bytes) return fmt::format("it ends at byte {}", size_);
    HashStream stream;
    std::vector<std::byte> block(stream_block_bytes);
    std::uint64_t const hashed = size_ - hash_bytes;
    for (std::uint64_t at = 0; at < hashed; at += block.size()) {
      auto const part = std::span(block).first(std::min<std::uint64_t>(block.size(), hashed - at));
      read(at, part);
      stream.add(part);
    }
    ByteReader trailer = reader(size_ - trailer_bytes, size_);
    bool const is_long_enough = trailer.number() == size_ - payload_offset - trailer_bytes;
    Hash128 hash;
    hash.low = trailer.number();
    hash.high = trailer.number();
    if (hash == stream.hash() && is_long_enough) return {};
    return is_long_enough ? fmt::format("bytes 0 to {} do not have the checksum that follows them", hashed - 1)
                          : fmt::format("it ends at byte {}, which is not where it was written to", size_);
  }

  /// Of a file that is whole: that it is one of ours.
  /// @throws Error bad_data
  void check_format() const {
    std::string start(magic.size(), '\0');
    read(0, std::as_writable_bytes(std::span(start)));
    std::uint64_t const version = reader(magic.size(), payload_offset).number();
    if (start != magic) throw Error(ExitCode::bad_data, fmt::format("{}: is no checkpoint of fleetcast; name another output with -o", path_));
    if (version != format_version)
      throw Error(ExitCode::bad_data, fmt::format("{}: has format {}, this fleetcast reads {}; go on with the one that wrote it, name another output "
                                                  "with -o, or start over with --fresh",
                                                  path_, version, format_version));
  }

 private:
  void read(std::uint64_t offset, std::span<std::byte> bytes) const {
    if (!file_.read_all(offset, bytes)) fail();
  }
  [[noreturn]] void fail() const {
    throw Error(ExitCode::io, fmt::format("{}: can't be read: {}", path_, errno == 0 ? "it has become shorter" : std::strerror(errno)));
  }

  std::string path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// The checkpoint in a file, if that is whole; `problem` says why not.
std::optional<FoundCheckpoint> read_checkpoint(std::string const& path, std::string& problem) {
  CheckpointFile const file(path);
  std::string const damage = file.damage();
  if (!damage.empty()) {
    problem = fmt::format("{}: is damaged: {}", path, damage);
    return {};
  }
  file.check_format();
  ByteReader payload = file.payload();
  return FoundCheckpoint{read_header(payload), path, file.size(), {}};
}

}  // namespace

CheckpointPair::CheckpointPair(std::string output) : output_(std::move(output)) {
  for (int place = 0; place < 2; ++place) {
    struct stat status {};
    if (::lstat(path(place).c_str(), &status) != 0 && errno == ENOENT) continue;
    std::optional<FoundCheckpoint> found;
    try {
      std::string problem;
      found = read_checkpoint(path(place), problem);
      if (!found) problems_.push_back(problem);
    } catch (Error const& error) {
      problems_.emplace_back(error.what());
      is_readable_ = is_readable_ && error.code() != ExitCode::io;
    }
    if (!found || (found_ && found->header.generation <= found_->header.generation)) continue;
    found_ = std::move(found);
    generation_ = found_->header.generation;
    next_ = 1 - place;
  }
  if (found_) found_->damaged = problems_;
}

std::string CheckpointPair::path(int place) const { return fmt::format("{}.checkpoint-{}", output_, places[place]); }

std::optional<FoundCheckpoint> const& CheckpointPair::find() const {
  if (!found_ && !is_readable_)
    throw Error(ExitCode::io, fmt::format("{}; run again when it can be read: what was saved may be whole", fmt::join(problems_, "; ")));
  if (!found_ && !problems_.empty())
    throw Error(ExitCode::bad_data, fmt::format("{}; no checkpoint is left to go on from: start over with --fresh, or name another output with -o",
                                                fmt::join(problems_, "; ")));
  return found_;
}

SavedCheckpoint CheckpointPair::save(Plan const& plan, RunState const& state) {
  auto const start = std::chrono::steady_clock::now();
  AtomicFile aside(path(next_), Writers::one);
  Descriptor file(aside.temporary_path(), O_WRONLY);
  auto const fail = [&] { throw Error(ExitCode::io, fmt::format("{}: can't be written: {}", path(next_), std::strerror(errno))); };
  if (!file.is_open()) fail();
  HashStream stream;
  SavedCheckpoint saved{.generation = generation_ + 1};
  ByteWriter out([&](std::span<std::byte const> bytes) {
    stream.add(bytes);
    saved.bytes += bytes.size();
    if (!file.write_all(bytes)) fail();
  });
  out.raw(std::as_bytes(std::span(magic)));
  out.number(format_version);
  write_header(out, checkpoint_header(saved.generation, plan, state));
  write_state(out, plan, state);
  out.flush();
  out.number(saved.bytes - payload_offset);
  out.flush();
  Hash128 const hash = stream.hash();
  out.number(hash.low);
  out.number(hash.high);
  out.flush();
  if (!file.close()) fail();
  aside.commit();
  generation_ = saved.generation;
  next_ = 1 - next_;
  saved.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return saved;
}

RunState CheckpointPair::load(FoundCheckpoint const& found, Plan const& plan) {
  CheckpointFile const file(found.path);
  ByteReader payload = file.payload();
  CheckpointHeader const header = read_header(payload);
  return read_state(payload, header, plan);
}

void CheckpointPair::remove() {
  for (int place = 0; place < 2; ++place)
    for (auto const& file : {path(place), path(place) + ".part"}) ::unlink(file.c_str());
  found_.reset();
  problems_.clear();
  generation_ = 0;
  next_ = 0;
}

}  // namespace fleetcast
