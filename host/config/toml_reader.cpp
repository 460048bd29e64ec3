#include "toml_reader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "cuda/model/exponential.cuh"
#include "error.hpp"
#include "key_depth.hpp"
#include "keys.hpp"
#include "override.hpp"
#include "spelling.hpp"

namespace fleetcast {

namespace {

namespace fs = std::filesystem;

constexpr double largest_axis = 1e7;
constexpr std::size_t most_length_parts = 4;

/// base^exponent by portable arithmetic: axis values shape results, so they must have the same bits everywhere.
double portable_power(double base, double exponent) { return exponential<ScalarDrawLane>(exponent * logarithm<ScalarDrawLane>(base)); }

/// Reads one TOML document into a config; remembers where every key stood.
class Reader {
 public:
  Reader(SweepConfig& config, std::string name, fs::path folder) : config_(config), name_(std::move(name)), folder_(std::move(folder)) {}

  void read(toml::table const& document) {
    prepare_lists(document);
    keys_ = bind_keys(config_);
    for (auto const& [key, node] : document) {
      std::string const section{key.str()};
      if (section == "grid")
        read_grid(node);
      else if (section == "baseline")
        continue;
      else if (node.is_table())
        walk(*node.as_table(), section);
      else
        unknown(section, node);
    }
    if (auto const* baseline = document.get("baseline")) read_baseline(*baseline);  // by the axes, which have been read
  }

  /// Where the workload file of this document stands, "" if it names none.
  static std::string workload_file(toml::table const& document) { return document["workload"]["file"].value_or(std::string{}); }

 private:
  std::string at(toml::node const& node) const {
    auto const begin = node.source().begin;
    if (!begin || name_.starts_with("--")) return name_;  // an option is short
    return fmt::format("{}:{}:{}", name_, begin.line, begin.column);
  }

  [[noreturn]] void fail(toml::node const& node, std::string const& message) const { throw Error(ExitCode::bad_config, at(node) + ": " + message); }

  [[noreturn]] void unknown(std::string const& path, toml::node const& node) const {
    std::size_t const dot = path.rfind('.');
    std::string const nearest = nearest_key(keys_, path);
    bool const same_table = dot != std::string::npos && nearest.starts_with(path.substr(0, dot + 1));
    fail(node,
         fmt::format("{} is not a key{} (keys are checked so that a typo can't be ignored); did you mean {}?",
                     dot == std::string::npos ? path : path.substr(dot + 1),
                     dot == std::string::npos ? "" : fmt::format(" of [{}]", path.substr(0, dot)), same_table ? nearest.substr(dot + 1) : nearest));
  }

  /// Lists of tables must have their lengths before their keys can be bound.
  void prepare_lists(toml::table const& document) {
    auto& workload = config_.workload;
    auto const list = [&](toml::node_view<toml::node const> node, char const* name, std::size_t most, auto& entries) {
      if (!node.is_array()) return false;
      if (node.as_array()->empty() || node.as_array()->size() > most) fail(*node.node(), fmt::format("{} needs 1 to {} entries", name, most));
      entries.assign(node.as_array()->size(), {});
      return true;
    };
    list(document["workload"]["drift"], "[[workload.drift]]", most_drifts, workload.drift);
    auto const classes = document["workload"]["class"];
    if (list(classes, "[[workload.class]]", 64, workload.classes) && workload.classes.size() > 1)
      for (auto& request_class : workload.classes) request_class.share = 0;
    if (workload.classes.empty()) workload.classes.resize(1);
    for (std::size_t i = 0; classes.is_array() && i < workload.classes.size(); ++i) {
      list(classes[i]["prompt"]["mixture"], "prompt.mixture", most_length_parts, workload.classes[i].prompt.mixture);
      list(classes[i]["completion"]["mixture"], "completion.mixture", most_length_parts, workload.classes[i].completion.mixture);
    }
  }

  static bool is_mixture(std::string const& path) {
    return path.starts_with("workload.class.") && (path.ends_with(".prompt.mixture") || path.ends_with(".completion.mixture"));
  }

