/// What is known of a run while it goes on: what log, status, metrics and progress line tell from.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/io/process.hpp"

namespace fleetcast {

enum class RunPhase { running, finished, stopped, failed };

/// "running", "finished", "stopped", "failed"
char const* phase_name(RunPhase phase);

/// A checkpoint that was written.
struct CheckpointFacts {
  std::chrono::system_clock::time_point written;
  std::uint64_t generation = 0;
  std::uint64_t done = 0;  ///< realizations in it, each scenario's counted
  std::uint64_t bytes = 0;
  double seconds = 0;  ///< it took to write
};

/// The cheapest setting known so far to keep the promise, under one combination of conditions.
struct BestSetting {
  std::string conditions;                             ///< in words; "" where the grid varies none
  std::string setting;                                ///< "scale_up_at 154286, scale_down_at 131429"
  nlohmann::ordered_json settings;                    ///< by key
  double cost_usd = 0;                                ///< mean of a realization
  std::optional<double> cost_low_usd, cost_high_usd;  ///< its interval, where there are realizations enough for one
  std::string period;                                 ///< what an amount is paid for: "day"
};

/// A run as it stands. Realizations are counted once for each scenario.
struct RunFacts {
  using Time = std::chrono::system_clock::time_point;

  RunPhase phase = RunPhase::running;
  std::string sweep, plan_hash, output, backend, device;
  ProcessId process;
  Time started, updated;

  std::uint64_t done = 0, total = 0;                                                  ///< realizations
  double elapsed_seconds = 0;                                                         ///< spent on the run, earlier stretches with it
  double earlier_seconds = 0;                                                         ///< of these, before this process
  double requests = 0, steps = 0;                                                     ///< drawn and walked, earlier stretches with them
  double realizations_per_second = 0, requests_per_second = 0, steps_per_second = 0;  ///< lately
  std::optional<double> eta_seconds;  ///< none before anything is done; at most this where looks may end the run

  std::uint64_t looks_taken = 0, looks_planned = 0;
  std::vector<BestSetting> best;
  std::optional<CheckpointFacts> checkpoint;  ///< the last one
  std::uint64_t checkpoints = 0, warnings = 0, faults = 0, audited_realizations = 0;
  double checkpoint_seconds = 0;  ///< of all of them

  std::optional<int> exit_code;  ///< once the run has ended
  std::string message;           ///< why it stopped or failed
  std::string digest;            ///< of the result

  double share() const { return total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0.0; }
};

/// The facts as one JSON object: a status file's content.
nlohmann::ordered_json status_json(RunFacts const& facts);

/// Reads that back.
/// @param place  for messages: the file's name
/// @throws Error bad_data if it is no status or one of a newer fleetcast
RunFacts parse_status(std::string const& text, std::string const& place);

}  // namespace fleetcast
