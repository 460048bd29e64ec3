#include "sums.hpp"

#include <xxhash.h>

#include <algorithm>
#include <memory>

namespace fleetcast {

CellSums::CellSums(Plan const& plan)
    : slots_(plan.table.slots),
      levels_(plan.levels),
      billed_bins_(plan.billed_bins),
      violated_bins_(plan.violated_bins),
      objective_levels_(plan.objective_levels),
      sums_(static_cast<std::size_t>(fixed_entries + levels_) * slots_),
      squares_(sums_.size()),
      products_(static_cast<std::size_t>(product_count) * slots_),
      baseline_products_(plan.baseline ? static_cast<std::size_t>(baseline_entries) * slots_ : 0),
      smallest_(static_cast<std::size_t>(extremes) * slots_, INT64_MAX),
      largest_(smallest_.size(), INT64_MIN),
      objective_met_(slots_),
      objective_met_at_(static_cast<std::size_t>(objective_levels_.count) * slots_),
      violating_(slots_),
      realizations_(slots_),
      billed_histogram_(static_cast<std::size_t>(billed_bins_.count) * slots_),
      violated_histogram_(static_cast<std::size_t>(violated_bins_.count) * slots_) {}

AccumulatorView CellSums::view() {
  return {slots_,
          levels_,
          sums_.data(),
          squares_.data(),
          products_.data(),
          smallest_.data(),
          largest_.data(),
          baseline_products_.empty() ? nullptr : baseline_products_.data(),
          objective_met_.data(),
          objective_met_at_.data(),
          violating_.data(),
          billed_histogram_.data(),
          violated_histogram_.data(),
          billed_bins_,
          violated_bins_,
          objective_levels_};
}

void CellSums::add_realizations(std::uint64_t count) {
  for (auto& n : realizations_) n += count;
}

void CellSums::add(std::uint32_t slot, CellSums const& from, std::uint32_t from_slot) {
  auto const each = [&](auto& to, auto const& source, auto combine) {
    for (std::size_t row = 0; row * slots_ < to.size(); ++row) {
      auto& value = to[row * slots_ + slot];
      value = combine(value, source[row * from.slots_ + from_slot]);
    }
  };
  auto const sum = [](auto a, auto b) { return a + b; };
  each(sums_, from.sums_, sum);
  each(squares_, from.squares_, sum);
  each(products_, from.products_, sum);
  each(baseline_products_, from.baseline_products_, sum);
  each(objective_met_, from.objective_met_, sum);
  each(objective_met_at_, from.objective_met_at_, sum);
  each(violating_, from.violating_, sum);
  each(realizations_, from.realizations_, sum);
  each(smallest_, from.smallest_, [](auto a, auto b) { return std::min(a, b); });
  each(largest_, from.largest_, [](auto a, auto b) { return std::max(a, b); });
  auto const bins = [&](auto& to, auto const& source, std::uint32_t count) {
    auto const* const begin = source.data() + static_cast<std::size_t>(from_slot) * count;
    auto* const target = to.data() + static_cast<std::size_t>(slot) * count;
    std::transform(begin, begin + count, target, target, std::plus<>{});
  };
  bins(billed_histogram_, from.billed_histogram_, billed_bins_.count);
  bins(violated_histogram_, from.violated_histogram_, violated_bins_.count);
}

namespace {

/// Calls visit(array of `cells`, the same array of `other`, how they combine) for each array of sums.
template <class Cells, class Visit>
void each_pair(Cells& cells, CellSums const& other, Visit visit) {
  std::vector<void const*> sources;
  other.for_each([&](auto array, Combine) { sources.push_back(array.data()); });
  std::size_t next = 0;
  cells.for_each(
      [&](auto array, Combine combine) { visit(array, static_cast<typename decltype(array)::value_type const*>(sources[next++]), combine); });
}

}  // namespace

void CellSums::add(CellSums const& other) {
  each_pair(*this, other, [](auto array, auto const* source, Combine combine) {
    using Value = typename decltype(array)::value_type;
    auto const with = [&](auto of_both) { std::transform(array.begin(), array.end(), source, array.begin(), of_both); };
    if (combine == Combine::sum) with([](Value a, Value b) { return a + b; });
    if (combine == Combine::smallest) with([](Value a, Value b) { return std::min(a, b); });
    if (combine == Combine::largest) with([](Value a, Value b) { return std::max(a, b); });
  });
}

bool CellSums::equals(CellSums const& other) const {
  bool equal = true;
  each_pair(*this, other, [&](auto array, auto const* source, Combine) { equal = equal && std::equal(array.begin(), array.end(), source); });
  return equal;
}

void CellSums::clear() {
  for_each([](auto array, Combine combine) {
    using Value = typename decltype(array)::value_type;
    Value const nothing = combine == Combine::smallest  ? static_cast<Value>(INT64_MAX)
                          : combine == Combine::largest ? static_cast<Value>(INT64_MIN)
                                                        : Value{0};
    std::fill(array.begin(), array.end(), nothing);
  });
}

void ScenarioSums::add(ScenarioSums const& other) {
  std::vector<Moments const*> parts;
  other.for_each([&](Moments const& m) { parts.push_back(&m); });
  std::size_t next = 0;
  for_each([&](Moments& m) { m.add(*parts[next++]); });
}

bool ScenarioSums::same_moments(ScenarioSums const& other) const {
  std::vector<Moments const*> mine, others;
  for_each([&](Moments const& m) { mine.push_back(&m); });
  other.for_each([&](Moments const& m) { others.push_back(&m); });
  return std::equal(mine.begin(), mine.end(), others.begin(), others.end(), [](auto const* a, auto const* b) { return *a == *b; });
}

std::uint64_t CellSums::bytes(Plan const& plan) {
  std::uint64_t const products = product_count + (plan.baseline ? baseline_entries : 0);
  std::uint64_t const per_slot = 2 * sizeof(Sum128) * (fixed_entries + plan.levels) + sizeof(Sum128) * products +
                                 2 * sizeof(std::int64_t) * extremes + sizeof(std::uint64_t) * (3 + plan.objective_levels.count) +
                                 sizeof(std::uint32_t) * (plan.billed_bins.count + plan.violated_bins.count);
  return per_slot * plan.table.slots;
}

ScenarioSums const& SweepSums::scenario_of(std::uint32_t scenario, std::uint64_t realizations) const {
  if (!looks.empty())
    for (auto const& look : looks[scenario])
      if (look.realizations == realizations) return look.sums;
  return scenarios[scenario];
}

SweepSums::SweepSums(Plan const& plan) {
  for (auto const& scenario : plan.scenarios) {
    cells.emplace_back(plan);
    scenarios.emplace_back();
    if (!scenario.problem.empty()) continue;
    scenarios.back().work_ms.resize(plan.services.size());
    scenarios.back().reference.resize(plan.references.size());
  }
}

namespace {

/// Feeds integers to XXH3 as little-endian 64-bit words, through a buffer.
class DigestStream {
 public:
  DigestStream() : state_(XXH3_createState(), &XXH3_freeState) { XXH3_128bits_reset(state_.get()); }

