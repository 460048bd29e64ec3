#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench_sweeps.hpp"
#include "commands.hpp"
#include "cuda/engine/issue_slots.hpp"
#include "host/commands/options/sweep_options.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/backend.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"
#include "host/version.hpp"
#include "kernel_seconds.hpp"

namespace fleetcast {

namespace {

struct BenchOptions {
  SweepOptions machine;  ///< its device, threads and simd
  double seconds = 1;
  int repeat = 5;
  bool json = false;

  bool on_gpu() const { return machine.device == "cuda" || (machine.device == "auto" && machine.simd.empty() && !cuda_devices().empty()); }
};

/// What tiles hold and what they took.
struct BenchEffort {
  double tiles = 0;
  double requests = 0;
  double ticks = 0;    ///< of all realizations
  double steps = 0;    ///< policies through ticks
  double ledgers = 0;  ///< of policies, one a realization
  double wall = 0;     ///< seconds
  KernelSeconds kernels;

  /// Rate of work that these kernels do, by their own clocks; by the wall's where the backend has none.
  double rate(double work, std::initializer_list<double KernelSeconds::*> parts) const {
    double seconds = 0;
    for (auto const part : parts) seconds += kernels.*part;
    return work / (seconds > 0 ? seconds : wall);
  }
};

/// A kernel on the workload that shows it best, the work its rate counts, and what bounds that on a GPU.
struct KernelCase {
  char const* kernel;
  double KernelSeconds::*seconds;
  char const* workload;
  double BenchEffort::*work;
  char const* unit;
  double issue_slots = 0;  ///< that a unit of work takes, where they are the bound
  double bytes = 0;        ///< that it moves, where they are

