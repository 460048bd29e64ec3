/// libFuzzer target: a sweep file and overrides are refused with an Error, or make a config that its own resolved file gives again, and
/// a plan whose hash that file has, too.
///
/// Lines that begin with "#set " are overrides, as --set takes them. Files that the sweep names are those below. What is merely large is
/// passed over: long axes and realizations, and paths out of the folder.
#include <fmt/format.h>
#include <toml++/toml.h>

#include "checks.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/plan.hpp"

namespace {

using namespace fleetcast;
using fuzz::expect;

constexpr double longest_axis = 100;
constexpr std::size_t most_fuzzed_cells = 32;
constexpr std::size_t most_scenarios = 2;
constexpr double most_ticks = 3000;

/// Files that a sweep can name.
class Files {
 public:
  Files() {
    folder_.write("profile.csv", "minute,requests_per_minute\n0,100\n60,200\n");
    folder_.write("pairs.csv", "prompt_tokens,completion_tokens\n10,20\n300,40\n");
    folder_.write("curve.csv", "utilization,latency_ms\n0,100\n1,400\n");
    folder_.write("w.toml", "[workload]\nrequests_per_minute = 50\n[[workload.class]]\npairs = \"pairs.csv\"\n");
  }
  std::string sweep(std::string_view text) const { return folder_.write("sweep.toml", text); }

 private:
  fuzz::ScratchFolder folder_;
};

bool has_long_axis(toml::node const& node) {
  if (auto const* array = node.as_array()) return std::any_of(array->begin(), array->end(), has_long_axis);
  auto const* table = node.as_table();
  if (table == nullptr) return false;
  if (auto const count = (*table)["count"].value<double>(); count && *count > longest_axis) return true;
  for (auto const& [key, entry] : *table)
    if (has_long_axis(entry)) return true;
  return false;
}

/// Whether reading alone would take long.
bool is_large(std::string const& toml) {
  try {
    return has_long_axis(toml::parse(toml));
  } catch (toml::parse_error const&) {
    return false;
  }
}

/// Whether a plan is made fast enough for a fuzzer.
bool is_small(SweepConfig const& config) {
  auto const& s = config.sweep;
  double const seconds = 60.0 * s.warmup_minutes + (s.minutes > 0 ? 60.0 * s.minutes : 86400.0 * s.days);
  std::size_t cells = 1;
  std::size_t scenarios = 1;
  for (auto const& axis : config.grid) {
    cells *= axis.values.size();
    if (axis.key.starts_with("workload.")) scenarios *= axis.values.size();
    if (cells > most_fuzzed_cells) return false;
  }
  return seconds / s.tick_seconds <= most_ticks && scenarios <= most_scenarios && config.workload.classes.size() <= 2 &&
         config.workload.sampler == "request";
}

std::vector<std::string> overrides_in(std::string_view text) {
  constexpr std::string_view mark = "#set ";
  std::vector<std::string> overrides;
  while (text.starts_with(mark) && overrides.size() < 8) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    overrides.emplace_back(text.substr(mark.size(), end - mark.size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return overrides;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Files const files;
  std::string const text(reinterpret_cast<char const*>(data), size);
  auto const overrides = overrides_in(text);
  if (text.find('/') != std::string::npos || text.find("\\u") != std::string::npos || text.find("\\U") != std::string::npos || is_large(text))
    return -1;
  for (auto const& override_text : overrides)
    if (is_large("value" + override_text.substr(std::min(override_text.find('='), override_text.size())))) return -1;
  try {
    SweepConfig config = read_sweep(files.sweep(text), overrides);
    std::string const resolved = resolved_toml(config);
    SweepConfig again = parse_sweep(resolved, "resolved", {});
    expect(resolved_toml(again) == resolved);
    axes_of(config);
    if (is_small(config)) expect(make_plan(config).hash == make_plan(again).hash);
  } catch (Error const&) {
  }
  return 0;
}
