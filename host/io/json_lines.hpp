/// JSON lines: one flat object a line, the values of chosen keys as text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "line_reader.hpp"

namespace fleetcast {

/// Reads JSON lines (NDJSON) of any number in little memory, plain or gzip. Empty lines are skipped; keys that nobody chose may hold anything.
class JsonLinesReader {
 public:
  /// Opens the file and reads the keys of its first object.
  /// @throws Error no_input; bad_data (no object, malformed JSON)
  explicit JsonLinesReader(std::string const& path) : JsonLinesReader(LineReader(path)) {}
  /// The same from a file opened already, of which no line is read.
  explicit JsonLinesReader(LineReader lines);
  ~JsonLinesReader();

  /// Keys of the first object, in its order.
  std::vector<std::string> const& keys() const { return keys_; }

  /// Says which keys value() is to give, by index into keys().
  void choose(std::vector<int> const& wanted);

  /// Moves to the next object, at first to the first; false at the end.
  /// @throws Error bad_data: malformed JSON, a chosen key missing or holding an object, an array or null
  bool next();

  /// What the chosen key holds: a number as it is written, a string without its quotes and escapes. Valid until next().
  std::string_view value(std::size_t chosen) const { return values_[chosen]; }

  /// Line of the current object.
  std::uint64_t line() const { return lines_.number(); }
  std::string const& path() const { return lines_.path(); }

 private:
  struct Parser;

  bool next_line();
  [[noreturn]] void fail(std::size_t chosen, std::string const& message) const;
  [[noreturn]] void fail_line(std::string const& message) const;
  [[noreturn]] void fail_json(std::string_view problem) const;

  LineReader lines_;
  std::unique_ptr<Parser> parser_;
  std::vector<std::string> keys_;
  std::vector<std::string> chosen_;
  std::vector<std::string_view> values_;
  bool at_first_ = true;  ///< the first object is read, but not yet handed out
};

}  // namespace fleetcast
