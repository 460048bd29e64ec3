#include "bin_sums.hpp"

#include <algorithm>

namespace fleetcast {

namespace {

/// Entries [from, to) alone; the rest of the memory is given back.
template <class T>
std::vector<T> part(std::vector<T>& all, std::size_t from, std::size_t to) {
  all.resize(to);
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
  all.shrink_to_fit();
  return std::move(all);
}

}  // namespace

void BinSums::resize(std::size_t before, std::size_t after) {
  auto const grow = [&](auto& sums) {
    sums.insert(sums.begin(), before, 0);
    sums.resize(sums.size() + after);
  };
  grow(requests_);
  grow(prompt_tokens_);
  grow(completion_tokens_);
  origin_ -= static_cast<std::int64_t>(before);
}

bool BinSums::reach(std::int64_t bin) {
  if (last_ < first_) first_ = bin, last_ = bin - 1, origin_ = bin;
  std::int64_t const first = std::min(first_, bin);
  std::int64_t const last = std::max(last_, bin);
  if (last - first >= most_bins) return false;
  // a front that creeps backwards bin by bin must not move everything each time
  if (first < origin_) resize(static_cast<std::size_t>(std::max(origin_ - first, std::min(last_ - first_ + 1, most_bins / 4))), 0);
  if (auto const size = static_cast<std::size_t>(last - origin_) + 1; size > requests_.size()) resize(0, size - requests_.size());
  first_ = first;
  last_ = last;
  return true;
}

BinSums::Vectors BinSums::take() {
  auto const from = static_cast<std::size_t>(first_ - origin_);
  auto const to = static_cast<std::size_t>(last_ - origin_) + 1;
  Vectors out{part(requests_, from, to), part(prompt_tokens_, from, to), part(completion_tokens_, from, to)};
  *this = BinSums();
  return out;
}

}  // namespace fleetcast
