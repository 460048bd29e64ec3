/// Which realizations of a scenario are done.
#pragma once

#include <cstdint>
#include <vector>

namespace fleetcast {

/// Realizations first, …, last - 1.
struct RealizationSpan {
  std::uint64_t first;
  std::uint64_t last;
  bool operator==(RealizationSpan const&) const = default;
  std::uint64_t size() const { return last - first; }
};

/// A set of realizations, kept as few spans: ascending, not empty, with gaps between them.
class RealizationSet {
 public:
  RealizationSet() = default;
  /// Takes spans in any order, overlapping or not.
  explicit RealizationSet(std::vector<RealizationSpan> const& spans);

  /// Empty spans change nothing.
  void add(RealizationSpan span);
  void add(RealizationSet const& other);

  std::uint64_t size() const;
  bool is_empty() const { return spans_.empty(); }
  bool contains(RealizationSpan span) const;
  /// What of [first, last) is not in the set.
  std::vector<RealizationSpan> missing(RealizationSpan span) const;
  /// What both have.
  RealizationSet common(RealizationSet const& other) const;
  /// One more than the largest realization; 0 of an empty set.
  std::uint64_t end() const { return spans_.empty() ? 0 : spans_.back().last; }

  std::vector<RealizationSpan> const& spans() const { return spans_; }
  bool operator==(RealizationSet const&) const = default;

 private:
  std::vector<RealizationSpan> spans_;
};

}  // namespace fleetcast
