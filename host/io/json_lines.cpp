#include "json_lines.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "field_text.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

namespace json = simdjson::ondemand;

static_assert(simdjson::SIMDJSON_PADDING <= LineReader::padding);

struct JsonLinesReader::Parser {
  json::parser parser;
  json::document document;

  /// Calls visit(key, value) for every member of the object that is the whole line.
  template <class Visit>
  void walk(std::string_view line, Visit visit) {
    document = parser.iterate(simdjson::padded_string_view(line.data(), line.size(), line.size() + LineReader::padding));
    for (auto field : document.get_object()) {
      std::string_view const key = field.unescaped_key();
      visit(key, field.value());
    }
    if (document.current_location().error() == simdjson::SUCCESS) throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
  }
};

namespace {

/// A value as text; a null text for one that is neither number nor string.
std::string_view text_of(json::value value) {
  switch (value.type()) {
    case json::json_type::string: return value.get_string();
    case json::json_type::number: {
      std::string_view text = value.raw_json_token();
      while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
      return text;
    }
    default: return {};
  }
}

}  // namespace

JsonLinesReader::JsonLinesReader(LineReader lines) : lines_(std::move(lines)), parser_(std::make_unique<Parser>()) {
  if (!next_line()) throw Error(ExitCode::bad_data, path() + ": is empty; one JSON object a line is needed");
  if (trimmed(lines_.line()).starts_with('['))
    fail_line("begins with [ (a JSON array, not JSON lines); write one object a line, for example with jq -c '.[]'");
  try {
    parser_->walk(lines_.line(), [&](std::string_view key, json::value const&) { keys_.emplace_back(key); });
  } catch (simdjson::simdjson_error const& error) {
    fail_json(error.what());
  }
}

JsonLinesReader::~JsonLinesReader() = default;

void JsonLinesReader::choose(std::vector<int> const& wanted) {
  for (int const key : wanted) chosen_.push_back(keys_[static_cast<std::size_t>(key)]);
  values_.resize(chosen_.size());
}

bool JsonLinesReader::next_line() {
  do
    if (!lines_.next()) return false;
  while (trimmed(lines_.line()).empty());
  return true;
}

bool JsonLinesReader::next() {
  if (!at_first_ && !next_line()) return false;
  at_first_ = false;
  std::uint64_t found = 0;
  try {
    parser_->walk(lines_.line(), [&](std::string_view key, json::value const& value) {
      for (std::size_t i = 0; i < chosen_.size(); ++i) {
        if (key != chosen_[i]) continue;
        values_[i] = text_of(value);
        if (values_[i].data() == nullptr) fail(i, "holds neither a number nor a string; correct or remove the line");
        found |= std::uint64_t{1} << i;
      }
    });
  } catch (simdjson::simdjson_error const& error) {
    fail_json(error.what());
  }
  for (std::size_t i = 0; i < chosen_.size(); ++i)
    if ((found >> i & 1) == 0) fail(i, "is missing, and the first line has it; correct or remove the line");
  return true;
}

void JsonLinesReader::fail_json(std::string_view problem) const {
  if (auto const colon = problem.find(": "); colon != std::string_view::npos) problem.remove_prefix(colon + 2);  // the error's name in simdjson
  while (problem.ends_with('.')) problem.remove_suffix(1);
  if (lines_.is_unfinished())
    fail_line(fmt::format("the file ends within this line ({}): cut off, or still being written; remove the line, or fetch the whole file", problem));
  fail_line(fmt::format("is not one JSON object ({}); write one object a line (jq -c . does), or remove the line", problem));
}

void JsonLinesReader::fail_line(std::string const& message) const {
  throw Error(ExitCode::bad_data, fmt::format("{}:{}: {}", path(), line(), message));
}

void JsonLinesReader::fail(std::size_t chosen, std::string const& message) const {
  fail_line(fmt::format("key {}: {}", printable(chosen_[chosen]), message));
}

}  // namespace fleetcast
