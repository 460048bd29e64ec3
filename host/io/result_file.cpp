#include "result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "atomic_file.hpp"
#include "cuda/model/histogram_bins.cuh"
#include "hdf5.hpp"
#include "host/config/error.hpp"
#include "host/engine/kernel_names.hpp"
#include "host/stats/quantities.hpp"
#include "origin.hpp"
#include "result_columns.hpp"

namespace fleetcast {

namespace {

using hdf5::Dimension;

/// Writes one result, section by section.
class ResultWriter {
 public:
  ResultWriter(std::string const& path, std::string const& shown_path, Plan const& plan, SweepSums const& sums)
      : file_(path, shown_path), plan_(plan), sums_(sums), statistics_(plan, sums), names_(axis_names(plan.axes)) {
    for (std::size_t i = 0; i < plan.axes.size(); ++i) {
      Dimension const dimension{names_[i], plan.axes[i].values.size()};
      over_cells_.push_back(dimension);
      if (plan.axes[i].is_workload) over_scenarios_.push_back(dimension);
    }
  }

  /// Writes everything, or stops between sections; false if it stopped.
  bool write_all(Hash128 const& digest, Provenance const& provenance, RawLedgers const* raw, std::atomic<bool> const& stop) {
    write_attributes(digest, provenance);
    write_dimensions();
    write_validity();
    if (!provenance.left_race.empty()) write_race(provenance.left_race);
    for (std::uint32_t q = 0; q < quantity_count && !stop; ++q) write_quantity(static_cast<Quantity>(q));
    write_objective();
    write_levels();
    if (!stop) write_histograms();
    write_bands();
    if (!stop) write_sums();
    if (raw != nullptr) write_raw(*raw, stop);
    file_.attribute("write_seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
    file_.close();
    return !stop;
  }

 private:
  void write_attributes(Hash128 const& digest, Provenance const& p) {
    write_origin(file_, result_filetype, result_format_version, plan_.config);
    file_.attribute("plan_hash", plan_.hash.hex());
    file_.attribute("digest", digest.hex());
    file_.attribute("backend", p.backend);
    file_.attribute("device", p.device);
    file_.attribute("confidence", plan_.config.sweep.confidence);
    file_.attribute("stop_reason", p.stop_reason);
    file_.attribute("realizations", static_cast<std::int64_t>(sums_.realizations_done));
    if (p.part) {
      file_.attribute("part", p.part->text());
      file_.attribute("first_realization", static_cast<std::int64_t>(p.part->span(plan_.realizations).first));
    }
    file_.attribute("ledger_ticks", static_cast<std::int64_t>(plan_.ledger_ticks));
    file_.attribute("tick_seconds", static_cast<std::int64_t>(plan_.tick_seconds));
    file_.attribute("valid_cells", static_cast<std::int64_t>(plan_.valid_cells()));
    file_.attribute("looks", static_cast<std::int64_t>(sums_.looks_taken));
    file_.attribute("look_confidence", sums_.look_confidence(plan_.config.sweep.confidence));
    if (sums_.looks_taken > 0) {
      file_.attribute("look_log", p.look_log);
      file_.attribute("stop_rule", p.stop_rule);
    }
    file_.attribute("plan_seconds", p.plan_seconds);
    file_.attribute("run_seconds", p.run_seconds);
    for (auto const& kernel : kernel_names) file_.attribute(fmt::format("kernel_{}_seconds", kernel.name), p.kernel_seconds.*kernel.seconds);
    file_.attribute("checkpoint_seconds", p.checkpoint_seconds);
    file_.attribute("band_realizations", static_cast<std::int64_t>(plan_.band_realizations));
    file_.attribute("band_ticks", static_cast<std::int64_t>(plan_.band_ticks));
    write_declared();
  }

  /// The worst table errors and clamped ticks of any scenario.
  void write_declared() {
    LawErrors worst{0, 0, 0};
    double rank_correlation_error = 0;
    Sum128 clamped = 0;
    for (auto const& scenario : plan_.scenarios)
      for (auto const& c : scenario.classes) {
        rank_correlation_error = std::max(rank_correlation_error, std::fabs(c->rank_correlation_error));
        for (auto const& e : {c->prompt_errors, c->completion_errors})
          worst = {std::max(worst.ks_distance, e.ks_distance), std::max(worst.mean_error, e.mean_error),
                   std::max(worst.variance_error, e.variance_error)};
      }
    for (auto const& scenario : sums_.scenarios) clamped += scenario.clamped_ticks.sum;
    file_.attribute("length_table_ks_distance", worst.ks_distance);
    file_.attribute("length_table_mean_error", worst.mean_error);
    file_.attribute("length_table_variance_error", worst.variance_error);
    file_.attribute("rank_correlation_error", rank_correlation_error);
    file_.attribute("clamped_ticks", static_cast<std::int64_t>(clamped));
    if (plan_.config.workload.sampler == "compound") write_compound();
  }

  /// What drawing a tick's sums at once may be wrong by, the worst of any class.
  void write_compound() {
    LawErrors worst{0, 0, 0};
    double coskewness = 0;
    for (auto const& scenario : plan_.scenarios)
      for (auto const& c : scenario.classes) {
        auto const& e = c->compound.errors;
        worst = {std::max(worst.ks_distance, e.ks_distance), std::max(worst.mean_error, e.mean_error),
                 std::max(worst.variance_error, e.variance_error)};
        coskewness = std::max(coskewness, c->compound.coskewness_lost);
      }
    file_.attribute("compound_ks_distance", worst.ks_distance);
    file_.attribute("compound_mean_error", worst.mean_error);
    file_.attribute("compound_variance_error", worst.variance_error);
    file_.attribute("compound_coskewness_lost", coskewness);
  }

  void write_dimensions() {
    for (std::size_t i = 0; i < plan_.axes.size(); ++i) {
      file_.dimension(names_[i], plan_.axes[i].values, {plan_.axes[i].unit.empty() ? "1" : plan_.axes[i].unit, plan_.axes[i].help});
      file_.attribute_on(names_[i], "key", plan_.axes[i].key);
    }
    file_.dimension("quantile", plan_.config.sweep.quantiles, {"1", "quantile over realizations"});
    if (plan_.objective_levels.count > 0)
      file_.dimension("objective_level", plan_.config.sla.stricter_objectives, {"1", "objective that realizations are counted against"});
    if (plan_.levels > 0) file_.dimension("latency_level_ms", plan_.config.sla.latency_levels_ms, {"ms", "time to first token counted above"});
    std::vector<std::int64_t> ticks(plan_.band_blocks);
    for (std::size_t block = 0; block < ticks.size(); ++block) ticks[block] = static_cast<std::int64_t>(block * plan_.band_ticks);
    file_.dimension("tick", ticks, {"1", fmt::format("first tick of a block; ticks last {} s and start at midnight", plan_.tick_seconds)});
    write_bin_edges("billed_bin", plan_.billed_bins, "billed replica-ticks of a realization");
    write_bin_edges("violated_bin", plan_.violated_bins, "violated ticks of a realization");
  }

  void write_bin_edges(std::string const& name, HistogramBins bins, std::string const& what) {
    std::vector<std::int64_t> low(bins.count), high(bins.count);
    for (std::uint32_t bin = 0; bin < bins.count; ++bin) {
      low[bin] = static_cast<std::int64_t>(histogram_edge(bins.exact_bits, bin));
      high[bin] = static_cast<std::int64_t>(histogram_edge(bins.exact_bits, bin + 1)) - 1;
    }
    file_.dimension(name, low, {"1", "smallest " + what + " in the bin"});
    file_.dataset(name + "_high", {{name, bins.count}}, std::span<std::int64_t const>(high), {"1", "largest " + what + " in the bin"});
  }

  void write_validity() {
    std::vector<std::uint8_t> valid(plan_.cells);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) valid[cell] = plan_.is_valid(cell) ? 1 : 0;
    file_.flags("valid", over_cells_, valid, "contradictory", "valid", "whether the cell's settings agree; others are not run");
    if (plan_.baseline) write_baseline();
    write_per_cell("unservable_share", {"1", "share of requests whose own prefill takes them above the promise on an idle fleet"},
                   [&](std::uint64_t cell) { return plan_.unservable_share(cell); });
    write_per_cell("usd_per_replica_tick", {"USD", "price of a billed replica-tick"},
                   [&](std::uint64_t cell) { return plan_.policies[plan_.policy_of(cell)].usd_per_replica_tick; });
    write_per_cell("objective", {"1", "promised share of requests, or minutes, of a realization"},
                   [&](std::uint64_t cell) { return plan_.policies[plan_.policy_of(cell)].objective; });
    // the mean takes a pass over all ticks, and few services differ
    std::vector<double> expected;
    for (std::uint32_t s = 0; s < plan_.scenarios.size(); ++s)
      for (ServiceRates const& rates : plan_.services)
        expected.push_back(plan_.scenarios[s].problem.empty() ? plan_.expected_work_ms(s, rates) : 0.0);
    write_per_cell("expected_work_replica_ms", {"ms", "mean work of a realization by the declared laws"}, [&](std::uint64_t cell) {
      return expected[plan_.scenario_of(cell) * plan_.services.size() + plan_.slot_service[plan_.policies[plan_.policy_of(cell)].slot]];
    });
  }

