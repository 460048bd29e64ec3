#include "observer_options.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/io/process.hpp"
#include "host/report/metrics_text.hpp"
#include "host/report/progress_line.hpp"
#include "host/report/run_log.hpp"
#include "host/report/snapshot_file.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

/// What of the environment changes how a run goes, or says where it went.
constexpr std::array environment_names{"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",   "OMP_NUM_THREADS",      "OMP_PROC_BIND",
                                       "OMP_PLACES",           "OMP_WAIT_POLICY",     "GOMP_CPU_AFFINITY",    "SOURCE_DATE_EPOCH",
                                       "SLURM_JOB_ID",         "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT",  "SLURM_PROCID",
                                       "SLURM_NTASKS",         "SLURM_JOB_NODELIST",  "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"};

/// Of the files that a run keeps beside its output.
constexpr std::array own_suffixes{".part", ".lock", ".checkpoint-a", ".checkpoint-b", ".checkpoint-a.part", ".checkpoint-b.part"};

/// One text for a file, whether it is there yet or not.
std::filesystem::path whole_path(std::string const& path) {
  std::error_code problem;  // of a file that opening it will refuse
  auto const whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path), problem);
  return problem ? std::filesystem::path(path) : whole;
}

nlohmann::ordered_json environment() {
  auto set = nlohmann::ordered_json::object();
  for (auto const* name : environment_names)
    if (char const* const value = std::getenv(name)) set[name] = value;
  return set;
}

}  // namespace

void ObserverOptions::add_to(CLI::App& command) {
  command.add_option("--log", log, "append what happens, a line of JSON each")->type_name("FILE");
  command.add_option("--status", status, "keep how far it is in this file, for fleetcast watch")->type_name("FILE");
  command.add_option("--metrics", metrics, "the same for Prometheus' textfile collector")->type_name("FILE.prom");
}

void ObserverOptions::refuse_clashes(SweepOptions const& sweep, SweepConfig const& config, std::string const& output) const {
  std::array const files{std::pair{"-o", &output}, std::pair{"--log", &log}, std::pair{"--status", &status}, std::pair{"--metrics", &metrics}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto const& [option, file] = files[i];
    if (file->empty()) continue;
    sweep.refuse_input_as_output(*file, config, option);
    if (i > 0)
      for (char const* suffix : own_suffixes)
        if (whole_path(*file) == whole_path(output + suffix))
          throw Error(ExitCode::usage, fmt::format("{} {}: is a file that the run itself keeps beside {}; name another", option, *file, output));
    for (std::size_t j = 0; j < i; ++j)
      if (!files[j].second->empty() && whole_path(*file) == whole_path(*files[j].second))
        throw Error(ExitCode::usage, fmt::format("{} {}: is what {} writes; name another", option, *file, files[j].first));
  }
}

std::vector<std::unique_ptr<RunObserver>> ObserverOptions::observers(bool quiet) const {
  std::vector<std::unique_ptr<RunObserver>> all;
  all.push_back(std::make_unique<ProgressLine>(quiet));
  if (!log.empty()) all.push_back(std::make_unique<RunLog>(log));
  if (!status.empty()) all.push_back(std::make_unique<SnapshotFile>(status, [](RunFacts const& facts) { return status_json(facts).dump(2) + "\n"; }));
  if (!metrics.empty()) all.push_back(std::make_unique<SnapshotFile>(metrics, metrics_text));
  return all;
}

nlohmann::ordered_json start_fields(Plan const& plan, SweepOptions const& options) {
  return {{"command", command_line()},
          {"working_directory", std::filesystem::current_path().string()},
          {"host", this_process().host},
          {"version", version::number},
          {"git_sha", version::git_sha},
          {"compiler", version::compiler},
          {"cuda", version::cuda},
          {"sweep", plan.config.sweep.name},
          {"plan_hash", plan.hash.hex()},
          {"seed", plan.config.sweep.seed},
          {"realizations", plan.realizations},
          {"cells", plan.cells},
          {"threads", cpu_threads(options.threads)},
          {"simd", options.simd.empty() ? simd_levels().back() : options.simd},
          {"memory_bytes", options.memory_bytes()},
          {"environment", environment()},
          {"sweep_toml", resolved_toml(plan.config)}};
}

}  // namespace fleetcast
