#include "trace_options.hpp"

#include <fmt/format.h>

#include <map>

#include "host/config/error.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"

namespace fleetcast {

namespace {

/// Where the name of a role's column is kept; null for what is no role.
std::string* column_of(TraceOptions::Columns& columns, std::string const& role) {
  if (role == "time") return &columns.time;
  if (role == "prompt") return &columns.prompt;
  if (role == "completion") return &columns.completion;
  if (role == "requests") return &columns.requests;
  if (role == "rate") return &columns.rate;
  return nullptr;
}

void map_columns(TraceOptions::Columns& columns, std::vector<std::string> const& pairs) {
  for (auto const& pair : pairs) {
    auto const equals = pair.find('=');
    std::string* const column = column_of(columns, pair.substr(0, equals));
    if (column == nullptr || equals == std::string::npos || equals + 1 == pair.size())
      throw Error(ExitCode::usage,
                  fmt::format("--columns {}: write role=NAME, the role being time, prompt, completion, requests or rate; for example "
                              "--columns time=ts,prompt=in,completion=out",
                              pair));
    *column = pair.substr(equals + 1);
  }
}

/// A word of a fixed list, as an enum.
template <class Enum>
void add_choice(CLI::App& command, char const* name, Enum& value, std::map<std::string, Enum> const& meanings, char const* help) {
  std::vector<std::string> words;
  for (auto const& [word, meaning] : meanings) words.push_back(word);
  command
      .add_option_function<std::string>(
          name, [&value, meanings](std::string const& word) { value = meanings.at(word); }, help)
      ->check(CLI::IsMember(words))
      ->type_name("NAME")
      ->default_str("auto");
}

}  // namespace

void add_trace_options(CLI::App& command, TraceOptions& options) {
  command
      .add_option_function<std::vector<std::string>>(
          "--columns", [&options](std::vector<std::string> const& pairs) { map_columns(options.columns, pairs); },
          "which column holds what, where names differ from the common ones: time, prompt, completion; requests or rate for a table")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("ROLE=NAME,…");
  using Format = TraceOptions::Format;
  add_choice<Format>(command, "--format", options.format, {{"auto", Format::automatic}, {"csv", Format::csv}, {"jsonl", Format::json_lines}},
                     "of the trace: auto, csv or jsonl; either may be gzip");
  using TimeUnit = TraceOptions::TimeUnit;
  add_choice<TimeUnit>(command, "--time-unit", options.time_unit,
                       {{"auto", TimeUnit::automatic},
                        {"s", TimeUnit::seconds},
                        {"ms", TimeUnit::milliseconds},
                        {"us", TimeUnit::microseconds},
                        {"ns", TimeUnit::nanoseconds},
                        {"min", TimeUnit::minutes}},
                       "of times that are numbers: auto (by the column's name, then by size), s, ms, us, ns or min");
  using RateUnit = TraceOptions::RateUnit;
  add_choice<RateUnit>(
      command, "--rate-unit", options.rate_unit,
      {{"auto", RateUnit::automatic}, {"per_second", RateUnit::per_second}, {"per_minute", RateUnit::per_minute}, {"per_hour", RateUnit::per_hour}},
      "of a table of rates: auto (by the column's name), per_second, per_minute or per_hour");
}

void print_trace_notes(TraceSummary const& trace) {
  write_stderr("{}: read as {}\n", trace.name, trace.reading);
  for (auto const& note : trace.notes)
    write_stderr("{}: {}: {}{}\n", trace.name, note.what, grouped(static_cast<double>(note.count)),
                 note.first_row > 0 ? fmt::format(", the first in row {}", note.first_row) : "");
}

}  // namespace fleetcast