  /// Which cells left the race, and why.
  void write_race(std::vector<std::uint8_t> const& left) {
    static std::array<std::string, 3> const meanings{"stayed", "infeasible", "dearer"};
    file_.dataset("left_race", over_cells_, std::span<std::uint8_t const>(left), {"1", "why the cell got no further realizations"});
    file_.meanings_on("left_race", meanings);
  }

  /// Which cells are the baseline that others are compared with.
  void write_baseline() {
    std::vector<std::uint8_t> baseline(plan_.cells);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell)
      baseline[cell] = plan_.is_valid(cell) && plan_.policy_of(cell) == *plan_.baseline ? 1 : 0;
    file_.flags("baseline", over_cells_, baseline, "other", "baseline", "whether the cell is the baseline of its scenario");
  }

  /// A double for each valid cell, NaN for the others.
  template <class Value>
  void write_per_cell(std::string const& name, hdf5::Labels const& labels, Value value) {
    std::vector<double> values(plan_.cells, std::nan(""));
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell)
      if (plan_.is_valid(cell)) values[cell] = value(cell);
    file_.dataset(name, over_cells_, std::span<double const>(values), labels);
  }

  /// Five or more datasets of one quantity.
  void write_quantity(Quantity quantity) {
    QuantityInfo const& info = describe(quantity);
    std::size_t const quantiles = plan_.config.sweep.quantiles.size();
    std::vector<double> mean(plan_.cells), error(plan_.cells), low(plan_.cells), high(plan_.cells);
    std::vector<double> least(info.has_extremes ? plan_.cells : 0), most(least.size());
    std::vector<double> quantile(info.has_quantiles ? plan_.cells * quantiles : 0);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) {
      QuantityStatistics const s = statistics_.of(quantity, cell);
      mean[cell] = s.estimate.mean;
      error[cell] = s.estimate.std_error;
      low[cell] = s.estimate.low;
      high[cell] = s.estimate.high;
      if (info.has_extremes) {
        least[cell] = s.min;
        most[cell] = s.max;
      }
      if (info.has_quantiles) std::copy(s.quantiles.begin(), s.quantiles.end(), quantile.begin() + static_cast<std::ptrdiff_t>(cell * quantiles));
    }
    std::string const name = info.name;
    std::string const what = info.long_name;
    auto const put = [&](char const* statistic, std::string const& said, std::vector<double> const& values) {
      file_.dataset(name + "_" + statistic, over_cells_, std::span<double const>(values), {info.units, said});
    };
    put("mean", what + ", mean", mean);
    put("std_error", what + ", standard error of the mean", error);
    put("low", what + ", lower end of the mean's interval", low);
    put("high", what + ", upper end of the mean's interval", high);
    if (info.has_extremes) {
      put("min", what + ", smallest realization", least);
      put("max", what + ", largest realization", most);
    }
    if (info.has_quantiles) {
      auto over = over_cells_;
      over.push_back({"quantile", quantiles});
      file_.dataset(name + "_quantile", over, std::span<double const>(quantile), {info.units, what + ", quantiles over realizations"});
    }
  }

  void write_estimates(std::string const& name, std::vector<Dimension> const& over, std::vector<Estimate> const& estimates, std::string const& units,
                       std::string const& what) {
    std::vector<double> column(estimates.size());
    auto const put = [&](char const* statistic, double Estimate::*member, char const* said) {
      std::transform(estimates.begin(), estimates.end(), column.begin(), [&](Estimate const& e) { return e.*member; });
      file_.dataset(name + statistic, over, std::span<double const>(column), {units, what + said});
    };
    put("_mean", &Estimate::mean, ", mean");
    put("_std_error", &Estimate::std_error, ", standard error of the mean");
    put("_low", &Estimate::low, ", lower end of the mean's interval");
    put("_high", &Estimate::high, ", upper end of the mean's interval");
  }

  void write_objective() {
    std::vector<Estimate> met(plan_.cells);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) met[cell] = statistics_.objective_met(cell);
    write_estimates("objective_met_share", over_cells_, met, "1", "share of realizations that meet the objective");
  }

  void write_levels() {
    if (plan_.levels == 0) return;
    auto over = over_cells_;
    over.push_back({"latency_level_ms", plan_.levels});
    std::vector<Estimate> above(plan_.cells * plan_.levels);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell)
      for (std::uint32_t level = 0; level < plan_.levels; ++level) above[cell * plan_.levels + level] = statistics_.ticks_above(level, cell);
    write_estimates("ticks_above", over, above, "1", "ticks whose time to first token exceeds the level");
  }

  void write_histograms() {
    write_histogram("billed_histogram", "billed_bin", plan_.billed_bins, &CellSums::billed_histogram,
                    "realizations by billed replica-ticks; times price and tick length: by cost");
    write_histogram("violated_histogram", "violated_bin", plan_.violated_bins, &CellSums::violated_histogram, "realizations by violated ticks");
  }

  void write_histogram(std::string const& name, std::string const& dimension, HistogramBins bins,
                       std::uint32_t const* (CellSums::*histogram)(std::uint32_t) const, std::string const& what) {
    std::vector<std::uint32_t> counts(plan_.cells * bins.count);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) {
      if (!plan_.is_valid(cell)) continue;
      auto const* const from = (sums_.cells[plan_.scenario_of(cell)].*histogram)(plan_.policies[plan_.policy_of(cell)].slot);
      std::copy(from, from + bins.count, counts.begin() + static_cast<std::ptrdiff_t>(cell * bins.count));
    }
    auto over = over_cells_;
    over.push_back({dimension, bins.count});
    file_.compressed(name, over, counts, {"1", what});
  }

  void write_bands() {
    std::size_t const scenarios = sums_.scenarios.size();
    std::size_t const quantiles = plan_.config.sweep.quantiles.size();
    std::size_t const blocks = plan_.band_blocks;
    // every block but the last is whole
    auto const ticks_in = [&](std::size_t block) {
      return static_cast<double>(std::min<std::size_t>(plan_.band_ticks, plan_.ledger_ticks - block * plan_.band_ticks));
    };
    for (std::uint32_t quantity = 0; quantity < Bands::quantities; ++quantity) {
      std::vector<double> mean(scenarios * blocks, std::nan("")), quantile(scenarios * quantiles * blocks, std::nan(""));
      std::vector<std::uint64_t> sum(mean.size()), order_statistic(quantile.size());
      for (std::size_t s = 0; s < scenarios; ++s) {
        auto const& bands = sums_.scenarios[s].bands;
        if (bands.sums.empty()) continue;
        for (std::size_t block = 0; block < blocks; ++block) {
          std::size_t const at = s * blocks + block;
          sum[at] = bands.sums[quantity * blocks + block];
          mean[at] = static_cast<double>(sum[at]) / plan_.band_realizations / ticks_in(block);
          for (std::size_t q = 0; q < quantiles; ++q) {
            std::size_t const at_quantile = (s * quantiles + q) * blocks + block;
            order_statistic[at_quantile] = bands.quantiles[(quantity * quantiles + q) * blocks + block];
            quantile[at_quantile] = static_cast<double>(order_statistic[at_quantile]) / ticks_in(block);
          }
        }
      }
      std::string const name = band_names[quantity];
      std::string const what = fmt::format("{} per tick, over the first {} realizations", name, plan_.band_realizations);
      auto over = over_scenarios_;
      over.push_back({"tick", blocks});
      std::string const block_sums = fmt::format("{} of a block, over the first {} realizations", name, plan_.band_realizations);
      file_.dataset(name + "_mean", over, std::span<double const>(mean), {"1", what + ", mean"});
      file_.dataset(name + "_band_sum", over, std::span<std::uint64_t const>(sum), {"1", block_sums + ", sum"});
      over.insert(over.end() - 1, {"quantile", quantiles});
      file_.dataset(name + "_quantile", over, std::span<double const>(quantile), {"1", what + ", quantiles"});
      file_.dataset(name + "_band_quantile", over, std::span<std::uint64_t const>(order_statistic), {"1", block_sums + ", quantiles"});
    }
  }

  /// A 128-bit integer per cell, as two datasets.
  template <class Value>
  void write_wide(std::string const& name, std::vector<Dimension> const& over, std::size_t count, std::string const& what, Value value) {
    std::vector<std::uint64_t> low(count);
    std::vector<std::int64_t> high(count);
    for (std::size_t i = 0; i < count; ++i) {
      Sum128 const sum = value(i);
      low[i] = static_cast<std::uint64_t>(sum);
      high[i] = static_cast<std::int64_t>(sum >> 64);
    }
    file_.dataset(name + "_lo", over, std::span<std::uint64_t const>(low), {"1", what + ", lower 64 bits"});
    file_.dataset(name + "_hi", over, std::span<std::int64_t const>(high), {"1", what + ", upper 64 bits, signed"});
  }

  template <class At>
  void write_cell_column(std::string const& name, std::string const& what, At at) {
    auto const of_cell = [&](std::uint64_t cell) { return at(sums_.cells[plan_.scenario_of(cell)], plan_.policies[plan_.policy_of(cell)].slot); };
    using Value = decltype(of_cell(0));
    auto const value = [&](std::uint64_t cell) { return plan_.is_valid(cell) ? of_cell(cell) : Value{0}; };
    if constexpr (std::is_same_v<Value, Sum128>) {
      write_wide(name, over_cells_, plan_.cells, what, value);
    } else {
      std::vector<Value> values(plan_.cells);
      for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) values[cell] = value(cell);
      file_.dataset(name, over_cells_, std::span<Value const>(values), {"1", what});
    }
  }

  void write_sums() {
    for_each_cell_column(plan_, [&](std::string const& name, std::string const& what, auto at) { write_cell_column(name, what, at); });
    write_objective_levels();
    write_own_traffic("requests", [](ScenarioSums const& s, std::uint32_t) -> Moments const& { return s.requests; });
    write_own_traffic("tokens", [](ScenarioSums const& s, std::uint32_t) -> Moments const& { return s.tokens; });
    write_own_traffic("work_replica_ms",
                      [&](ScenarioSums const& s, std::uint32_t slot) -> Moments const& { return s.work_ms[plan_.slot_service[slot]]; });
    write_own_traffic("reference_replica_ticks",
                      [&](ScenarioSums const& s, std::uint32_t slot) -> Moments const& { return s.reference[plan_.table.reference[slot]]; });
    write_scenario_sums("prompt_tokens", &ScenarioSums::prompt_tokens);
    write_scenario_sums("completion_tokens", &ScenarioSums::completion_tokens);
    write_traffic_totals();
  }

  /// All that no policy changes, as it was counted.
  void write_traffic_totals() {
    std::vector<std::int64_t> numbers(traffic_totals(plan_));
    std::iota(numbers.begin(), numbers.end(), 0);
    file_.dimension("traffic_total", numbers,
                    {"1",
                     "0 requests, 1 tokens, 2 prompt tokens, 3 completion tokens, 4 ticks with requests, 5 clamped ticks, then work_replica_ms by "
                     "service, then reference_replica_ticks by reference"});
    std::vector<Moments> totals(sums_.scenarios.size() * numbers.size(), Moments{0, 0, 0, 0});
    for (std::size_t s = 0; s < sums_.scenarios.size(); ++s) {
      std::size_t at = s * numbers.size();
      if (!sums_.scenarios[s].requests.is_empty()) sums_.scenarios[s].for_each([&](Moments const& m) { totals[at++] = m; });
    }
    auto over = over_scenarios_;
    over.push_back({"traffic_total", numbers.size()});
    write_wide("traffic_sum", over, totals.size(), "sum over realizations", [&](std::size_t i) { return totals[i].sum; });
    write_wide("traffic_square", over, totals.size(), "sum of squares over realizations", [&](std::size_t i) { return totals[i].square; });
    auto const put = [&](std::string const& name, std::int64_t Moments::*member) {
      std::vector<std::int64_t> values(totals.size());
      std::transform(totals.begin(), totals.end(), values.begin(), [&](Moments const& m) { return m.*member; });
      file_.dataset("traffic_" + name, over, std::span<std::int64_t const>(values), {"1", name + " realization"});
    };
    put("smallest", &Moments::smallest);
    put("largest", &Moments::largest);
  }

  void write_objective_levels() {
    std::uint32_t const levels = plan_.objective_levels.count;
    if (levels == 0) return;
    std::vector<std::uint64_t> met(plan_.cells * levels);
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell) {
      if (!plan_.is_valid(cell)) continue;
      auto const& sums = sums_.cells[plan_.scenario_of(cell)];
      std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
      for (std::uint32_t level = 0; level < levels; ++level) met[cell * levels + level] = sums.objective_met_at(level, slot);
    }
    auto over = over_cells_;
    over.push_back({"objective_level", levels});
    file_.dataset("sum_objective_met_at", over, std::span<std::uint64_t const>(met), {"1", "realizations that meet the objective level"});
  }

  /// Sums of what no policy changes, over the realizations of each cell.
  template <class Member>
  void write_own_traffic(std::string const& name, Member member) {
    auto const moments = [&](std::size_t cell) -> Moments const* {
      if (!plan_.is_valid(cell)) return nullptr;
      std::uint32_t const scenario = plan_.scenario_of(cell);
      std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
      return &member(sums_.scenario_of(scenario, sums_.cells[scenario].realizations(slot)), slot);
    };
    write_wide("sum_" + name, over_cells_, plan_.cells, "sum over the cell's realizations of " + name, [&](std::size_t cell) {
      Moments const* const m = moments(cell);
      return m == nullptr ? Sum128{0} : m->sum;
    });
    write_wide("square_" + name, over_cells_, plan_.cells, "sum of squares over the cell's realizations of " + name, [&](std::size_t cell) {
      Moments const* const m = moments(cell);
      return m == nullptr ? Sum128{0} : m->square;
    });
  }

  void write_scenario_sums(std::string const& name, Moments ScenarioSums::*member) {
    std::size_t const count = sums_.scenarios.size();
    write_wide("sum_" + name, over_scenarios_, count, "sum over realizations of " + name,
               [&](std::size_t s) { return (sums_.scenarios[s].*member).sum; });
    write_wide("square_" + name, over_scenarios_, count, "sum of squares over realizations of " + name,
               [&](std::size_t s) { return (sums_.scenarios[s].*member).square; });
  }

  void write_raw(RawLedgers const& raw, std::atomic<bool> const& stop) {
    std::vector<std::int64_t> numbers(plan_.realizations);
    std::iota(numbers.begin(), numbers.end(), 0);
    file_.dimension("realization", numbers, {"1", "number of the realization"});
    auto over = over_cells_;
    over.push_back({"realization", numbers.size()});
    for (std::uint32_t e = 0; e < fixed_entries + plan_.levels && !stop; ++e) {
      std::string const name = entry_name(e);
      file_.dataset("raw_" + name, over, raw.entry(e), {"1", name + " of every realization"});
    }
  }

  hdf5::Writer file_;
  Plan const& plan_;
  SweepSums const& sums_;
  CellStatistics statistics_;
  std::vector<std::string> names_;
  std::vector<Dimension> over_cells_, over_scenarios_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

