#include "csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "field_text.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

CsvReader::CsvReader(LineReader lines) : lines_(std::move(lines)) {
  if (!read_row()) throw Error(ExitCode::bad_data, path() + ": is empty; a header line with column names is needed");
  for (auto const field : fields_) header_.emplace_back(trimmed(field));
}

int CsvReader::column(std::vector<std::string_view> const& names) const {
  for (auto const name : names)
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (lower(header_[i]) == lower(name)) return static_cast<int>(i);
  return -1;
}

void CsvReader::find_separator() {
  std::string_view const line = lines_.line();
  auto const count = [&](char separator) { return std::count(line.begin(), line.end(), separator); };
  if (count(',') == 0) separator_ = count(';') > 0 ? ';' : count('\t') > 0 ? '\t' : ',';
}

/// Takes the quoted field whose text begins at `begin`, over line breaks if need be; returns where the quote behind it ends.
std::size_t CsvReader::take_quoted(std::size_t begin) {
  auto quotes = Span::Quotes::around;
  for (std::size_t from = begin;;) {
    std::size_t const quote = lines_.line().find('"', from);
    if (quote == std::string_view::npos) {
      from = lines_.line().size();
      if (!lines_.extend()) fail_row("a quoted field does not end; close its quote");
    } else if (quote + 1 < lines_.line().size() && lines_.line()[quote + 1] == '"') {
      quotes = Span::Quotes::doubled_within;
      from = quote + 2;
    } else {
      spans_.push_back({begin, quote, quotes});
      return quote + 1;
    }
  }
}

bool CsvReader::read_row() {
  do
    if (!lines_.next()) return false;
  while (lines_.line().empty());
  if (header_.empty()) find_separator();
  fields_.clear();
  if (lines_.line().find('"') == std::string_view::npos)
    split_plain();
  else
    split_quoted();
  return true;
}

void CsvReader::split_plain() {
  char const* begin = lines_.line().data();
  char const* const end = begin + lines_.line().size();
  for (;;) {
    auto const* const separator = static_cast<char const*>(std::memchr(begin, separator_, static_cast<std::size_t>(end - begin)));
    fields_.emplace_back(begin, static_cast<std::size_t>((separator == nullptr ? end : separator) - begin));
    if (separator == nullptr) break;
    begin = separator + 1;
  }
}

void CsvReader::split_quoted() {
  spans_.clear();
  std::size_t end = 0;
  for (std::size_t begin = 0;; begin = end + 1) {
    if (begin < lines_.line().size() && lines_.line()[begin] == '"') {
      end = take_quoted(begin + 1);
    } else {
      end = std::min(lines_.line().find(separator_, begin), lines_.line().size());
      spans_.push_back({begin, end, Span::Quotes::none});
    }
    if (end >= lines_.line().size()) break;
    if (lines_.line()[end] != separator_) fail_row(fmt::format("text after a quoted field; put a '{}' between fields", separator_));
  }

  unquoted_.clear();
  unquoted_.reserve(spans_.size());  // so that views into them stay
  for (auto const& span : spans_) {
    std::string_view const text = lines_.line().substr(span.begin, span.end - span.begin);
    if (span.quotes == Span::Quotes::doubled_within) {
      std::string& plain = unquoted_.emplace_back();
      for (std::size_t i = 0; i < text.size(); ++i) {
        plain += text[i];
        if (text[i] == '"') ++i;
      }
      fields_.push_back(plain);
    } else {
      fields_.push_back(text);
    }
  }
}

bool CsvReader::next() {
  if (!read_row()) return false;
  if (fields_.size() != header_.size()) fail_width();
  return true;
}

void CsvReader::fail_width() const {
  std::string const counts = fmt::format("{} field{} where the header has {}", fields_.size(), fields_.size() == 1 ? "" : "s", header_.size());
  if (lines_.is_unfinished() && fields_.size() < header_.size())
    fail_row(counts + " (the file ends within this row: cut off, or still being written); remove the row, or fetch the whole file");
  fail_row(counts + (fields_.size() > header_.size() ? "; is a number written with a comma? Quote the field or remove the comma"
                                                     : "; is the line cut off? Complete or remove it"));
}

void CsvReader::fail_row(std::string const& message) const { throw Error(ExitCode::bad_data, fmt::format("{}:{}: {}", path(), line(), message)); }

void CsvReader::fail(int column, std::string const& message) const {
  fail_row(fmt::format("column {}: {}", printable(header_[static_cast<std::size_t>(column)]), message));
}

double CsvReader::number(int column) const {
  std::string_view const text = trimmed(field(column));
  auto const value = finite_number(text);
  if (!value) fail(column, number_problem(text, "a finite number"));
  return *value;
}

std::uint64_t CsvReader::whole(int column, std::uint64_t largest) const {
  double const value = number(column);
  if (value < 0 || value > static_cast<double>(largest) || value != std::floor(value))
    fail(column, fmt::format("{} is not a whole number from 0 to {}", shown(field(column)), largest));
  return static_cast<std::uint64_t>(value);
}

}  // namespace fleetcast
