#include "trace_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "host/config/error.hpp"
#include "host/io/field_text.hpp"

namespace fleetcast {

namespace {

using TimeUnit = TraceOptions::TimeUnit;
using Names = std::vector<std::string_view>;

// Compared with names whose case, blanks, punctuation and units are gone; the first found is taken.
Names const time_names{
    "timestamp", "time", "arrivaltime", "arrivaltimestamp", "arrivedat", "arrival", "requesttime", "starttime", "datetime", "createdat", "ts",
    "date",      ""};
Names const prompt_names{"contexttokens", "prompttokens", "inputtokens",      "requesttokens", "inputlength",     "promptlength",
                         "inputlen",      "promptlen",    "numprefilltokens", "prefilltokens", "numprompttokens", "prompt"};
Names const completion_names{"generatedtokens", "completiontokens", "outputtokens",    "responsetokens", "outputlength",        "completionlength",
                             "outputlen",       "completionlen",    "numdecodetokens", "decodetokens",   "numcompletiontokens", "completion"};
Names const requests_names{"requests", "requestcount", "numrequests", "nrequests", "requestscount", "numberofrequests"};
Names const rate_names{"rate", "requestrate", "arrivalrate", "ratereq", "raterequests", "requests", "request", "req", "reqs", "arrivals"};

/// "Rate (req/s)" as rate, req, per, s; "ContextTokens" as one word.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words{""};
  for (char const c : lower(name)) {
    bool const in_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (in_word) {
      words.back() += c;
    } else {
      if (c == '/') words.insert(words.end(), {"per", ""});
      if (!words.back().empty()) words.emplace_back();
    }
  }
  std::erase(words, "");
  return words;
}

struct UnitName {
  std::string_view word;
  TimeUnit unit;
};
constexpr UnitName time_unit_names[] = {
    {"s", TimeUnit::seconds},           {"sec", TimeUnit::seconds},
    {"secs", TimeUnit::seconds},        {"seconds", TimeUnit::seconds},
    {"second", TimeUnit::seconds},      {"ms", TimeUnit::milliseconds},
    {"msec", TimeUnit::milliseconds},   {"millis", TimeUnit::milliseconds},
    {"us", TimeUnit::microseconds},     {"milliseconds", TimeUnit::milliseconds},
    {"micros", TimeUnit::microseconds}, {"ns", TimeUnit::nanoseconds},
    {"nanos", TimeUnit::nanoseconds},   {"microseconds", TimeUnit::microseconds},
    {"minute", TimeUnit::minutes},      {"minutes", TimeUnit::minutes},
    {"min", TimeUnit::minutes},         {"nanoseconds", TimeUnit::nanoseconds},
};

struct NamedTime {
  std::string base;
  TimeUnit unit = TimeUnit::automatic;
};

NamedTime time_of_name(std::string_view name) {
  auto words = words_of(name);
  if (words.size() > 1 && words.back() == "utc") words.pop_back();
  NamedTime out;
  for (auto const& [word, unit] : time_unit_names)
    if (!words.empty() && words.back() == word && (words.size() > 1 || word.size() > 3)) {  // a column "s" or "us" alone is no time
      out.unit = unit;
      words.pop_back();
      break;
    }
  if (words.empty() && out.unit == TimeUnit::automatic) return {"?", out.unit};
  for (auto const& word : words) out.base += word;
  return out;
}

struct NamedRate {
  std::string base;
  double seconds = 0;  ///< 0: the name does not say
};

double seconds_of_rate_unit(std::string_view word) {
  if (word == "s" || word == "sec" || word == "second" || word == "seconds") return 1;
  if (word == "m" || word == "min" || word == "minute") return 60;
  if (word == "h" || word == "hour") return 3600;
  return 0;
}

NamedRate rate_of_name(std::string_view name) {
  auto words = words_of(name);
  NamedRate out;
  if (words.size() == 1) {
    if (words[0] == "rps" || words[0] == "qps") return {"rate", 1};
    if (words[0] == "rpm" || words[0] == "qpm") return {"rate", 60};
  }
  if (words.size() > 1 && (out.seconds = seconds_of_rate_unit(words.back())) > 0) {
    words.pop_back();
    if (words.back() == "per") words.pop_back();
  }
  for (auto const& word : words) out.base += word;
  return out;
}

std::string base_of(std::string_view name) {
  std::string out;
  for (auto const& word : words_of(name)) out += word;
  return out;
}

class ColumnFinder {
 public:
  ColumnFinder(std::string const& path, std::vector<std::string> const& header, TraceOptions const& options)
      : path_(path), header_(header), options_(options) {}

