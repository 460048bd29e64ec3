#include "result_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <type_traits>

#include "host/config/error.hpp"
#include "host/version.hpp"
#include "result_columns.hpp"
#include "result_reader.hpp"

namespace fleetcast {

namespace {

/// Fills a state from a result, dataset by dataset.
class StateReader {
 public:
  StateReader(hdf5::Reader const& file, Plan const& plan, RealizationSpan span) : file_(file), plan_(plan), span_(span), state_(plan) {
    for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
      if (plan.is_valid(cell)) drawn_.insert(plan.scenario_of(cell));
  }

  RunState read() {
    read_cells();
    read_traffic();
    read_bands();
    state_.sums.realizations_done = span_.size();
    for (std::uint32_t const s : drawn_) {
      state_.done[s].add(span_);
      add_effort(state_.sums.scenarios[s]);
    }
    state_.effort.cell_realizations = plan_.valid_cells() * span_.size();
    state_.effort.seconds = file_.number("run_seconds");
    return std::move(state_);
  }

 private:
  template <class Value>
  std::vector<Value> column(std::string const& name, std::size_t size) const {
    return read_column<Value>(file_, name, size, "the run's state");
  }

  std::vector<Sum128> wide(std::string const& name, std::size_t size) const { return read_wide(file_, name, size, "the run's state"); }

  /// Calls visit(cell, its sums, its slot) for each cell that is run.
  template <class Visit>
  void for_each_cell(Visit visit) {
    for (std::uint64_t cell = 0; cell < plan_.cells; ++cell)
      if (plan_.is_valid(cell)) visit(cell, state_.sums.cells[plan_.scenario_of(cell)], plan_.policies[plan_.policy_of(cell)].slot);
  }

  void read_cells() {
    for_each_cell_column(plan_, [&](std::string const& name, std::string const&, auto at) {
      using Value = std::remove_reference_t<decltype(at(state_.sums.cells.front(), 0))>;
      std::vector<Value> values;
      if constexpr (std::is_same_v<Value, Sum128>)
        values = wide(name, plan_.cells);
      else
        values = column<Value>(name, plan_.cells);
      for_each_cell([&](std::uint64_t cell, CellSums& sums, std::uint32_t slot) { at(sums, slot) = values[cell]; });
    });
    if (std::uint32_t const levels = plan_.objective_levels.count; levels > 0) {
      auto const met = column<std::uint64_t>("sum_objective_met_at", plan_.cells * levels);
      for_each_cell([&](std::uint64_t cell, CellSums& sums, std::uint32_t slot) {
        for (std::uint32_t level = 0; level < levels; ++level) sums.objective_met_at(level, slot) = met[cell * levels + level];
      });
    }
    read_histogram("billed_histogram", plan_.billed_bins, [](CellSums& sums, std::uint32_t slot) { return sums.billed_histogram(slot); });
    read_histogram("violated_histogram", plan_.violated_bins, [](CellSums& sums, std::uint32_t slot) { return sums.violated_histogram(slot); });
  }

  template <class At>
  void read_histogram(std::string const& name, HistogramBins bins, At at) {
    auto const counts = column<std::uint32_t>(name, plan_.cells * bins.count);
    for_each_cell(
        [&](std::uint64_t cell, CellSums& sums, std::uint32_t slot) { std::copy_n(&counts[cell * bins.count], bins.count, at(sums, slot)); });
  }

  void read_traffic() {
    std::size_t const totals = traffic_totals(plan_);
    std::size_t const size = plan_.scenarios.size() * totals;
    auto const sum = wide("traffic_sum", size), square = wide("traffic_square", size);
    auto const smallest = column<std::int64_t>("traffic_smallest", size), largest = column<std::int64_t>("traffic_largest", size);
    for (std::uint32_t const s : drawn_) {
      std::size_t i = s * totals;
      state_.sums.scenarios[s].for_each([&](Moments& m) {
        m = {sum[i], square[i], smallest[i], largest[i]};
        ++i;
      });
    }
  }

