#include "realization_set.hpp"

#include <algorithm>

namespace fleetcast {

RealizationSet::RealizationSet(std::vector<RealizationSpan> const& spans) {
  for (auto const& span : spans) add(span);
}

void RealizationSet::add(RealizationSpan span) {
  if (span.first >= span.last) return;
  // all that touch it become one with it
  auto const first = std::lower_bound(spans_.begin(), spans_.end(), span.first, [](auto const& s, std::uint64_t value) { return s.last < value; });
  auto const last = std::upper_bound(first, spans_.end(), span.last, [](std::uint64_t value, auto const& s) { return value < s.first; });
  if (first != last) {
    span.first = std::min(span.first, first->first);
    span.last = std::max(span.last, std::prev(last)->last);
  }
  spans_.insert(spans_.erase(first, last), span);
}

void RealizationSet::add(RealizationSet const& other) {
  for (auto const& span : other.spans_) add(span);
}

std::uint64_t RealizationSet::size() const {
  std::uint64_t size = 0;
  for (auto const& span : spans_) size += span.size();
  return size;
}

bool RealizationSet::contains(RealizationSpan span) const { return missing(span).empty(); }

std::vector<RealizationSpan> RealizationSet::missing(RealizationSpan span) const {
  std::vector<RealizationSpan> gaps;
  for (auto const& s : spans_) {
    if (s.last <= span.first) continue;
    if (s.first >= span.last) break;
    if (span.first < s.first) gaps.push_back({span.first, s.first});
    span.first = s.last;
  }
  if (span.first < span.last) gaps.push_back(span);
  return gaps;
}

RealizationSet RealizationSet::common(RealizationSet const& other) const {
  RealizationSet both;
  for (auto const& a : spans_)
    for (auto const& b : other.spans_) both.add({std::max(a.first, b.first), std::min(a.last, b.last)});
  return both;
}

}  // namespace fleetcast
