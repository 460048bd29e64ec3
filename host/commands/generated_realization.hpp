/// One realization of a workload, from its draws to its files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/io/workload_files.hpp"

namespace fleetcast {

/// What a realization holds, warm-up included, and its files.
struct GeneratedRealization {
  std::uint64_t realization;
  std::uint64_t requests = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t peak_requests_per_second = 0;
  std::vector<WrittenFile> files = {};
};

/// Where realizations go and what they are drawn from.
struct GenerateJob {
  Plan const& plan;  ///< of one scenario
  SweepConfig const& sweep;
  WorkloadFolder folder;
};

/// Work done since the last report.
struct GenerateStep {
  std::uint64_t requests;  ///< written
  double realizations;     ///< their share of the realization
};

/// Draws a realization and writes its requests and minutes.
/// @param stop    looked at often
/// @param report  called often
/// @return        nothing if it was stopped; then none of its files appears
/// @throws Error  bad_config, cannot_create, io
std::optional<GeneratedRealization> generate_realization(GenerateJob const& job, std::uint64_t realization, std::function<bool()> const& stop,
                                                         std::function<void(GenerateStep)> const& report);

}  // namespace fleetcast
