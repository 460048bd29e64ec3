/// CSV files: header, rows, numbers, each error with its row and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "line_reader.hpp"

namespace fleetcast {

/// Reads a CSV row by row, of any length in little memory, plain or gzip.
///
/// Quoted fields (RFC 4180), CRLF and a byte-order mark are accepted, empty lines skipped. Fields are separated by commas, or by
/// semicolons or tabs where the header has those and no comma.
class CsvReader {
 public:
  /// Opens the file and reads its header.
  /// @throws Error no_input, bad_data (no header)
  explicit CsvReader(std::string const& path) : CsvReader(LineReader(path)) {}
  /// The same from a file opened already, of which no line is read.
  explicit CsvReader(LineReader lines);

  std::vector<std::string> const& header() const { return header_; }

  /// Index of the first of `names` found in the header (case does not count), or -1.
  int column(std::vector<std::string_view> const& names) const;

  /// Moves to the next row; false at the end.
  /// @throws Error bad_data if the row has not as many fields as the header
  bool next();

  /// Valid until next().
  std::string_view field(int column) const { return fields_[static_cast<std::size_t>(column)]; }
  /// The field as a finite number.
  /// @throws Error bad_data naming row and column
  double number(int column) const;
  /// The field as a whole number from 0 to `largest`.
  std::uint64_t whole(int column, std::uint64_t largest) const;

  /// Line of the current row, the header being line 1; a row with breaks within quotes bears its first line's number.
  std::uint64_t line() const { return lines_.number(); }
  std::string const& path() const { return lines_.path(); }
  [[noreturn]] void fail(int column, std::string const& message) const;

 private:
  /// Where a field lies within a row with quotes, whose text may still move while it is taken apart.
  struct Span {
    std::size_t begin, end;
    enum class Quotes { none, around, doubled_within } quotes;
  };

  bool read_row();
  void split_plain();
  void split_quoted();
  std::size_t take_quoted(std::size_t begin);
  void find_separator();
  [[noreturn]] void fail_row(std::string const& message) const;
  [[noreturn]] void fail_width() const;

  LineReader lines_;
  char separator_ = ',';
  std::vector<std::string> header_;
  std::vector<Span> spans_;
  std::vector<std::string_view> fields_;
  std::vector<std::string> unquoted_;  ///< fields whose doubled quotes are made single
};

}  // namespace fleetcast
