/// CSV files, written fast.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atomic_file.hpp"

namespace fleetcast {

enum class Compression { none, gzip };

/// Writes a table row by row: fields from left to right, then end_row(). The file appears under its name on commit().
///
/// Lines end in a line feed. Texts are written as they are: without commas, quotes and line ends, and short.
class CsvWriter {
 public:
  /// @param header  the first line, without its end
  /// @throws Error cannot_create
  CsvWriter(std::string const& path, Compression compression, std::string_view header);
  ~CsvWriter();
  CsvWriter(CsvWriter const&) = delete;
  CsvWriter& operator=(CsvWriter const&) = delete;

  void whole(std::integral auto value) {
    end_ = std::to_chars(end_, end_ + longest_field, value).ptr;
    *end_++ = ',';
  }

  void text(std::string_view value) {
    end_ = std::copy(value.begin(), value.end(), end_);
    *end_++ = ',';
  }

  /// A number with up to `digits` significant digits.
  void number(double value, int digits) {
    if (value == 0.0) return whole(0);
    end_ = std::to_chars(end_, end_ + longest_field, value, std::chars_format::general, digits).ptr;
    *end_++ = ',';
  }

  void empty() { *end_++ = ','; }

  /// Microseconds as seconds with six decimals.
  void seconds(std::int64_t microseconds) {
    if (microseconds < 0) *end_++ = '-';
    std::uint64_t const size = microseconds < 0 ? -static_cast<std::uint64_t>(microseconds) : static_cast<std::uint64_t>(microseconds);
    end_ = std::to_chars(end_, end_ + longest_field, size / million).ptr;
    // a leading one keeps the zeros of the decimals; the point takes its place
    char* const point = end_;
    end_ = std::to_chars(end_, end_ + longest_field, million + size % million).ptr;
    *point = '.';
    *end_++ = ',';
  }

  /// @throws Error io
  void end_row() {
    end_[-1] = '\n';
    ++rows_;
    if (buffer_.data() + buffer_.size() - end_ < longest_row) flush();
  }

  /// Rows below the header.
  std::uint64_t rows() const { return rows_; }

  /// Writes what is left and gives the file its name.
  /// @return  bytes of the file
  /// @throws Error io
  std::uint64_t commit();

 private:
  static constexpr std::uint64_t million = 1'000'000;
  static constexpr std::ptrdiff_t longest_field = 32;
  static constexpr std::ptrdiff_t longest_row = 1024;

  void flush();
  [[noreturn]] void fail(std::string const& problem) const;

  std::string path_;
  AtomicFile file_;
  int descriptor_ = -1;
  gzFile zipped_ = nullptr;
  std::vector<char> buffer_;
  char* end_;
  std::uint64_t rows_ = 0;
};

}  // namespace fleetcast