  void walk(toml::table const& table, std::string const& prefix) {
    for (auto const& [key, node] : table) {
      std::string const path = prefix + "." + std::string(key.str());
      if (path == "workload.class" || path == "workload.drift" || is_mixture(path)) {
        std::size_t index = 0;
        std::string const advice = is_mixture(path) ? "mixture must be a list of tables { weight, median, sigma }"
                                                    : fmt::format("{0} must be written as [[{0}]] tables", path);
        if (!node.is_array()) fail(node, advice);
        for (auto const& entry : *node.as_array()) {
          if (!entry.is_table()) fail(entry, advice);
          walk(*entry.as_table(), fmt::format("{}.{}", path, index++));
        }
      } else if (node.is_table()) {
        walk(*node.as_table(), path);
      } else {
        Key const* const bound = find_key(keys_, path);
        if (bound == nullptr) unknown(path, node);
        assign(*bound, node);
      }
    }
  }

  double numeric(Key const& key, toml::node const& node) const {
    if (key.kind == Key::Kind::flag) {
      if (!node.is_boolean()) fail(node, fmt::format("{} must be true or false", key.path));
      return *node.value<bool>() ? 1.0 : 0.0;
    }
    if (!node.is_number()) fail(node, fmt::format("{} must be a number, not {}", key.path, type_name(node)));
    if (node.is_integer() && !is_double(**node.as_integer()))
      fail(node, fmt::format("{} = {} can't be kept to the last digit; whole numbers go up to 2^53", key.path, **node.as_integer()));
    double const value = node.is_integer() ? static_cast<double>(**node.as_integer()) : **node.as_floating_point();
    std::string const complaint = key.complaint(value);
    if (!complaint.empty()) fail(node, fmt::format("{} = {} {}", key.path, shortest(value), complaint));
    return value;
  }

  static bool is_double(std::int64_t integer) {
    auto const nearest = static_cast<double>(integer);
    return std::abs(nearest) < 0x1p63 && static_cast<std::int64_t>(nearest) == integer;
  }

  static std::string type_name(toml::node const& node) {
    switch (node.type()) {
      case toml::node_type::string: return "a string";
      case toml::node_type::boolean: return "true or false";
      case toml::node_type::array: return "a list";
      case toml::node_type::table: return "a table";
      default: return "a date or time";
    }
  }

  void assign(Key const& key, toml::node const& node) const {
    switch (key.kind) {
      case Key::Kind::number:
      case Key::Kind::whole:
      case Key::Kind::flag: key.set_number(numeric(key, node)); return;
      case Key::Kind::text:
      case Key::Kind::choice: {
        auto const text = node.value<std::string>();
        if (!text || !node.is_string()) fail(node, fmt::format("{} must be a string", key.path));
        if (key.kind == Key::Kind::choice && std::find(key.choices.begin(), key.choices.end(), *text) == key.choices.end())
          fail(node, fmt::format("{} = \"{}\" is not known; choose one of {}", key.path, *text, fmt::join(key.choices, ", ")));
        *std::get<std::string*>(key.target) = key.is_file() && !text->empty() ? (folder_ / *text).lexically_normal().string() : *text;
        return;
      }
      case Key::Kind::list: {
        if (!node.is_array()) fail(node, fmt::format("{} must be a list of numbers", key.path));
        auto& values = *std::get<std::vector<double>*>(key.target);
        values.clear();
        for (auto const& entry : *node.as_array()) values.push_back(numeric(key, entry));
        return;
      }
    }
  }

  /// Axes of a table; `"a.b" = …` and `a.b = …`, which TOML reads as tables in tables, mean the same.
  void read_axes(toml::table const& table, std::string const& prefix, std::vector<std::pair<toml::source_position, AxisConfig>>& axes) {
    for (auto const& [name, values] : table) {
      std::string const path = prefix + std::string(name.str());
      bool const is_axis =
          !values.is_table() || values.as_table()->contains("from") || values.as_table()->contains("count") || find_key(keys_, path) != nullptr;
      if (is_axis)
        axes.emplace_back(name.source().begin, read_axis(path, values));
      else
        read_axes(*values.as_table(), path + ".", axes);
    }
  }

