#include "result_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/stats/decision_scope.hpp"
#include "host/stats/estimate.hpp"
#include "result_checks.hpp"
#include "result_file.hpp"

namespace fleetcast {

namespace {

/// First format with all that decisions need.
constexpr int first_with_tallies = 2;
/// Looks double the realizations from 50 on, of which there are 1e9 at most.
constexpr std::uint32_t most_looks = 32;
/// Of as many looks that share the largest confidence.
constexpr double most_look_confidence = 1.0 - 1e-14;

std::string again(std::string const& path) {
  return fmt::format("run its sweep again: fleetcast info {0} --sweep > again.toml && fleetcast run again.toml -o {0}", path);
}

}  // namespace

hdf5::Reader open_result(std::string const& path) {
  hdf5::Reader file(path);
  if (!file.has_attribute("filetype") || file.text("filetype") != result_filetype)
    throw Error(ExitCode::bad_data, path + ": is no fleetcast result (its attribute filetype says otherwise); fleetcast run writes one");
  if (file.number("format_version") > result_format_version)
    throw Error(ExitCode::bad_data, fmt::format("{}: has format {}, this fleetcast reads up to {}; use a newer one", path,
                                                file.number("format_version"), result_format_version));
  return file;
}

template <class Value>
std::vector<Value> read_column(hdf5::Reader const& file, std::string const& dataset, std::size_t size, std::string const& needed_by) {
  if (!file.has_dataset(dataset))
    throw Error(ExitCode::bad_data,
                fmt::format("{}: has no dataset {}, needed by {} (was it taken out?); {}", file.path(), dataset, needed_by, again(file.path())));
  if (std::size_t const held = file.size(dataset); held != size)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: {} holds {} values, its sweep makes {}; is the file damaged?", file.path(), dataset, held, size));
  return file.values_as<Value>(dataset);
}

template std::vector<double> read_column(hdf5::Reader const&, std::string const&, std::size_t, std::string const&);
template std::vector<std::int64_t> read_column(hdf5::Reader const&, std::string const&, std::size_t, std::string const&);
template std::vector<std::uint64_t> read_column(hdf5::Reader const&, std::string const&, std::size_t, std::string const&);
template std::vector<std::uint32_t> read_column(hdf5::Reader const&, std::string const&, std::size_t, std::string const&);
template std::vector<std::uint8_t> read_column(hdf5::Reader const&, std::string const&, std::size_t, std::string const&);

std::vector<Sum128> read_wide(hdf5::Reader const& file, std::string const& name, std::size_t size, std::string const& needed_by) {
  auto const low = read_column<std::uint64_t>(file, name + "_lo", size, needed_by);
  auto const high = read_column<std::int64_t>(file, name + "_hi", size, needed_by);
  std::vector<Sum128> sums(size);
  for (std::size_t i = 0; i < size; ++i) sums[i] = (static_cast<Sum128>(high[i]) << 64) + static_cast<Sum128>(low[i]);
  return sums;
}

ResultReader::ResultReader(std::string const& path) : file_(open_result(path)), cells_(1) {
  if (file_.number("format_version") < first_with_tallies)
    throw Error(ExitCode::bad_data, fmt::format("{}: has format {}, without the sums that decisions are made from (of work, and by cell); {}", path,
                                                file_.number("format_version"), again(path)));
  if (file_.has_attribute("part"))
    throw Error(ExitCode::bad_data,
                fmt::format("{}: is part {} of a sweep, which is no answer by itself; fleetcast merge makes the whole of all parts", path,
                            file_.text("part")));
  try {
    sweep_ = parse_sweep(file_.text("sweep"), path + ": sweep", {});
    axes_ = axes_of(sweep_);
  } catch (Error const& error) {
    throw Error(ExitCode::bad_data, error.what());  // the result's fault, not a sweep file's
  }
  for (auto const& axis : axes_)
    if (__builtin_mul_overflow(cells_, axis.values.size(), &cells_) || cells_ > most_grid_cells)
      throw Error(ExitCode::bad_data, path + ": the grid of its sweep has more cells than a run can have; is the file damaged?");
}

double ResultReader::share_between(double least, double most, std::string const& attribute) const {
  double const value = file_.number(attribute);
  if (!(value >= least && value <= most))
    throw Error(ExitCode::bad_data,
                fmt::format("{}: attribute {} is {}, which must lie in {} to {}; is the file damaged?", file_.path(), attribute, value, least, most));
  return value;
}

BaselineTallies ResultReader::baseline(std::vector<std::uint8_t> const& valid) const {
  BaselineTallies out;
  auto const is_baseline = column<std::uint8_t>("baseline");
  auto const scenario_of = [&](std::uint64_t cell) {
    std::uint64_t scenario = 0;
    auto const position = cell_position(axes_, cell);
    for (std::size_t i = 0; i < axes_.size(); ++i)
      if (axes_[i].is_workload) scenario = scenario * axes_[i].values.size() + position[i];
    return scenario;
  };
  std::vector<std::uint64_t> of_scenario(cells_, 0);
  for (std::uint64_t cell = 0; cell < cells_; ++cell)
    if (is_baseline[cell] != 0) of_scenario[scenario_of(cell)] = cell;
  for (std::uint64_t cell = 0; cell < cells_; ++cell) out.cell.push_back(of_scenario[scenario_of(cell)]);
  for (std::uint64_t cell = 0; cell < cells_; ++cell)
    if (valid[cell] != 0 && is_baseline[out.cell[cell]] == 0)
      throw Error(ExitCode::bad_data, fmt::format("{}: baseline names none for cell {}; is the file damaged?", file_.path(), cell));
  out.billed = wide("baseline_product_billed_replica_ticks");
  out.violated_ticks = wide("baseline_product_violated_ticks");
  out.violated_requests = wide("baseline_product_violated_requests");
  return out;
}

CellTallies ResultReader::tallies() const {
  CellTallies t;
  t.axes = axes_;
  t.confidence = share_between(least_confidence, most_confidence, "confidence");
  t.reliability = sweep_.sla.reliability;
  t.looks = file_.has_attribute("looks") ? file_.whole("looks", 0, most_looks) : 0;
  t.look_confidence = t.looks > 0 ? share_between(t.confidence, most_look_confidence, "look_confidence") : t.confidence;
  t.objective_per = sweep_.sla.per == "requests" ? ObjectivePer::requests : ObjectivePer::minutes;
  t.ledger_ticks = file_.whole("ledger_ticks", 1, most_realization_ticks);
  t.tick_seconds = file_.whole("tick_seconds", 1, 3600);
  t.period = period_name(sweep_.sweep);
  t.stricter_objectives = sweep_.sla.stricter_objectives;
  t.valid = column<std::uint8_t>("valid");
  t.realizations = column<std::uint64_t>("cell_realizations");
  t.met = column<std::uint64_t>("sum_objective_met");
  t.violating = column<std::uint64_t>("sum_violating");
  if (file_.has_dataset("left_race")) t.left_race = column<std::uint8_t>("left_race");
  t.usd = column<double>("usd_per_replica_tick");
  t.objective = column<double>("objective");
  t.expected_work = column<double>("expected_work_replica_ms");
  for (std::uint64_t cell = 0; cell < cells_; ++cell)
    if (t.valid[cell] == 0) t.usd[cell] = t.objective[cell] = t.expected_work[cell] = 0.0;
  std::size_t const levels = t.stricter_objectives.size();
  if (levels > 0) {
    auto const met = column<std::uint64_t>("sum_objective_met_at", levels);
    t.met_at.assign(levels, std::vector<std::uint64_t>(cells_));
    for (std::uint64_t cell = 0; cell < cells_; ++cell)
      for (std::size_t level = 0; level < levels; ++level) t.met_at[level][cell] = met[cell * levels + level];
  }
  auto const entry = [&](std::vector<Sum128>& sum, std::vector<Sum128>& square, std::string const& name) {
    sum = wide("sum_" + name);
    square = wide("square_" + name);
  };
  entry(t.billed, t.billed_square, "billed_replica_ticks");
  entry(t.violated_ticks, t.violated_ticks_square, "violated_ticks");
  entry(t.violated_requests, t.violated_requests_square, "violated_requests");
  entry(t.requests, t.requests_square, "requests");
  entry(t.work, t.work_square, "work_replica_ms");
  entry(t.reference, t.reference_square, "reference_replica_ticks");
  t.violated_requests_requests = wide("product_violated_requests_requests");
  t.billed_work = wide("product_billed_work");
  t.billed_reference = wide("product_billed_reference");
  if (file_.has_dataset("baseline")) t.baseline = baseline(t.valid);
  check_tallies(t, file_.path());
  return t;
}

std::vector<double> ResultReader::row(std::string const& dataset, std::vector<std::size_t> const& position, std::size_t size) const {
  auto values = file_.values_at<double>(dataset, position);
  if (values.size() != size)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: {} holds {} values where {} belong; is the file damaged?", file_.path(), dataset, values.size(), size));
  return values;
}

Estimate ResultReader::quantity(Quantity quantity, std::uint64_t cell) const {
  auto const position = cell_position(axes_, cell);
  auto const read = [&](char const* statistic) { return row(fmt::format("{}_{}", describe(quantity).name, statistic), position, 1).front(); };
  return {read("mean"), read("std_error"), read("low"), read("high")};
}

CellHistogram ResultReader::histogram(std::string const& name, std::string const& entry, std::uint64_t cell) const {
  auto const smallest = file_.values_as<std::uint64_t>(name + "_bin");
  auto const position = cell_position(axes_, cell);
  Outermost const outermost{row("smallest_" + entry, position, 1).front(), row("largest_" + entry, position, 1).front()};
  CellHistogram out{bins_of(smallest, file_.path(), name + "_bin"), file_.values_at<std::uint32_t>(name + "_histogram", position), outermost};
  if (out.counts.size() != smallest.size())
    throw Error(ExitCode::bad_data, fmt::format("{}: {}_histogram has {} bins, {}_bin {}; is the file damaged?", file_.path(), name,
                                                out.counts.size(), name, smallest.size()));
  return out;
}

}  // namespace fleetcast