  char const* bound() const { return issue_slots > 0 ? "issue slots" : "bytes"; }
  /// Units of work a second at most; nothing where no bound was counted.
  std::optional<double> bound_rate(std::optional<DeviceLimits> const& limits) const {
    if (!limits || (issue_slots <= 0 && bytes <= 0)) return std::nullopt;
    return issue_slots > 0 ? limits->issue_slots_per_second / issue_slots : limits->bytes_per_second / bytes;
  }
};

/// Bytes that adding up one ledger reads.
constexpr double ledger_bytes(int levels) { return 8.0 * (fixed_entries + levels); }

constexpr std::array kernel_cases{
    KernelCase{"arrivals", &KernelSeconds::arrivals, drawing_sweep.name, &BenchEffort::ticks, "ticks/s"},
    KernelCase{"tokens", &KernelSeconds::tokens, drawing_sweep.name, &BenchEffort::requests, "requests/s", request_slots},
    KernelCase{"rows", &KernelSeconds::rows, drawing_sweep.name, &BenchEffort::ticks, "ticks/s"},
    KernelCase{"walk", &KernelSeconds::walk, whole_model_sweep.name, &BenchEffort::steps, "steps/s", whole_step_slots},
    KernelCase{"accumulate", &KernelSeconds::accumulate, whole_model_sweep.name, &BenchEffort::ledgers, "ledgers/s", 0, ledger_bytes(4)},
    KernelCase{"walk", &KernelSeconds::walk, classic_sweep.name, &BenchEffort::steps, "steps/s", classic_step_slots},
    KernelCase{"accumulate", &KernelSeconds::accumulate, classic_sweep.name, &BenchEffort::ledgers, "ledgers/s", 0, ledger_bytes(0)},
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// Tiles of one sweep, run again and again.
class TileBench {
 public:
  TileBench(BenchSweep const& sweep, BenchOptions const& options)
      : plan_(make_plan(parse_sweep(sweep.toml, sweep.name,
                                    {fmt::format("sweep.realizations={}", options.on_gpu() ? sweep.gpu_realizations : sweep.cpu_realizations)}))),
        backend_(options.machine.backend(plan_, warn_on_stderr)),
        sums_(plan_),
        realizations_(std::min(backend_->tile_realizations(), plan_.realizations)) {
    backend_->begin_scenario(0, sums_, nullptr);
    BenchEffort untimed;
    run_tile(untimed);
  }

  Backend const& backend() const { return *backend_; }

  /// Runs whole tiles for at least `seconds`.
  BenchEffort run(double seconds) {
    BenchEffort effort;
    KernelSeconds const before = backend_->kernel_seconds();
    auto const start = std::chrono::steady_clock::now();
    do {
      run_tile(effort);
      effort.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    } while (effort.wall < seconds);
    KernelSeconds const after = backend_->kernel_seconds();
    for (auto const& kernel : kernel_names) effort.kernels.*kernel.seconds = after.*kernel.seconds - before.*kernel.seconds;
    return effort;
  }

 private:
  void run_tile(BenchEffort& effort) {
    backend_->run_tile({0, 0, realizations_}, nullptr);
    for (auto const& totals : backend_->totals().totals) effort.requests += static_cast<double>(totals.requests);
    double const ticks = static_cast<double>(plan_.total_ticks()) * realizations_;
    effort.tiles += 1;
    effort.ticks += ticks;
    effort.steps += ticks * plan_.table.slots;
    effort.ledgers += static_cast<double>(plan_.table.slots) * realizations_;
  }

  Plan plan_;
  std::unique_ptr<Backend> backend_;
  CellSums sums_;
  std::uint32_t realizations_;
};

/// Efforts of every repetition, by sweep.
class Measurements {
 public:
  explicit Measurements(BenchOptions const& options) {
    for (auto const& sweep : bench_sweeps) {
      TileBench bench(sweep, options);
      backend_ = bench.backend().name();
      device_ = bench.backend().device();
      limits_ = bench.backend().limits();
      for (int i = 0; i < options.repeat; ++i) efforts_[sweep.name].push_back(bench.run(options.seconds));
    }
  }

  std::string const& backend() const { return backend_; }
  std::string const& device() const { return device_; }
  std::optional<DeviceLimits> const& limits() const { return limits_; }

  /// Median over repetitions of what `measure` makes of an effort.
  template <class Measure>
  double median_of(char const* workload, Measure measure) const {
    std::vector<double> values;
    for (auto const& effort : efforts_.at(workload)) values.push_back(measure(effort));
    return median(values);
  }

  double requests_per_second() const {
    return median_of(drawing_sweep.name, [](BenchEffort const& e) { return e.rate(e.requests, {&KernelSeconds::arrivals, &KernelSeconds::tokens}); });
  }
  double steps_per_second(BenchSweep const& sweep) const {
    return median_of(sweep.name, [](BenchEffort const& e) { return e.rate(e.steps, {&KernelSeconds::walk, &KernelSeconds::accumulate}); });
  }
  /// Seconds a tile; 0 if the backend does not time the kernel.
  double tile_seconds(KernelCase const& c) const {
    return median_of(c.workload, [&](BenchEffort const& e) { return e.kernels.*c.seconds / e.tiles; });
  }
  double kernel_rate(KernelCase const& c) const {
    return median_of(c.workload, [&](BenchEffort const& e) { return e.rate(e.*c.work, {c.seconds}); });
  }

 private:
  std::map<std::string, std::vector<BenchEffort>> efforts_;
  std::string backend_, device_;
  std::optional<DeviceLimits> limits_;
};

nlohmann::ordered_json as_json(Measurements const& measured, BenchOptions const& options) {
  nlohmann::ordered_json json{{"backend", measured.backend()}, {"device", measured.device()}, {"threads", nullptr}, {"simd", nullptr}};
  if (measured.backend() == "cpu") {
    json["threads"] = cpu_threads(options.machine.threads);
    json["simd"] = options.machine.simd.empty() ? simd_levels().back() : options.machine.simd;
  }
  json["git_sha"] = version::git_sha;
  json["requests_per_second"] = measured.requests_per_second();
  json["steps_per_second"] = measured.steps_per_second(whole_model_sweep);
  json["classic_steps_per_second"] = measured.steps_per_second(classic_sweep);
  json["kernels"] = nlohmann::ordered_json::array();
  for (auto const& c : kernel_cases) {
    double const seconds = measured.tile_seconds(c);
    if (seconds <= 0) continue;
    double const rate = measured.kernel_rate(c);
    nlohmann::ordered_json kernel{{"kernel", c.kernel}, {"workload", c.workload}, {"seconds", seconds},    {"rate", rate},
                                  {"unit", c.unit},     {"bound", nullptr},       {"bound_rate", nullptr}, {"fraction", nullptr}};
    if (auto const bound = c.bound_rate(measured.limits())) {
      kernel["bound"] = c.bound();
      kernel["bound_rate"] = *bound;
      kernel["fraction"] = rate / *bound;
    }
    json["kernels"].push_back(std::move(kernel));
  }
  return json;
}

std::string as_text(Measurements const& measured) {
  TextTable table({"kernel", "workload", "of a tile", "rate", "unit", "of its bound"});
  for (auto const& c : kernel_cases) {
    double const seconds = measured.tile_seconds(c);
    if (seconds <= 0) continue;
    double const rate = measured.kernel_rate(c);
    auto const bound = c.bound_rate(measured.limits());
    table.add({c.kernel, c.workload, fmt::format("{:.3f} ms", 1e3 * seconds), fmt::format("{:.3g}", rate), c.unit,
               bound ? fmt::format("{:.0f}% ({})", 100 * rate / *bound, c.bound()) : "-"});
  }
  table.add({"arrivals + tokens", drawing_sweep.name, "", fmt::format("{:.3g}", measured.requests_per_second()), "requests/s", "-"});
  for (auto const& sweep : {whole_model_sweep, classic_sweep})
    table.add({"walk + accumulate", sweep.name, "", fmt::format("{:.3g}", measured.steps_per_second(sweep)), "steps/s", "-"});
  return fmt::format("{}\n  {} ({})\n", table.render(), measured.backend(), measured.device());
}

int bench(BenchOptions options) {
  options.machine.memory = options.on_gpu() ? "768M" : "256M";
  Measurements const measured(options);
  fmt::print("{}", options.json ? as_json(measured, options).dump(2) + "\n" : as_text(measured));
  return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* const command = app.add_subcommand("bench", "measure how fast this machine draws requests and steps policies");
  options->machine.add_machine_options(*command);
  command->add_option("--seconds", options->seconds, "time of one measurement, of which every one of three workloads takes --repeat")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str()
      ->type_name("S");
  command->add_option("--repeat", options->repeat, "measurements of a workload; their median is told")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--json", options->json, "for programs");
  command->footer(
      "Workloads: drawing (1 cell, 1000 requests a minute with daily curve, drift and bursts), whole_model (4096 cells,\n"
      "four latency levels, five boot ticks), classic (4096 cells, memoryless, instant, no cooldown).\n"
      "\n"
      "Examples:\n"
      "  fleetcast bench\n"
      "  fleetcast bench --threads 1 --simd avx2\n"
      "  fleetcast bench --device cuda --json");
  command->callback([options, &action] { action = [options] { return bench(*options); }; });
}

}  // namespace fleetcast
