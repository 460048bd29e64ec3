/// The integer results of a sweep. Means, prices and intervals are derived from them, never stored instead of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "bands.hpp"
#include "cuda/model/records.cuh"
#include "plan.hpp"

namespace fleetcast {

/// A sum, the sum of squares, and the extremes of one integer over realizations.
struct Moments {
  Sum128 sum = 0;
  Sum128 square = 0;
  std::int64_t smallest = INT64_MAX;
  std::int64_t largest = INT64_MIN;

  /// Whether no value has been added.
  bool is_empty() const { return smallest > largest; }
  void add(std::int64_t value) {
    sum += value;
    square += static_cast<Sum128>(value) * value;
    smallest = value < smallest ? value : smallest;
    largest = value > largest ? value : largest;
  }
  void add(Moments const& other) {
    sum += other.sum;
    square += other.square;
    smallest = other.smallest < smallest ? other.smallest : smallest;
    largest = other.largest > largest ? other.largest : largest;
  }
  bool operator==(Moments const&) const = default;
};

/// What a scenario's realizations add up to, whatever the policy.
struct ScenarioSums {
  static constexpr std::size_t fixed_moments = 6;  ///< those that every plan has
  Moments requests, tokens, prompt_tokens, completion_tokens, ticks_with_requests, clamped_ticks;
  std::vector<Moments> work_ms;    ///< [service], whole replica-milliseconds
  std::vector<Moments> reference;  ///< [reference], replica-ticks
  Bands bands;                     ///< empty until the first band_realizations are done

  /// Adds what other realizations add up to, bands excepted.
  void add(ScenarioSums const& other);
  /// Whether all is the same, bands excepted.
  bool same_moments(ScenarioSums const& other) const;
  /// Calls visit(moments) for each, in a fixed order.
  template <class Visit>
  void for_each(Visit visit) {
    each_moments(*this, visit);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    each_moments(*this, visit);
  }

 private:
  template <class Self, class Visit>
  static void each_moments(Self& self, Visit& visit) {
    for (auto* m : {&self.requests, &self.tokens, &self.prompt_tokens, &self.completion_tokens, &self.ticks_with_requests, &self.clamped_ticks})
      visit(*m);
    for (auto& m : self.work_ms) visit(m);
    for (auto& m : self.reference) visit(m);
  }
};

/// How the values of two parts become those of the whole.
enum class Combine : std::uint8_t { sum, smallest, largest };

/// Accumulators of a scenario, one column a slot.
class CellSums {
 public:
  CellSums(Plan const& plan);
  AccumulatorView view();

  Sum128 sum(Entry entry, std::uint32_t slot) const { return sums_[index(static_cast<std::uint32_t>(entry), slot)]; }
  Sum128 square(Entry entry, std::uint32_t slot) const { return squares_[index(static_cast<std::uint32_t>(entry), slot)]; }
  Sum128 sum_above(std::uint32_t level, std::uint32_t slot) const { return sums_[index(fixed_entries + level, slot)]; }
  Sum128 square_above(std::uint32_t level, std::uint32_t slot) const { return squares_[index(fixed_entries + level, slot)]; }
  Sum128 product(Product product, std::uint32_t slot) const { return products_[index(static_cast<std::uint32_t>(product), slot)]; }
  /// Of an entry of the slot and of the baseline, entry < baseline_entries; there must be a baseline.
  Sum128 baseline_product(Entry entry, std::uint32_t slot) const { return baseline_products_[index(static_cast<std::uint32_t>(entry), slot)]; }
  std::int64_t smallest(std::uint32_t extreme, std::uint32_t slot) const { return smallest_[index(extreme, slot)]; }
  std::int64_t largest(std::uint32_t extreme, std::uint32_t slot) const { return largest_[index(extreme, slot)]; }
  std::uint64_t objective_met(std::uint32_t slot) const { return objective_met_[slot]; }
  std::uint64_t objective_met_at(std::uint32_t level, std::uint32_t slot) const { return objective_met_at_[index(level, slot)]; }
  std::uint64_t violating(std::uint32_t slot) const { return violating_[slot]; }
  /// Realizations that all of a slot's sums are over.
  std::uint64_t realizations(std::uint32_t slot) const { return realizations_[slot]; }

