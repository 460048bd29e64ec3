#include "key_depth.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "error.hpp"

namespace fleetcast {

namespace {

/// grid.workload.class.0.prompt.mixture.0.weight has eight.
constexpr int most_parts = 16;

/// Length of the string that `rest` begins with, its quotes included; all of `rest` if it does not end.
std::size_t string_length(std::string_view rest) {
  std::string_view const quote = rest.substr(0, rest.starts_with("\"\"\"") || rest.starts_with("'''") ? 3 : 1);
  for (std::size_t at = quote.size(); at < rest.size(); ++at) {
    if (rest[at] == '\\' && quote.front() == '"')
      ++at;
    else if (rest.substr(at).starts_with(quote)) {
      at += quote.size();
      // the last of up to five quotes end a text of several lines, those before them are its own
      for (int more = 0; quote.size() == 3 && more < 2 && at < rest.size() && rest[at] == quote.front(); ++more) ++at;
      return at;
    }
  }
  return rest.size();
}

}  // namespace

void check_key_depth(std::string_view document, std::string const& name) {
  int dots = 0;
  for (std::size_t at = 0; at < document.size();) {
    char const c = document[at];
    if (c == '"' || c == '\'') {
      at += string_length(document.substr(at));
      continue;
    }
    if (c == '#') {
      at = std::min(document.find('\n', at), document.size());
      continue;
    }
    if (c == '.' && ++dots == most_parts)
      throw Error(ExitCode::bad_config,
                  fmt::format("{}:{}: a key has more than {} parts, and no key of a sweep has; what is it meant to be?", name,
                              1 + std::count(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(at), '\n'), most_parts));
    if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) dots = 0;
    ++at;
  }
}

}  // namespace fleetcast