std::vector<std::string> axis_names(std::vector<Axis> const& axes) {
  // a dimension is a dataset, too: sla.objective would take the place of the objective of every cell
  auto const last_part = [](std::string const& key) { return key == "sla.objective" ? "sla_objective" : key.substr(key.rfind('.') + 1); };
  std::vector<std::string> names;
  for (auto const& axis : axes) {
    auto const same = std::count_if(axes.begin(), axes.end(), [&](Axis const& other) { return last_part(other.key) == last_part(axis.key); });
    std::string name = same == 1 ? last_part(axis.key) : axis.key;
    std::replace(name.begin(), name.end(), '.', '_');
    names.push_back(name);
  }
  return names;
}

RawLedgers::RawLedgers(Plan const& plan, std::uint64_t memory) : plan_(plan) {
  double const bytes = 8.0 * (fixed_entries + plan.levels) * static_cast<double>(plan.cells) * plan.realizations;
  if (bytes > static_cast<double>(memory))
    throw Error(ExitCode::bad_config, fmt::format("--raw: the ledgers of {} cells times {} realizations take {:.0f} MiB, more than the {} MiB "
                                                  "there are; use fewer of either, or leave --raw out",
                                                  plan.cells, plan.realizations, bytes / (1 << 20), memory >> 20));
  cells_of_.resize(plan.scenarios.size() * plan.table.slots);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    if (plan.is_valid(cell))
      cells_of_[static_cast<std::size_t>(plan.scenario_of(cell)) * plan.table.slots + plan.policies[plan.policy_of(cell)].slot].push_back(cell);
  values_.resize(static_cast<std::size_t>(fixed_entries + plan.levels) * plan.cells * plan.realizations);
}

