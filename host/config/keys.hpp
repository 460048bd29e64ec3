/// The one table of all keys of a sweep file: help, checking and the resolved file all come from it.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sweep_config.hpp"

namespace fleetcast {

/// A key bound to its place in a SweepConfig.
struct Key {
  enum class Kind { number, whole, flag, text, choice, list };
  std::string path;  ///< "autoscaler.scale_up_at", "workload.class.0.share"
  Kind kind;
  std::variant<double*, bool*, std::string*, std::vector<double>*> target;
  double smallest = 0;
  double largest = 0;
  std::vector<std::string> choices;  ///< of a choice
  std::string unit;                  ///< "" where there is none
  std::string help;

  bool is_numeric() const { return kind == Kind::number || kind == Kind::whole || kind == Kind::flag; }
  /// Whether the key shapes traffic; all others belong to policies.
  bool is_workload() const { return path.starts_with("workload."); }
  /// Whether the key names a file.
  bool is_file() const { return path == "workload.profile" || path.ends_with(".pairs") || path.ends_with(".file"); }
  double number() const;
  void set_number(double value) const;
  /// The value as TOML.
  std::string as_toml() const;
  /// What is wrong with `value`, or "".
  std::string complaint(double value) const;
};

/// Every key of `config`, one for each class it has, in the order of the file format's page.
std::vector<Key> bind_keys(SweepConfig& config);

/// The key at `path`, or null.
Key const* find_key(std::vector<Key> const& keys, std::string_view path);

/// The known key most like `path` (Levenshtein distance), for messages.
std::string nearest_key(std::vector<Key> const& keys, std::string_view path);

/// `config` as a sweep file with every key written out.
std::string resolved_toml(SweepConfig const& config);

/// One line a key: name, unit, default, meaning.
std::string keys_help();

/// A number as the shortest text that reads back to the same double.
std::string shortest(double value);

}  // namespace fleetcast