  void read_bands() {
    std::size_t const scenarios = plan_.scenarios.size(), blocks = plan_.band_blocks;
    std::size_t const quantiles = plan_.config.sweep.quantiles.size() * blocks;
    for (char const* const name : band_names) {
      auto const mean = column<double>(fmt::format("{}_mean", name), scenarios * blocks);
      auto const sum = column<std::uint64_t>(fmt::format("{}_band_sum", name), scenarios * blocks);
      auto const quantile = column<std::uint64_t>(fmt::format("{}_band_quantile", name), scenarios * quantiles);
      for (std::uint32_t const s : drawn_) {
        if (std::isnan(mean[s * blocks])) continue;
        Bands& bands = state_.sums.scenarios[s].bands;
        std::copy_n(&sum[s * blocks], blocks, std::back_inserter(bands.sums));
        std::copy_n(&quantile[s * quantiles], quantiles, std::back_inserter(bands.quantiles));
      }
    }
  }

  void add_effort(ScenarioSums const& scenario) {
    state_.effort.realizations += span_.size();
    state_.effort.requests += static_cast<double>(scenario.requests.sum);
    state_.effort.steps += static_cast<double>(plan_.distinct_policies()) * plan_.total_ticks() * static_cast<double>(span_.size());
  }

  hdf5::Reader const& file_;
  Plan const& plan_;
  RealizationSpan span_;
  RunState state_;
  std::set<std::uint32_t> drawn_;  ///< scenarios
};

ResultHeader header_of(hdf5::Reader const& file) {
  ResultHeader header{.path = file.path(),
                      .sweep = file.text("sweep"),
                      .plan_hash = file.text("plan_hash"),
                      .digest = file.text("digest"),
                      .fleetcast_version = file.text("fleetcast_version"),
                      .git_sha = file.text("git_sha"),
                      .backend = file.text("backend"),
                      .device = file.text("device")};
  auto const count = [&](char const* name) {
    double const value = file.number(name);
    if (!(value >= 0 && value < 0x1p53))
      throw Error(ExitCode::bad_data, fmt::format("{}: {} is {}; was the file changed?", file.path(), name, value));
    return static_cast<std::uint64_t>(value);
  };
  if (file.has_attribute("part")) {
    header.part = file.text("part");
    header.realizations.first = count("first_realization");
  }
  header.realizations.last = header.realizations.first + count("realizations");
  header.has_ledgers = file.has_dataset("raw_billed_replica_ticks");
  header.looked = file.has_attribute("looks") && file.number("looks") > 0;
  return header;
}

}  // namespace

ResultHeader read_result_header(std::string const& path) { return header_of(open_result(path)); }

std::string why_not_continued(ResultHeader const& result, Plan const& plan, RealizationSpan wanted) {
  if (result.looked) return "was run with [stop] or a race, which looks at all realizations as they come";
  if (plan.config.looks()) return "was run without [stop] or a race, which look at all realizations as they come";
  if (result.plan_hash != plan.hash.hex()) return "is of another plan";
  if (result.fleetcast_version != version::number || result.git_sha != version::git_sha)
    return fmt::format("was written by fleetcast {} ({}), this is {} ({})", result.fleetcast_version, result.git_sha, version::number,
                       version::git_sha);
  if (result.realizations.first < wanted.first || result.realizations.last > wanted.last)
    return fmt::format("has realizations {} to {}, of which {} to {} are wanted", result.realizations.first, result.realizations.last - 1,
                       wanted.first, wanted.last - 1);
  return "";
}

RunState read_state(std::string const& path, Plan const& plan) {
  hdf5::Reader const file = open_result(path);
  ResultHeader const header = header_of(file);
  if (header.plan_hash != plan.hash.hex())
    throw Error(ExitCode::bad_data, fmt::format("{}: is of another plan (its hash is {}, the sweep's {})", path, header.plan_hash, plan.hash.hex()));
  if (header.looked || plan.config.looks())
    throw Error(ExitCode::bad_data,
                path + ": [stop] or a race decided what was run, so the sums of all looks would be needed, which no result holds");
  RunState state = StateReader(file, plan, header.realizations).read();
  if (std::string const found = digest(plan, state.sums).hex(); found != header.digest)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: its sums have the digest {}, where {} was written (the file was changed, or is damaged); run its "
                            "sweep again",
                            path, found, header.digest));
  if (file.number("band_realizations") != plan.band_realizations)
    for (auto& scenario : state.sums.scenarios) scenario.bands = {};
  return state;
}

}  // namespace fleetcast