  TraceColumns find() {
    set(TraceRole::requests, requests_names, base_of);
    set_rate();
    set(TraceRole::time, time_names, [](std::string_view name) { return time_of_name(name).base; });
    set(TraceRole::prompt, prompt_names, base_of);
    set(TraceRole::completion, completion_names, base_of);
    refuse_contradictions();
    refuse_shared();
    choose_kind();
    require_columns();
    find_time_unit();
    return out_;
  }

 private:
  int& index(TraceRole role) { return out_.index[static_cast<std::size_t>(role)]; }
  std::string const& name(TraceRole role) { return header_[static_cast<std::size_t>(index(role))]; }

  /// The column mapped to a role, or the first by a known name.
  template <class BaseOf>
  void set(TraceRole role, Names const& names, BaseOf base_of_name) {
    if (!mapped_to(role).empty()) {
      index(role) = mapped_column(role, mapped_to(role));
      return;
    }
    for (auto const known : names)
      for (std::size_t i = 0; i < header_.size() && index(role) < 0; ++i)
        if (base_of_name(header_[i]) == known) index(role) = static_cast<int>(i);
  }

  int mapped_column(TraceRole role, std::string const& mapped) const {
    auto const as_written = std::find(header_.begin(), header_.end(), mapped);
    auto const found = as_written != header_.end()
                           ? as_written
                           : std::find_if(header_.begin(), header_.end(), [&](std::string const& column) { return lower(column) == lower(mapped); });
    if (found == header_.end())
      throw Error(ExitCode::usage, fmt::format("--columns {}={}: {} has no such column; it has {}", role_name(role), mapped, path_, listed(header_)));
    return static_cast<int>(found - header_.begin());
  }

  void refuse_contradictions() const {
    auto const& mapped = options_.columns;
    if (!mapped.rate.empty() && !mapped.requests.empty())
      throw Error(ExitCode::usage, fmt::format("--columns rate={},requests={}: a table has either; give one", mapped.rate, mapped.requests));
    if (!mapped.rate.empty() && (!mapped.prompt.empty() || !mapped.completion.empty()))
      throw Error(ExitCode::usage, fmt::format("--columns rate={}: a table of rates has no tokens; leave {} out", mapped.rate,
                                               !mapped.prompt.empty() ? "prompt=" + mapped.prompt : "completion=" + mapped.completion));
  }

  /// A column given two roles is a slip of the pen; one found by its name gives way to a role that it is mapped to.
  void refuse_shared() {
    for (std::size_t i = 0; i < trace_roles; ++i)
      for (std::size_t j = 0; j < trace_roles; ++j) {
        auto const role = static_cast<TraceRole>(i), other = static_cast<TraceRole>(j);
        if (i == j || index(role) < 0 || index(role) != index(other) || mapped_to(role).empty()) continue;
        if (!mapped_to(other).empty())
          throw Error(ExitCode::usage, fmt::format("--columns {}={},{}={}: one column for both; give each its own", role_name(role), mapped_to(role),
                                                   role_name(other), mapped_to(other)));
        index(other) = -1;
      }
  }

  std::string const& mapped_to(TraceRole role) const {
    auto const& m = options_.columns;
    std::string const* const mapped[trace_roles] = {&m.time, &m.prompt, &m.completion, &m.requests, &m.rate};
    return *mapped[static_cast<std::size_t>(role)];
  }

  void set_rate() {
    // "requests" alone is a count, "requests per minute" a rate
    set(TraceRole::rate, rate_names, [](std::string_view name) {
      auto const rate = rate_of_name(name);
      return rate.seconds > 0 || rate.base.find("rate") != std::string::npos ? rate.base : std::string("?");
    });
    if (index(TraceRole::rate) >= 0) out_.rate_seconds = rate_of_name(name(TraceRole::rate)).seconds;
  }