  AxisConfig read_axis(std::string const& path, toml::node const& values) {
    Key const* const key = find_key(keys_, path);
    if (key == nullptr) unknown_axis(path, values);
    if (!key->is_numeric() || path.starts_with("sweep."))
      fail(values, fmt::format("{} can't be an axis; numbers and flags outside [sweep] can", path));
    if (path == "sla.reliability") fail(values, "sla.reliability can't be an axis: one result answers for any (fleetcast analyze --reliability)");
    if (path.starts_with("stop.") || path.starts_with("search."))
      fail(values, fmt::format("{} can't be an axis: it says how the whole grid is run", path));
    AxisConfig axis{path, {}, at(values)};
    if (values.is_array()) {
      for (auto const& value : *values.as_array()) axis.values.push_back(numeric(*key, value));
    } else if (values.is_table()) {
      axis.values = spread(*key, *values.as_table(), values);
    } else {
      fail(values, fmt::format("axis {} must be a list or {{ from = …, to = …, count = … }}", path));
    }
    if (axis.values.empty()) fail(values, fmt::format("axis {} is empty; give it at least one value", path));
    std::set<double> const distinct(axis.values.begin(), axis.values.end());
    if (distinct.size() != axis.values.size()) fail(values, fmt::format("axis {} holds a value twice", path));
    return axis;
  }

  void read_grid(toml::node const& node) {
    if (!node.is_table()) fail(node, "[grid] must be a table of axes");
    std::vector<std::pair<toml::source_position, AxisConfig>> axes;
    read_axes(*node.as_table(), "", axes);
    // in the order of the file: toml++ sorts keys
    std::stable_sort(axes.begin(), axes.end(),
                     [](auto const& a, auto const& b) { return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column); });
    config_.grid.clear();
    for (auto& [position, axis] : axes) config_.grid.push_back(std::move(axis));
  }

  /// Values of the baseline; whether they lie on axes is known when the whole file is.
  void read_baseline(toml::node const& node) {
    if (!node.is_table()) fail(node, "[baseline] must be a table of axes and the values the baseline has there");
    read_baseline_values(*node.as_table(), "");
  }

  void read_baseline_values(toml::table const& table, std::string const& prefix) {
    for (auto const& [name, node] : table) {
      std::string const path = axis_named(prefix + std::string(name.str()));
      Key const* const key = find_key(keys_, path);
      if (key == nullptr && node.is_table()) {
        read_baseline_values(*node.as_table(), path + ".");
        continue;
      }
      if (key == nullptr || !key->is_numeric()) unknown_axis(path, node);
      auto& values = config_.baseline;
      auto const place = std::lower_bound(values.begin(), values.end(), path, [](BaselineValue const& v, std::string const& k) { return v.key < k; });
      BaselineValue value{path, numeric(*key, node), at(node)};
      if (place != values.end() && place->key == path)
        *place = std::move(value);
      else
        values.insert(place, std::move(value));
    }
  }

  /// The axis that ends in a name, as tables and results call it, where one alone does; else the name itself.
  std::string axis_named(std::string const& name) const {
    std::vector<std::string> found;
    for (auto const& axis : config_.grid)
      if (axis_is_called(axis.key, name)) found.push_back(axis.key);
    return found.size() == 1 ? found.front() : name;
  }

  [[noreturn]] void unknown_axis(std::string const& path, toml::node const& node) const {
    fail(node, fmt::format("axis {} names no key; did you mean {}?", path, nearest_key(keys_, path)));
  }

