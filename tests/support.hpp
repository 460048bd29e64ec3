/// What several tests need: a plan from text, a backend run to its digest.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "host/config/toml_reader.hpp"
#include "host/engine/backend.hpp"
#include "host/engine/runner.hpp"

namespace fleetcast::testing {

/// A path for a test's file that no other test, nor another run of it, uses.
inline std::string temporary_path(std::string const& name) {
  return (std::filesystem::temp_directory_path() / ("fleetcast-test-" + std::to_string(::getpid()) + "-" + name)).string();
}

inline Plan plan_of(std::string const& toml, std::vector<std::string> const& overrides = {}) {
  return make_plan(parse_sweep(toml, "test.toml", overrides));
}

inline SweepSums sums_of(Plan const& plan, Backend& backend) {
  std::atomic<bool> const never{false};
  return run_plan(plan, backend, never, {}, nullptr).sums;
}

/// A plan with looks, run to its end.
inline RunState looked_run(Plan const& plan, BackendMaker const& make, LookJudge const& judge) {
  RunState state(plan);
  LocalCrew crew(plan, {make});
  run(plan, state, crew, {.judge = judge});
  return state;
}

inline std::string digest_of(Plan const& plan, Backend& backend) { return digest(plan, sums_of(plan, backend)).hex(); }

inline std::string cpu_digest(Plan const& plan, int threads = 1, std::string const& simd = "", std::uint64_t memory = 64ULL << 20) {
  return digest_of(plan, *make_cpu_backend(plan, threads, simd, memory));
}

}  // namespace fleetcast::testing