  void word(std::uint64_t value) {
    buffer_[used_++] = value;
    if (used_ == buffer_.size()) flush();
  }
  void word(Sum128 value) {
    word(static_cast<std::uint64_t>(value));
    word(static_cast<std::uint64_t>(value >> 64));
  }
  void moments(Moments const& m) {
    word(m.sum);
    word(m.square);
    word(static_cast<std::uint64_t>(m.smallest));
    word(static_cast<std::uint64_t>(m.largest));
  }

  Hash128 finish() {
    flush();
    XXH128_hash_t const h = XXH3_128bits_digest(state_.get());
    return {h.low64, h.high64};
  }

 private:
  void flush() {
    XXH3_128bits_update(state_.get(), buffer_.data(), used_ * sizeof(std::uint64_t));
    used_ = 0;
  }

  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are hashed as they lie in memory");
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
  std::array<std::uint64_t, 1024> buffer_{};
  std::size_t used_ = 0;
};

void digest_cell(DigestStream& stream, Plan const& plan, CellSums const& sums, std::uint32_t slot) {
  for (std::uint32_t e = 0; e < fixed_entries; ++e) {
    stream.word(sums.sum(static_cast<Entry>(e), slot));
    stream.word(sums.square(static_cast<Entry>(e), slot));
  }
  for (std::uint32_t level = 0; level < plan.levels; ++level) {
    stream.word(sums.sum_above(level, slot));
    stream.word(sums.square_above(level, slot));
  }
  for (std::uint32_t p = 0; p < product_count; ++p) stream.word(sums.product(static_cast<Product>(p), slot));
  for (std::uint32_t e = 0; plan.baseline && e < baseline_entries; ++e) stream.word(sums.baseline_product(static_cast<Entry>(e), slot));
  for (std::uint32_t e = 0; e < extremes; ++e) {
    stream.word(static_cast<std::uint64_t>(sums.smallest(e, slot)));
    stream.word(static_cast<std::uint64_t>(sums.largest(e, slot)));
  }
  stream.word(sums.realizations(slot));
  stream.word(sums.objective_met(slot));
  for (std::uint32_t level = 0; level < plan.objective_levels.count; ++level) stream.word(sums.objective_met_at(level, slot));
  stream.word(sums.violating(slot));
  for (std::uint32_t b = 0; b < plan.billed_bins.count; ++b) stream.word(std::uint64_t{sums.billed_histogram(slot)[b]});
  for (std::uint32_t b = 0; b < plan.violated_bins.count; ++b) stream.word(std::uint64_t{sums.violated_histogram(slot)[b]});
}

std::uint64_t words_per_cell(Plan const& plan) {
  std::uint64_t const products = product_count + (plan.baseline ? baseline_entries : 0);
  return 4ULL * (fixed_entries + plan.levels) + 2 * products + 2ULL * extremes + 3 + plan.objective_levels.count + plan.billed_bins.count +
         plan.violated_bins.count;
}

}  // namespace

Hash128 digest(Plan const& plan, SweepSums const& sums) {
  DigestStream stream;
  stream.word(plan.hash.low);
  stream.word(plan.hash.high);
  stream.word(sums.realizations_done);
  std::uint64_t const empty_words = words_per_cell(plan);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    if (plan.is_valid(cell)) {
      digest_cell(stream, plan, sums.cells[plan.scenario_of(cell)], plan.policies[plan.policy_of(cell)].slot);
    } else {
      for (std::uint64_t i = 0; i < empty_words; ++i) stream.word(std::uint64_t{0});
    }
  }
  for (auto const& scenario : sums.scenarios) {
    scenario.for_each([&](Moments const& m) { stream.moments(m); });
    for (std::uint64_t const value : scenario.bands.sums) stream.word(value);
    for (std::uint64_t const value : scenario.bands.quantiles) stream.word(value);
  }
  return stream.finish();
}

}  // namespace fleetcast