  /// Values of { from, to, count }, equally spaced; with scale = "log", their ratios are equal.
  std::vector<double> spread(Key const& key, toml::table const& table, toml::node const& node) const {
    for (auto const& [name, value] : table) {
      auto const text = name.str();
      if (text != "from" && text != "to" && text != "count" && text != "scale")
        fail(value, fmt::format("an axis has from, to, count and scale, not {}", text));
    }
    auto const from = table["from"].value<double>();
    auto const to = table["to"].value<double>();
    auto const count = table["count"].value<double>();
    if (!from || !to || !count) fail(node, fmt::format("axis {} needs from, to and count, each a number", key.path));
    if (*count < 1 || *count > largest_axis || *count != std::floor(*count))
      fail(node,
           fmt::format("axis {} has count = {}, which must be a whole number from 1 to {}", key.path, shortest(*count), shortest(largest_axis)));
    auto const* const scale = table["scale"].as_string();
    bool const logarithmic = scale != nullptr && **scale == "log";
    if (table.contains("scale") && !logarithmic && (scale == nullptr || **scale != "linear"))
      fail(node, fmt::format("axis {} has an unknown scale; it is \"linear\" or \"log\"", key.path));
    if (logarithmic && (*from <= 0 || *to <= 0)) fail(node, fmt::format("a log axis needs positive ends ({})", key.path));
    std::vector<double> values;
    auto const steps = static_cast<std::size_t>(*count);
    for (std::size_t i = 0; i < steps; ++i) {
      double const share = steps == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(steps - 1);
      double value = logarithmic ? *from * portable_power(*to / *from, share) : *from + share * (*to - *from);
      if (i + 1 == steps && steps > 1) value = *to;
      if (key.kind == Key::Kind::whole) value = std::round(value);
      std::string const complaint = key.complaint(value);
      if (!complaint.empty()) fail(node, fmt::format("axis {} holds {}, which {}", key.path, shortest(value), complaint));
      values.push_back(value);
    }
    return values;
  }

