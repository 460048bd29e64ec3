#include "csv_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t buffer_bytes = 1U << 18;

}  // namespace

CsvWriter::CsvWriter(std::string const& path, Compression compression, std::string_view header)
    : path_(path), file_(path), buffer_(buffer_bytes), end_(buffer_.data()) {
  if (compression == Compression::gzip)
    // level 1: the digits of times and lengths are noise, so higher levels cost several times as much and save a few percent
    zipped_ = ::gzopen(file_.temporary_path().c_str(), "wb1");
  else
    descriptor_ = ::open(file_.temporary_path().c_str(), O_WRONLY | O_CLOEXEC);
  if (zipped_ == nullptr && descriptor_ < 0) fail(std::strerror(errno));
  text(header);
  end_[-1] = '\n';
}

CsvWriter::~CsvWriter() {
  if (zipped_ != nullptr)
    ::gzclose(zipped_);
  else if (descriptor_ >= 0)
    ::close(descriptor_);
}

std::uint64_t CsvWriter::commit() {
  flush();
  int const status = zipped_ != nullptr ? ::gzclose(zipped_) : ::close(descriptor_);
  zipped_ = nullptr;
  descriptor_ = -1;
  if (status != 0) fail(std::strerror(errno));
  file_.commit();
  std::error_code unknown;
  return std::filesystem::file_size(path_, unknown);
}

void CsvWriter::flush() {
  char const* next = buffer_.data();
  while (next < end_) {
    auto const left = static_cast<std::size_t>(end_ - next);
    ssize_t const written = zipped_ != nullptr ? ::gzwrite(zipped_, next, static_cast<unsigned>(left)) : ::write(descriptor_, next, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(std::strerror(errno));
    next += written;
  }
  end_ = buffer_.data();
}

void CsvWriter::fail(std::string const& problem) const {
  throw Error(ExitCode::io, fmt::format("{}: can't be written: {}; is the disk full?", path_, problem));
}

}  // namespace fleetcast
