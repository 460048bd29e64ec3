#include "trace_rows.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "host/config/error.hpp"
#include "host/io/csv.hpp"
#include "host/io/field_text.hpp"
#include "host/io/json_lines.hpp"

namespace fleetcast {

namespace {

class CsvRows final : public TraceRows {
 public:
  CsvRows(LineReader lines, TraceOptions const& options) : csv_(std::move(lines)) {
    columns_ = find_trace_columns(csv_.path(), csv_.header(), options);
  }

  bool next() override {
    if (!csv_.next()) return false;
    for (std::size_t role = 0; role < trace_roles; ++role)
      if (int const column = columns_.index[role]; column >= 0) fields_[role] = trimmed(csv_.field(column));
    return true;
  }
  std::uint64_t line() const override { return csv_.line(); }
  std::string const& path() const override { return csv_.path(); }
  char const* format_name() const override { return "CSV"; }
  char const* column_word() const override { return "column"; }
  std::string const& column_name(TraceRole role) const override { return csv_.header()[static_cast<std::size_t>(columns_.of(role))]; }

 private:
  CsvReader csv_;
};

class JsonRows final : public TraceRows {
 public:
  JsonRows(LineReader lines, TraceOptions const& options) : json_(std::move(lines)) {
    columns_ = find_trace_columns(json_.path(), json_.keys(), options);
    std::vector<int> wanted;
    for (int const key : columns_.index)
      if (key >= 0) wanted.push_back(key);
    json_.choose(wanted);
  }

  bool next() override {
    if (!json_.next()) return false;
    std::size_t chosen = 0;
    for (std::size_t role = 0; role < trace_roles; ++role)
      if (columns_.index[role] >= 0) fields_[role] = trimmed(json_.value(chosen++));
    return true;
  }
  std::uint64_t line() const override { return json_.line(); }
  std::string const& path() const override { return json_.path(); }
  char const* format_name() const override { return "JSON lines"; }
  char const* column_word() const override { return "key"; }
  std::string const& column_name(TraceRole role) const override { return json_.keys()[static_cast<std::size_t>(columns_.of(role))]; }

 private:
  JsonLinesReader json_;
};

}  // namespace

void TraceRows::fail_at(std::uint64_t line, TraceRole role, std::string const& message) const {
  throw Error(ExitCode::bad_data, fmt::format("{}:{}: {} {}: {}", path(), line, column_word(), printable(column_name(role)), message));
}

std::uint32_t TraceRows::tokens(TraceRole role) const { return static_cast<std::uint32_t>(whole(role, longest_tokens, "tokens")); }

std::uint64_t TraceRows::whole(TraceRole role, std::uint64_t largest, char const* what) const {
  std::string_view const text = field(role);
  std::uint64_t value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc{} && end == text.data() + text.size() && value <= largest) return value;
  auto const number = finite_number(text);  // "374.0", as tools write a column that once had gaps
  if (number && *number >= 0 && *number <= static_cast<double>(largest) && *number == std::floor(*number)) return static_cast<std::uint64_t>(*number);
  fail(role, number_problem(text, fmt::format("a whole number of {} from 0 to {}", what, largest)));
}

double TraceRows::not_negative(TraceRole role) const {
  auto const number = finite_number(field(role));
  if (!number || *number < 0) fail(role, number_problem(field(role), "a number of 0 or more"));
  return *number;
}

std::unique_ptr<TraceRows> open_trace(std::string const& path, TraceOptions const& options) {
  LineReader lines(path);
  auto format = options.format;
  if (format == TraceOptions::Format::automatic) {
    char const first = lines.first_character();
    format = first == '{' || first == '[' ? TraceOptions::Format::json_lines : TraceOptions::Format::csv;
  }
  if (format == TraceOptions::Format::json_lines) return std::make_unique<JsonRows>(std::move(lines), options);
  return std::make_unique<CsvRows>(std::move(lines), options);
}

}  // namespace fleetcast
