#include "page_scope.hpp"

#include <algorithm>
#include <set>

namespace fleetcast {

namespace {

/// Positions along an axis, every `stride`th of them and those that are needed.
struct ThinnedAxis {
  std::vector<std::size_t> const& all;
  std::set<std::size_t> needed;
  std::size_t stride = 1;

  std::vector<std::size_t> kept() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i % stride == 0 || needed.contains(all[i])) out.push_back(all[i]);
    return out;
  }
};

/// Thins the longest of some axes until their product is small enough, or nothing is left to thin.
void thin(std::vector<ThinnedAxis>& axes, std::vector<std::size_t> const& which, std::size_t most) {
  auto const product = [&] {
    std::size_t count = 1;
    for (std::size_t const axis : which) count *= axes[axis].kept().size();
    return count;
  };
  while (product() > most) {
    auto const can_shrink = [&](std::size_t axis) { return axes[axis].stride < axes[axis].all.size(); };
    auto const size = [&](std::size_t axis) { return can_shrink(axis) ? axes[axis].kept().size() : 0; };
    std::size_t const longest = *std::max_element(which.begin(), which.end(), [&](std::size_t a, std::size_t b) { return size(a) < size(b); });
    if (can_shrink(longest)) {
      ++axes[longest].stride;
      continue;
    }
    // all that is left is needed: the needs go, and thinning begins anew
    for (std::size_t const axis : which) {
      axes[axis].needed.clear();
      axes[axis].stride = 1;
    }
  }
}

}  // namespace

std::size_t PageScope::cells() const {
  std::size_t count = 1;
  for (auto const& positions : kept) count *= positions.size();
  return count;
}

PageScope page_scope(std::vector<Axis> const& axes, Decisions const& decisions, std::span<std::uint64_t const> must_keep, std::size_t most_conditions,
                     std::size_t most_cells) {
  auto const& all = decisions.scope.kept;
  std::vector<ThinnedAxis> thinned;
  for (auto const& positions : all) thinned.push_back({positions, {}, 1});
  thin(thinned, decisions.conditions, most_conditions);

  PageScope scope;
  auto const is_kept = [&](std::vector<std::size_t> const& position) {
    return std::all_of(decisions.conditions.begin(), decisions.conditions.end(), [&](std::size_t axis) {
      auto const kept = thinned[axis].kept();
      return std::binary_search(kept.begin(), kept.end(), position[axis]);
    });
  };
  for (std::size_t i = 0; i < decisions.by_condition.size(); ++i)
    if (is_kept(decisions.by_condition[i].scope.position)) scope.decisions.push_back(i);

  for (std::size_t const i : scope.decisions) {
    auto const position = cell_position(axes, must_keep[i]);
    for (std::size_t const axis : decisions.choices) thinned[axis].needed.insert(position[axis]);
  }
  thin(thinned, decisions.choices, most_cells / scope.decisions.size());

  scope.is_whole = true;
  for (std::size_t i = 0; i < thinned.size(); ++i) {
    scope.kept.push_back(thinned[i].kept());
    scope.is_whole &= scope.kept[i].size() == all[i].size();
  }
  return scope;
}

}  // namespace fleetcast