  // The same, to be set where sums are read back
  Sum128& sum(Entry entry, std::uint32_t slot) { return sums_[index(static_cast<std::uint32_t>(entry), slot)]; }
  Sum128& square(Entry entry, std::uint32_t slot) { return squares_[index(static_cast<std::uint32_t>(entry), slot)]; }
  Sum128& product(Product product, std::uint32_t slot) { return products_[index(static_cast<std::uint32_t>(product), slot)]; }
  Sum128& baseline_product(Entry entry, std::uint32_t slot) { return baseline_products_[index(static_cast<std::uint32_t>(entry), slot)]; }
  std::int64_t& smallest(std::uint32_t extreme, std::uint32_t slot) { return smallest_[index(extreme, slot)]; }
  std::int64_t& largest(std::uint32_t extreme, std::uint32_t slot) { return largest_[index(extreme, slot)]; }
  std::uint64_t& objective_met(std::uint32_t slot) { return objective_met_[slot]; }
  std::uint64_t& objective_met_at(std::uint32_t level, std::uint32_t slot) { return objective_met_at_[index(level, slot)]; }
  std::uint64_t& violating(std::uint32_t slot) { return violating_[slot]; }
  std::uint64_t& realizations(std::uint32_t slot) { return realizations_[slot]; }
  std::uint32_t* billed_histogram(std::uint32_t slot) { return &billed_histogram_[static_cast<std::size_t>(slot) * billed_bins_.count]; }
  std::uint32_t* violated_histogram(std::uint32_t slot) { return &violated_histogram_[static_cast<std::size_t>(slot) * violated_bins_.count]; }

  /// Notes that every slot has seen `count` more realizations.
  void add_realizations(std::uint64_t count);
  /// Adds what slot `from_slot` of `from` counted to `slot`.
  void add(std::uint32_t slot, CellSums const& from, std::uint32_t from_slot);
  /// Adds what the same slots counted of other realizations.
  void add(CellSums const& other);
  /// Whether the same slots counted the same.
  bool equals(CellSums const& other) const;
  /// Forgets everything.
  void clear();
  /// Calls visit(span of values, how two parts combine) for each array, in a fixed order: all there is to keep.
  template <class Visit>
  void for_each(Visit visit) {
    each_array(*this, visit);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    each_array(*this, visit);
  }
  std::uint32_t const* billed_histogram(std::uint32_t slot) const { return &billed_histogram_[static_cast<std::size_t>(slot) * billed_bins_.count]; }
  std::uint32_t const* violated_histogram(std::uint32_t slot) const {
    return &violated_histogram_[static_cast<std::size_t>(slot) * violated_bins_.count];
  }

  /// Host memory the accumulators of one scenario take.
  static std::uint64_t bytes(Plan const& plan);

 private:
  std::size_t index(std::uint32_t row, std::uint32_t slot) const { return static_cast<std::size_t>(row) * slots_ + slot; }

  template <class Self, class Visit>
  static void each_array(Self& self, Visit& visit) {
    visit(std::span(self.sums_), Combine::sum);
    visit(std::span(self.squares_), Combine::sum);
    visit(std::span(self.products_), Combine::sum);
    visit(std::span(self.baseline_products_), Combine::sum);
    visit(std::span(self.smallest_), Combine::smallest);
    visit(std::span(self.largest_), Combine::largest);
    visit(std::span(self.objective_met_), Combine::sum);
    visit(std::span(self.objective_met_at_), Combine::sum);
    visit(std::span(self.violating_), Combine::sum);
    visit(std::span(self.realizations_), Combine::sum);
    visit(std::span(self.billed_histogram_), Combine::sum);
    visit(std::span(self.violated_histogram_), Combine::sum);
  }

  std::uint32_t slots_, levels_;
  HistogramBins billed_bins_, violated_bins_;
  ObjectiveLevels objective_levels_;
  std::vector<Sum128> sums_, squares_, products_, baseline_products_;
  std::vector<std::int64_t> smallest_, largest_;
  std::vector<std::uint64_t> objective_met_, objective_met_at_, violating_, realizations_;
  std::vector<std::uint32_t> billed_histogram_, violated_histogram_;
};

/// Everything a sweep has counted.
struct SweepSums {
  explicit SweepSums(Plan const& plan);
  std::vector<CellSums> cells;          ///< [scenario]
  std::vector<ScenarioSums> scenarios;  ///< [scenario]
  std::uint64_t realizations_done = 0;  ///< of every cell; in a race, of those that stayed in it

  /// What a scenario's first `realizations` added up to, where cells left a race there.
  struct Look {
    std::uint64_t realizations;
    ScenarioSums sums;
  };
  std::vector<std::vector<Look>> looks;  ///< [scenario], in ascending order; empty where all cells have all realizations
  std::uint32_t looks_taken = 0;         ///< at which it was asked whether more are needed; 0: it never was

  /// What the intervals of a sweep looked at so often may be at, so that all looks together keep `confidence`: α·2^-j is spent at look j.
  double look_confidence(double confidence) const { return 1.0 - (1.0 - confidence) * std::exp2(-static_cast<double>(looks_taken)); }

  /// What the same realizations as a cell's add up to.
  ScenarioSums const& scenario_of(std::uint32_t scenario, std::uint64_t realizations) const;
};

/// XXH3-128 over the plan hash and all integer results as little-endian words, in the order of results/README.md.
Hash128 digest(Plan const& plan, SweepSums const& sums);

}  // namespace fleetcast