  SweepConfig& config_;
  std::string name_;
  fs::path folder_;
  std::vector<Key> keys_;
};

toml::table parse_text(std::string const& text, std::string const& name) {
  check_key_depth(text, name);
  try {
    return toml::parse(text, name);
  } catch (toml::parse_error const& error) {
    auto const begin = error.source().begin;
    throw Error(ExitCode::bad_config, fmt::format("{}:{}:{}: not valid TOML: {}", name, begin.line, begin.column, error.description()));
  }
}

std::string read_text(std::string const& path) {
  std::error_code unknown;  // what can't be looked at can't be read, either
  if (fs::is_directory(path, unknown)) throw Error(ExitCode::no_input, path + ": is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open() || in.bad()) throw Error(ExitCode::no_input, path + ": can't be read; check the name and its permissions");
  return text;
}

/// "a.b=1" as the document {a: {b: 1}}; a value that is no TOML is taken as a string.
toml::table document_of(Override const& change) {
  std::string key = change.key;
  for (std::string const table : {"grid.", "baseline."})
    if (key.starts_with(table)) key = fmt::format("{}\"{}\"", table, key.substr(table.size()));
  auto const document = [&](std::string const& literal) {
    check_key_depth(key + " = " + literal, "--set " + change.text);
    return toml::parse(key + " = " + literal, "--set " + change.text);
  };
  try {
    return document(change.value);
  } catch (toml::parse_error const&) {
    try {
      return document("'" + change.value + "'");
    } catch (toml::parse_error const& error) {
      throw Error(ExitCode::usage, fmt::format("--set {}: {}", change.text, error.description()));
    }
  }
}

/// An override as it stands on the command line: values of the baseline have an option of their own.
std::string typed(Override const& change) {
  constexpr std::string_view baseline = "baseline.";
  return change.key.starts_with(baseline) ? "--baseline " + change.text.substr(baseline.size()) : "--set " + change.text;
}

void apply_workload_file(SweepConfig& config, std::string const& path) {
  toml::table const document = parse_text(read_text(path), path);
  for (auto const& [key, node] : document)
    if (key.str() != "workload")
      throw Error(ExitCode::bad_config, fmt::format("{}:{}:{}: a workload file holds [workload] alone, not {}", path, node.source().begin.line,
                                                    node.source().begin.column, key.str()));
  config.workload = {};
  Reader(config, path, fs::path(path).parent_path()).read(document);
  config.workload.file = path;
}

/// Applies "workload.class.0.share=…", which TOML itself would read as tables, straight to the key.
bool apply_list_override(SweepConfig& config, Override const& change) {
  if (!change.key.starts_with("workload.class.") && !change.key.starts_with("workload.drift.")) return false;
  auto const keys = bind_keys(config);
  Key const* const key = find_key(keys, change.key);
  if (key == nullptr || (!key->is_numeric() && !change.key.ends_with(".name")))
    throw Error(ExitCode::usage,
                fmt::format("--set {}: no such number in this sweep, which has {} class{} and {} drift{} ([[workload.class]] and "
                            "[[workload.drift]] tables add more); did you mean {}?",
                            change.text, config.workload.classes.size(), config.workload.classes.size() == 1 ? "" : "es",
                            config.workload.drift.size(), config.workload.drift.size() == 1 ? "" : "s", nearest_key(keys, change.key)));
  toml::table const document = document_of({change.text, "value", change.value});
  if (!key->is_numeric()) {
    *std::get<std::string*>(key->target) = document["value"].value_or(change.value);
    return true;
  }
  auto const value = document["value"].value<double>();
  std::string const complaint = value ? key->complaint(*value) : "must be a number";
  if (!complaint.empty()) throw Error(ExitCode::usage, fmt::format("--set {}: {} {}", change.text, change.key, complaint));
  key->set_number(*value);
  return true;
}

/// Applies an override of the grid: an axis takes the place of the one there is.
void apply_axis_override(SweepConfig& config, Override const& change) {
  std::vector<AxisConfig> axes = config.grid;
  Reader(config, typed(change), {}).read(document_of(change));
  AxisConfig const changed = config.grid.front();
  auto const same = std::find_if(axes.begin(), axes.end(), [&](AxisConfig const& axis) { return axis.key == changed.key; });
  if (same == axes.end())
    axes.push_back(changed);
  else
    *same = changed;
  config.grid = std::move(axes);
}

/// @throws Error usage
void apply_override(SweepConfig& config, Override const& change) {
  try {
    if (change.key.starts_with("grid.")) {
      apply_axis_override(config, change);
      return;
    }
    if (!apply_list_override(config, change)) {
      toml::table const document = document_of(change);
      if (document.at_path(change.key).is_table())
        throw Error(ExitCode::usage, fmt::format("--set {}: {} is a table; set its keys one by one", change.text, change.key));
      Reader(config, typed(change), {}).read(document);
    }
    // a key that is set is no axis any more; the baseline has values on axes
    if (!change.key.starts_with("baseline.")) std::erase_if(config.grid, [&](AxisConfig const& axis) { return axis.key == change.key; });
  } catch (Error const& error) {
    throw Error(ExitCode::usage, error.what());
  }
}

bool is_workload_file(Override const& change) { return change.key == "workload.file"; }

SweepConfig parse(std::string const& text, std::string const& name, fs::path const& folder, std::vector<std::string> const& overrides) {
  toml::table const document = parse_text(text, name);
  SweepConfig config;
  std::vector<Override> changes;
  for (auto const& given : overrides) changes.push_back(override_from(given));
  if (!Reader::workload_file(document).empty()) apply_workload_file(config, (folder / Reader::workload_file(document)).lexically_normal().string());
  for (auto const& change : changes)
    if (is_workload_file(change)) apply_workload_file(config, document_of(change)["workload"]["file"].value<std::string>().value_or(change.value));
  if (!config.workload.file.empty()) {
    // the fitted workload takes the place of the file's own table
    toml::table rest = document;
    rest.erase("workload");
    Reader(config, name, folder).read(rest);
  } else {
    Reader(config, name, folder).read(document);
  }
  for (auto const& change : changes)
    if (!is_workload_file(change)) apply_override(config, change);
  return config;
}

}  // namespace

SweepConfig read_sweep(std::string const& path, std::vector<std::string> const& overrides) {
  return parse(read_text(path), path, fs::path(path).parent_path(), overrides);
}

SweepConfig parse_sweep(std::string const& text, std::string const& name, std::vector<std::string> const& overrides) {
  return parse(text, name, {}, overrides);
}

}  // namespace fleetcast
