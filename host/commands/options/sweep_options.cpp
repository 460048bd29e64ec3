#include "sweep_options.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "host/commands/device_faults.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "input_guard.hpp"

namespace fleetcast {

void SweepOptions::add_sweep_file(CLI::App& command) {
  command.add_option("sweep", sweep_file, "sweep file (TOML)")->required()->type_name("SWEEP.toml");
  command.add_option("--set", settings, "override a key, for example --set sla.ttft_ms=300 (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void SweepOptions::add_to(CLI::App& command) {
  add_sweep_file(command);
  command.add_option("--seed", seed, "override sweep.seed")->type_name("N")->expected(1);
  command.add_option("--realizations", realizations, "override sweep.realizations")->type_name("N")->expected(1);
  command.add_option("--baseline", baseline, "compare every setting with this one, realization by realization")
      ->type_name("KEY=VALUE,…")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--memory", memory, "memory for tiles, with K, M or G")->capture_default_str()->type_name("SIZE");
  add_machine_options(command);
}

void SweepOptions::add_machine_options(CLI::App& command) {
  command.add_option("--threads", threads, "CPU threads, 0 for all cores")->check(CLI::Range(0, 4096))->type_name("N");
  command.add_option("--device", device, "auto, cuda or cpu")
      ->check(CLI::IsMember({"auto", "cuda", "cpu"}))
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--simd", simd, "force baseline, avx2 or avx512 (default: the widest there is)")
      ->check(CLI::IsMember({"baseline", "avx2", "avx512"}))
      ->type_name("NAME");
}

std::uint64_t SweepOptions::memory_bytes() const {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(memory, &used);
  } catch (std::exception const&) {
    used = 0;
  }
  std::string const unit = memory.substr(used);
  auto const is = [&](char letter) { return unit == std::string{letter} || unit == std::string{letter} + "B" || unit == std::string{letter} + "iB"; };
  double const factor = is('K') ? 0x1p10 : is('M') ? 0x1p20 : is('G') ? 0x1p30 : is('T') ? 0x1p40 : unit.empty() ? 1.0 : 0.0;
  if (used == 0 || factor == 0.0 || !(value > 0) || value * factor > 1e15)
    throw Error(ExitCode::usage, fmt::format("--memory {}: write a size such as 256M or 2G (K, M, G or T; bytes without)", memory));
  return static_cast<std::uint64_t>(value * factor);
}

namespace {

/// A GPU that is not there after it has failed has failed once more.
std::unique_ptr<Backend> gpu_again(Plan const& plan, std::uint64_t memory, int gpu, DeviceFaults const& faults) {
  try {
    return make_cuda_backend(plan, memory, gpu);
  } catch (Error const& error) {
    if (error.code() != ExitCode::no_device || !faults.has(gpu)) throw;
    throw DeviceFault(gpu, error.what());
  }
}

}  // namespace

SweepConfig SweepOptions::config() const {
  std::vector<std::string> overrides = settings;
  for (auto const& text : seed) overrides.push_back("sweep.seed=" + text);
  for (auto const& text : realizations) overrides.push_back("sweep.realizations=" + text);
  for (auto const& text : baseline) overrides.push_back("baseline." + text);
  return read_sweep(sweep_file, overrides);
}

Plan SweepOptions::plan(SweepConfig const& config) const {
  try {
    return make_plan(config);
  } catch (Error const& error) {
    std::string_view const message = error.what();
    bool const names_its_place = message.starts_with(sweep_file + ':') || message.starts_with("--");
    if (error.code() != ExitCode::bad_config || names_its_place) throw;
    throw Error(error.code(), fmt::format("{}: {}", sweep_file, message));
  }
}

std::unique_ptr<Backend> SweepOptions::cpu_backend(Plan const& plan) const { return make_cpu_backend(plan, threads, simd, memory_bytes()); }

std::unique_ptr<Backend> SweepOptions::backend(Plan const& plan, Warn const& warn) const {
  if (device == "cuda") return make_cuda_backend(plan, memory_bytes());
  if (device == "auto" && simd.empty() && !cuda_devices().empty()) {
    try {
      return make_cuda_backend(plan, memory_bytes());
    } catch (Error const& error) {
      if (error.code() != ExitCode::no_device) throw;
      warn(fmt::format("the GPU can't be used, so the CPU is: {}", error.what()));
    }
  }
  return cpu_backend(plan);
}

std::unique_ptr<Backend> SweepOptions::audit_backend(Plan const& plan) const {
  // another instruction set than the run's own, where there is one
  bool const runs_baseline = simd == "baseline" || simd_levels().size() == 1;
  return make_cpu_backend(plan, threads, runs_baseline ? simd_levels().back() : "baseline", memory_bytes());
}

std::vector<BackendMaker> SweepOptions::backend_makers(Warn const& warn, NodeShare const& share) const {
  SweepOptions own = *this;
  if (own.threads == 0) own.threads = share.threads;
  DeviceFaults const faults = DeviceFaults::from_environment();
  auto const there = static_cast<std::uint32_t>(gpus().size());
  if (auto const problem = device == "auto" && simd.empty() ? cuda_problem() : ""; !problem.empty())
    warn(fmt::format("the GPU can't be used, so the CPU is: {}", problem));
  std::vector<BackendMaker> makers;
  // every places-th; processes that are more than the GPUs share them
  for (std::uint32_t next = there > 0 ? share.place % there : 0; next < there; next += share.places) {
    int const gpu = static_cast<int>(next);
    if (!faults.is_given_up(gpu))
      makers.emplace_back([own, gpu, faults](Plan const& plan) { return gpu_again(plan, own.memory_bytes(), gpu, faults); });
  }
  if (makers.empty() && (there > 0 || !faults.is_empty())) {
    warn("no GPU is left that works, so the CPU goes on");
    return {[own](Plan const& plan) { return own.cpu_backend(plan); }};
  }
  bool const may_choose = makers.size() < 2 && share.places == 1 && faults.is_empty();
  if (may_choose || makers.empty()) return {[own, warn](Plan const& plan) { return own.backend(plan, warn); }};
  return makers;
}

std::vector<std::string> SweepOptions::gpus() const { return device == "cpu" || !simd.empty() ? std::vector<std::string>{} : cuda_devices(); }

SweepOptions::Choice SweepOptions::choice(Plan const& plan) const {
  auto const there = gpus();
  if (!there.empty() || device == "cuda") return {"cuda", there.empty() ? "none found" : there.front(), cuda_tile(plan, memory_bytes())};
  int const count = cpu_threads(threads);
  return {"cpu", fmt::format("{} thread{}, {}", count, count == 1 ? "" : "s", simd.empty() ? simd_levels().back() : simd),
          cpu_tile(plan, memory_bytes(), threads)};
}

void SweepOptions::refuse_input_as_output(std::string const& output, SweepConfig const& config, std::string const& option) const {
  std::vector<std::string> inputs{sweep_file, config.workload.file, config.workload.profile, config.service.ttft.file, config.service.tpot.file};
  for (auto const& request_class : config.workload.classes) inputs.push_back(request_class.pairs);
  for (auto const& input : inputs) fleetcast::refuse_input_as_output(input, output, option);
}

}  // namespace fleetcast
