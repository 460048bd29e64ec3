#include "line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t first_capacity = std::size_t{1} << 16;

/// Opens a file or a pipe for zlib, which passes on plainly what is not gzip.
gzFile open_input(std::string const& path) {
  auto const fail = [&](int problem) { throw Error(ExitCode::no_input, fmt::format("{}: can't be read: {}", path, std::strerror(problem))); };
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  struct stat status {};
  bool const known = ::fstat(descriptor, &status) == 0;
  gzFile const file = known && !S_ISDIR(status.st_mode) ? gzdopen(descriptor, "rb") : nullptr;
  if (file == nullptr) {
    int const problem = !known ? errno : S_ISDIR(status.st_mode) ? EISDIR : ENOMEM;
    ::close(descriptor);
    fail(problem);
  }
  return file;
}

struct OtherKind {
  std::string_view first_bytes;
  char const* what;
  char const* remedy;
};

constexpr OtherKind other_kinds[] = {
    {"\xFF\xFE", "UTF-16 text", "save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF", "UTF-16 text", "save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8"},
    {"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or export it as CSV"},
    {"PAR1", "Parquet", "export it as CSV, for example with pandas: read_parquet(…).to_csv(…)"},
    {"\x28\xB5\x2F\xFD", "zstd", "unpack it with zstd -d, or pipe it in"},
    {"\xFD"
     "7zXZ",
     "xz", "unpack it with xz -d, or pipe it in"},
    {"BZh", "bzip2", "unpack it with bzip2 -d, or pipe it in"},
    {"\x89HDF", "HDF5", "export it as CSV"},
};

}  // namespace

void LineReader::CloseGzip::operator()(void* file) const { gzclose_r(static_cast<gzFile>(file)); }

LineReader::LineReader(std::string const& path) : path_(path), file_(open_input(path)), buffer_(first_capacity + padding) {
  while (filled_ < 4 && fill()) {
  }
  refuse_other_kinds();
  if (std::string_view(buffer_.data(), filled_).starts_with("\xEF\xBB\xBF")) next_ = begin_ = end_ = 3;
}

void LineReader::refuse_other_kinds() const {
  std::string_view const start(buffer_.data(), filled_);
  for (auto const& kind : other_kinds)
    if (start.starts_with(kind.first_bytes))
      throw Error(ExitCode::bad_data, fmt::format("{}: is {}, not text in UTF-8; {}", path_, kind.what, kind.remedy));
}

char LineReader::first_character() {
  for (std::size_t i = 0; i < first_capacity; ++i) {
    if (next_ + i == filled_ && !fill()) break;
    char const c = buffer_[next_ + i];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c;
  }
  return '\0';
}

bool LineReader::next() {
  begin_ = end_ = next_;
  number_ = lines_ + 1;
  if (next_ == filled_ && !fill()) return false;
  return find_end(begin_);
}

bool LineReader::extend() {
  if (next_ == filled_ && !fill()) return false;
  return find_end(next_);
}

bool LineReader::find_end(std::size_t from) {
  ++lines_;
  std::size_t searched = from - begin_;
  for (;;) {
    auto const* const found = static_cast<char const*>(std::memchr(buffer_.data() + begin_ + searched, '\n', filled_ - begin_ - searched));
    if (found != nullptr) {
      end_ = static_cast<std::size_t>(found - buffer_.data());
      next_ = end_ + 1;
      break;
    }
    searched = filled_ - begin_;
    if (!fill()) {
      end_ = next_ = filled_;
      unfinished_ = true;
      break;
    }
  }
  if (end_ > begin_ && buffer_[end_ - 1] == '\r') --end_;
  return true;
}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {  // what stands before the current line is done with
    std::memmove(buffer_.data(), buffer_.data() + begin_, filled_ - begin_);
    filled_ -= begin_;
    end_ -= begin_;
    next_ -= begin_;
    begin_ = 0;
  }
  if (filled_ > longest_line)
    throw Error(ExitCode::bad_data,
                fmt::format("{}:{}: the line is longer than {} MiB; is it a table with a row a line?", path_, number_, longest_line >> 20));
  if (filled_ + padding == buffer_.size()) buffer_.resize(2 * filled_ + padding);
  auto* const file = static_cast<gzFile>(file_.get());
  int const got = gzread(file, buffer_.data() + filled_, static_cast<unsigned>(buffer_.size() - padding - filled_));
  int problem = Z_OK;
  char const* const message = gzerror(file, &problem);
  if (problem == Z_ERRNO) throw Error(ExitCode::io, fmt::format("{}: can't be read on: {}", path_, std::strerror(errno)));
  if (problem != Z_OK)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: the gzip data are damaged after line {} ({}); copy or download the file again", path_, lines_, message));
  at_end_ = got == 0;
  filled_ += static_cast<std::size_t>(got);
  return !at_end_;
}

}  // namespace fleetcast