  void choose_kind() {
    bool const tokens = index(TraceRole::prompt) >= 0 || index(TraceRole::completion) >= 0;
    bool const rate_per_unit = index(TraceRole::rate) >= 0 && out_.rate_seconds > 0;
    if (!options_.columns.rate.empty()) {
      index(TraceRole::requests) = index(TraceRole::prompt) = index(TraceRole::completion) = -1;
    } else if (index(TraceRole::requests) >= 0 || (tokens && !rate_per_unit)) {
      index(TraceRole::rate) = -1;
    } else if (tokens) {
      throw Error(ExitCode::bad_data,
                  fmt::format("{}:1: has a rate, {}, beside token columns (a table with tokens needs whole requests a row); name the "
                              "column that counts them, --columns requests=NAME, or take the rate alone: --columns rate={}",
                              path_, printable(name(TraceRole::rate)), printable(name(TraceRole::rate))));
    }
    if (index(TraceRole::rate) >= 0) {
      out_.kind = TraceSummary::Kind::rates;
      find_rate_unit();
    } else {
      if (index(TraceRole::requests) >= 0) out_.kind = TraceSummary::Kind::bins;
      if (options_.rate_unit != TraceOptions::RateUnit::automatic)
        throw Error(ExitCode::usage,
                    fmt::format("--rate-unit: {} has no column with a rate; say which it is (--columns rate=NAME) or leave the unit out", path_));
    }
  }

  void find_rate_unit() {
    using RateUnit = TraceOptions::RateUnit;
    switch (options_.rate_unit) {
      case RateUnit::automatic: break;
      case RateUnit::per_second: out_.rate_seconds = 1; break;
      case RateUnit::per_minute: out_.rate_seconds = 60; break;
      case RateUnit::per_hour: out_.rate_seconds = 3600; break;
    }
    if (out_.rate_seconds == 0)
      throw Error(ExitCode::usage,
                  fmt::format("{}:1: column {} does not say what its rate is per; give --rate-unit per_second, per_minute or per_hour", path_,
                              name(TraceRole::rate)));
  }

  void require_columns() {
    require(TraceRole::time, "times", "timestamp, time or minute");
    bool const tokens = index(TraceRole::prompt) >= 0 || index(TraceRole::completion) >= 0;
    if (out_.kind != TraceSummary::Kind::requests && !tokens) return;
    require(TraceRole::prompt, "prompt lengths", "prompt_tokens, input_tokens or ContextTokens");
    require(TraceRole::completion, "completion lengths", "completion_tokens, output_tokens or GeneratedTokens");
  }

  void require(TraceRole role, char const* what, char const* names) {
    if (index(role) >= 0) return;
    bool const is_data = std::all_of(header_.begin(), header_.end(), [](std::string const& text) {
      return text.empty() || (text[0] >= '0' && text[0] <= '9') || finite_number(text);
    });
    if (is_data)
      throw Error(
          ExitCode::bad_data,
          fmt::format("{}:1: the first line holds {}, not the names of columns; put a line such as time,prompt_tokens,completion_tokens above it",
                      path_, shown(fmt::format("{}", fmt::join(header_, ",")))));
    throw Error(ExitCode::bad_data, fmt::format("{}:1: no column holds {} (there are {}); name one {}, or say which: --columns {}=NAME", path_, what,
                                                listed(header_), names, role_name(role)));
  }

  void find_time_unit() {
    out_.time_unit = options_.time_unit;
    out_.time_unit_from = TimeUnitFrom::option;
    if (out_.time_unit != TimeUnit::automatic) return;
    out_.time_unit_from = TimeUnitFrom::file;
    out_.time_unit = time_of_name(name(TraceRole::time)).unit;
    bool const mooncake = out_.has_tokens() && base_of(name(TraceRole::time)) == "timestamp" && base_of(name(TraceRole::prompt)) == "inputlength" &&
                          base_of(name(TraceRole::completion)) == "outputlength";
    if (mooncake) out_.time_unit = TimeUnit::milliseconds;
  }

  std::string const& path_;
  std::vector<std::string> const& header_;
  TraceOptions const& options_;
  TraceColumns out_;
};

}  // namespace

char const* role_name(TraceRole role) {
  constexpr char const* names[trace_roles] = {"time", "prompt", "completion", "requests", "rate"};
  return names[static_cast<std::size_t>(role)];
}

TraceColumns find_trace_columns(std::string const& path, std::vector<std::string> const& header, TraceOptions const& options) {
  return ColumnFinder(path, header, options).find();
}

}  // namespace fleetcast
