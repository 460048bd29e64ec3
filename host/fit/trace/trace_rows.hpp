/// Rows of a trace by what their fields mean, whatever the file's format.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "trace_columns.hpp"

namespace fleetcast {

/// Reads a trace row by row: CSV or JSON lines behind one interface.
class TraceRows {
 public:
  virtual ~TraceRows() = default;

  /// Moves to the next row; false at the end.
  /// @throws Error bad_data
  virtual bool next() = 0;
  /// Line of the current row, from 1.
  virtual std::uint64_t line() const = 0;
  virtual std::string const& path() const = 0;
  /// "CSV" or "JSON lines".
  virtual char const* format_name() const = 0;
  /// Name of the column that holds `role`.
  virtual std::string const& column_name(TraceRole role) const = 0;

  /// What the format calls a column: "column" or "key".
  virtual char const* column_word() const = 0;

  /// Throws bad_data with file, row and column in front.
  [[noreturn]] void fail(TraceRole role, std::string const& message) const { fail_at(line(), role, message); }
  /// The same for a row read before.
  [[noreturn]] void fail_at(std::uint64_t line, TraceRole role, std::string const& message) const;

  TraceColumns const& columns() const { return columns_; }
  /// The field without the blanks around it; empty where the file has no such column. Valid until next().
  std::string_view field(TraceRole role) const { return fields_[static_cast<std::size_t>(role)]; }
  /// The field as a length in tokens, 0 to longest_tokens; "374.0" counts as 374.
  std::uint32_t tokens(TraceRole role) const;
  /// The field as a whole number from 0 to `largest`; `what` says of what.
  std::uint64_t whole(TraceRole role, std::uint64_t largest, char const* what) const;
  /// The field as a finite number, not negative.
  double not_negative(TraceRole role) const;

 protected:
  TraceColumns columns_;
  std::array<std::string_view, trace_roles> fields_;
};

/// Opens a trace and finds its columns. The format, where open, is told by the first character: `{` or `[` begin JSON.
/// @throws Error no_input, bad_data, usage
std::unique_ptr<TraceRows> open_trace(std::string const& path, TraceOptions const& options);

}  // namespace fleetcast
