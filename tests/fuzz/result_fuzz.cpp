/// libFuzzer target: a result that says anything is answered from, as analyze and report do, and gone on from, or refused with an Error.
///
/// Bytes are edits of a result that was just written (result_edits.hpp): HDF5's own reading of its bytes is not what is tried here.
#include <fuzzer/FuzzedDataProvider.h>

#include "checks.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/runner.hpp"
#include "host/io/result_file.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_state.hpp"
#include "host/report/answer_json.hpp"
#include "host/report/answer_tables.hpp"
#include "host/report/page_data.hpp"
#include "host/stats/decision.hpp"
#include "result_edits.hpp"

namespace {

using namespace fleetcast;

constexpr char const* sweep = R"(
[sweep]
realizations = 60
minutes = 30
warmup_minutes = 5
quantiles = [0.5]
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 6
[sla]
stricter_objectives = [0.9, 0.999]
[baseline]
"autoscaler.scale_up_at" = 60000
"autoscaler.scale_down_at" = 30000
[grid]
"workload.requests_per_minute" = [150, 250]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000]
)";

/// A result, as it was written and as it is damaged.
class Result {
 public:
  Result() : plan_(make_plan(parse_sweep(sweep, "sweep", {}))), whole_(write()), names_(whole_) {}

  Plan const& plan() const { return plan_; }

  std::string damaged(FuzzedDataProvider& bytes) const {
    std::string const path = folder_.file("damaged.h5");
    std::filesystem::copy_file(whole_, path, std::filesystem::copy_options::overwrite_existing);
    fuzz::edit_result(path, names_, bytes);
    return path;
  }

 private:
  std::string write() const {
    std::string const path = folder_.file("whole.h5");
    std::atomic<bool> const never{false};
    auto const sums = run_plan(plan_, *make_cpu_backend(plan_, 1, "", 64 << 20), never, {}, nullptr).sums;
    std::vector<std::uint8_t> left(plan_.cells, 0);
    left.back() = 1;
    write_result(path, plan_, sums, digest(plan_, sums), never, {"cpu", "fuzz", "all realizations done", 1, 1, "", "", left}, nullptr);
    return path;
  }

  Plan plan_;
  fuzz::ScratchFolder folder_;
  std::string whole_;
  fuzz::ResultNames names_;
};

/// What analyze and report read of a result.
void answer(std::string const& path) {
  ResultReader const result(path);
  CellTallies const tallies = result.tallies();
  Decisions const decisions = decide(tallies, DecisionScope(tallies.axes), tallies.reliability, tallies.look_confidence);
  TallyEstimates estimates(tallies, tallies.look_confidence);
  Answer const all{tallies, decisions, result, result.sweep(), estimates, tallies.confidence, 10};
  answer_json(all).dump();
  answer_report(all);
  page_data(all, result, [](std::uint64_t) { return PageDays{}; }).dump();
}

/// What a run that goes on from a result reads, and merge.
void go_on(std::string const& path, Plan const& plan) {
  ResultHeader const header = read_result_header(path);
  why_not_continued(header, plan, {0, plan.realizations});
  RunState const state = read_state(path, plan);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    fuzz::expect(state.sums.cells[plan.scenario_of(cell)].realizations(plan.policies[plan.policy_of(cell)].slot) == header.realizations.size());
}

template <class Read>
void expect_read_or_refused(Read read) {
  try {
    read();
  } catch (Error const& error) {
    fuzz::expect(error.code() == ExitCode::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Result const result;
  FuzzedDataProvider bytes(data, size);
  std::string const path = result.damaged(bytes);
  expect_read_or_refused([&] { answer(path); });
  expect_read_or_refused([&] { go_on(path, result.plan()); });
  return 0;
}
