/// Lines of a text file of any length in little memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fleetcast {

/// Reads a file or a pipe line by line; gzip is taken apart on the way, told by its first bytes and not by its name.
///
/// Lines end with LF or CRLF, the last one with or without; a byte-order mark is passed over. Memory: 64 KiB, or twice the longest line.
class LineReader {
 public:
  /// Bytes that may be read (not used) behind a line, as simdjson wants them.
  static constexpr std::size_t padding = 64;
  static constexpr std::size_t longest_line = std::size_t{1} << 24;

  /// @throws Error no_input; bad_data where the first bytes are those of another kind of file (UTF-16, zip, Parquet, …)
  explicit LineReader(std::string const& path);

  /// The first character that is no blank or line break, before any line is read; a zero byte where there is none in the first 64 KiB.
  char first_character();

  /// Moves to the next line; false at the end of the file.
  /// @throws Error bad_data (a line above longest_line, damaged gzip), io
  bool next();

  /// The current line without its break; valid until next() or extend().
  std::string_view line() const { return {buffer_.data() + begin_, end_ - begin_}; }

  /// Appends the break and the line behind it to the current line, for breaks within quotes; false at the end of the file.
  bool extend();

  /// Number of the current line, from 1; of its first one after extend().
  std::uint64_t number() const { return number_; }

  /// Whether the current line is the file's last and has no break behind it: it may be cut off.
  bool is_unfinished() const { return unfinished_; }

  std::string const& path() const { return path_; }

 private:
  struct CloseGzip {
    void operator()(void* file) const;
  };

  bool find_end(std::size_t from);
  bool fill();
  void refuse_other_kinds() const;

  std::string path_;
  std::unique_ptr<void, CloseGzip> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;   ///< of the current line
  std::size_t end_ = 0;     ///< of the current line, its break left out
  std::size_t next_ = 0;    ///< where the line behind it begins
  std::size_t filled_ = 0;  ///< bytes in the buffer
  std::uint64_t number_ = 0, lines_ = 0;
  bool unfinished_ = false;
  bool at_end_ = false;
};

}  // namespace fleetcast
