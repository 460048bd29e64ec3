/// CSV files: header, rows, numbers, each error with its row and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// A whole file in memory, mapped read-only.
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

/// Reads a CSV row by row: comma-separated, quoted fields, CRLF and a byte-order mark accepted, empty lines skipped.
class CsvReader {
 public:
  /// Opens the file and reads its header.
  /// @throws Error no_input, bad_data (no header)
  explicit CsvReader(std::string const& path);

  std::vector<std::string> const& header() const { return header_; }

  /// Index of the first of `names` found in the header (case does not count), or -1.
  int column(std::vector<std::string_view> const& names) const;

  /// Moves to the next row; false at the end.
  /// @throws Error bad_data if the row has not as many fields as the header
  bool next();

  std::string_view field(int column) const { return fields_[static_cast<std::size_t>(column)]; }
  /// The field as a finite number.
  /// @throws Error bad_data naming row and column
  double number(int column) const;
  /// The field as a whole number from 0 to `largest`.
  std::uint64_t whole(int column, std::uint64_t largest) const;

  /// Line of the current row, the header being line 1 (quoted line breaks not counted).
  std::uint64_t line() const { return line_; }
  std::string const& path() const { return path_; }
  [[noreturn]] void fail(int column, std::string const& message) const;

 private:
  bool read_line();

  std::string path_;
  MappedFile file_;
  std::string_view rest_;
  std::uint64_t line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::vector<std::string> unquoted_;
};

}  // namespace fleetcast