void RawLedgers::take(Tile const& tile, std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots) {
  for (std::uint32_t e = 0; e < fixed_entries + plan_.levels; ++e)
    for (std::uint32_t s = 0; s < slots; ++s)
      for (std::uint64_t const cell : cells_of_[static_cast<std::size_t>(tile.scenario) * plan_.table.slots + first_slot + s])
        for (std::uint32_t r = 0; r < tile.realizations; ++r)
          values_[(e * plan_.cells + cell) * plan_.realizations + tile.first + r] =
              entries[(static_cast<std::size_t>(e) * tile.realizations + r) * slots + s];
}

std::span<std::int64_t const> RawLedgers::entry(std::uint32_t entry) const {
  std::size_t const size = static_cast<std::size_t>(plan_.cells) * plan_.realizations;
  return {values_.data() + entry * size, size};
}

std::uint64_t writing_bytes(Plan const& plan) {
  return plan.cells * std::max<std::uint64_t>(sizeof(std::uint32_t) * std::max(plan.billed_bins.count, plan.violated_bins.count),
                                              sizeof(double) * (6 + plan.config.sweep.quantiles.size()));
}

std::uint64_t result_bytes(Plan const& plan, bool raw) {
  std::uint64_t const quantiles = plan.config.sweep.quantiles.size();
  std::uint64_t doubles = 2 + 4 + 4ULL * plan.levels + 2ULL * extremes;
  for (std::uint32_t q = 0; q < quantity_count; ++q) {
    auto const& info = describe(static_cast<Quantity>(q));
    doubles += 4 + (info.has_extremes ? 2 : 0) + (info.has_quantiles ? quantiles : 0);
  }
  doubles +=
      4ULL * (fixed_entries + plan.levels) + 2ULL * (product_count + (plan.baseline ? baseline_entries : 0)) + 22 + plan.objective_levels.count;
  // most bins are empty and deflate to almost nothing
  std::uint64_t const histograms = (plan.billed_bins.count + plan.violated_bins.count) / 4;
  std::uint64_t bytes = plan.cells * (8 * doubles + 1 + histograms);
  bytes += plan.scenarios.size() * 8 * (Bands::quantities * plan.band_blocks * 2 * (1 + quantiles) + 6 * traffic_totals(plan));
  if (raw) bytes += 8ULL * (fixed_entries + plan.levels) * plan.cells * plan.realizations;
  return bytes;
}

bool write_result(std::string const& path, Plan const& plan, SweepSums const& sums, Hash128 const& digest, std::atomic<bool> const& stop,
                  Provenance const& provenance, RawLedgers const* raw) {
  AtomicFile file(path, Writers::one);
  if (!ResultWriter(file.temporary_path(), path, plan, sums).write_all(digest, provenance, raw, stop)) return false;
  file.commit();
  return true;
}

}  // namespace fleetcast
