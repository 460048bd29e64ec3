/// libFuzzer target: a result that says anything is either answered from, as analyze and report do, or refused with an Error.
///
/// Bytes are edits of a result that was just written (result_edits.hpp): HDF5's own reading of its bytes is not what is tried here.
#include <fuzzer/FuzzedDataProvider.h>

#include "checks.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/runner.hpp"
#include "host/io/result_file.hpp"
#include "host/io/result_reader.hpp"
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
  Result() : whole_(write()), names_(whole_) {}

  std::string damaged(FuzzedDataProvider& bytes) const {
    std::string const path = folder_.file("damaged.h5");
    std::filesystem::copy_file(whole_, path, std::filesystem::copy_options::overwrite_existing);
    fuzz::edit_result(path, names_, bytes);
    return path;
  }

 private:
  std::string write() const {
    std::string const path = folder_.file("whole.h5");
    Plan const plan = make_plan(parse_sweep(sweep, "sweep", {}));
    std::atomic<bool> const never{false};
    auto const sums = run_plan(plan, *make_cpu_backend(plan, 1, "", 64 << 20), never, {}, nullptr).sums;
    std::vector<std::uint8_t> left(plan.cells, 0);
    left.back() = 1;
    write_result(path, plan, sums, digest(plan, sums), never, {"cpu", "fuzz", "all realizations done", 1, 1, "", "", left}, nullptr);
    return path;
  }

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Result const result;
  FuzzedDataProvider bytes(data, size);
  try {
    answer(result.damaged(bytes));
  } catch (Error const& error) {
    fuzz::expect(error.code() == ExitCode::bad_data);
  }
  return 0;
}
