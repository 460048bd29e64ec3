/// The processes of one run that a launcher started: rank 0 leads, the others compute what it deals.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "host/engine/crew.hpp"
#include "launch.hpp"

namespace fleetcast {

/// What of a machine a process has, when others of the run are there too.
struct NodeShare {
  std::uint32_t place = 0;   ///< among the processes of this machine, from 0
  std::uint32_t places = 1;  ///< processes of this machine
  int threads = 0;           ///< cores for each; 0: all
};

/// What a rank computes with.
struct Helper {
  std::unique_ptr<Plan const> plan;
  std::unique_ptr<LocalCrew> crew;  ///< of that plan
  std::string job;                  ///< what else tells its run from others, such as the result's name: the same on all ranks
};

/// Told what a person should know and no error ends.
using Warn = std::function<void(std::string const&)>;

class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual std::uint32_t rank() const = 0;  ///< from 0
  virtual std::uint32_t size() const = 0;
  virtual NodeShare node() const = 0;

  /// Rank 0's: a crew of all ranks, whose helpers are at home again when it is gone. It computes in this process with `own` and deals tiles to
  /// the others. What a rank has not finished when a device of its fails counts as never dealt, the rank goes on without that device, and
  /// `warn` is told; so it is of ranks that keep everybody waiting. A device that fails before the first tile ends the run.
  /// @param band_memory  bytes of band values of unfinished scenarios that a rank may hold: sums are added up before they take more
  /// @param job          as Helper::job
  /// @throws Error what a helper could not prepare, with its rank and host; bad_config where its plan or job is another
  virtual std::unique_ptr<Crew> lead(Plan const& plan, std::unique_ptr<LocalCrew> own, Warn warn, std::uint64_t band_memory,
                                     std::string const& job) = 0;
  static constexpr std::uint64_t usual_band_memory = 256ULL << 20;

  /// The others': prepares, then computes what rank 0 deals until it says that all is done. An error of `prepare` is told to rank 0.
  virtual void serve(std::function<Helper()> const& prepare) = 0;
};

/// Meets the other processes. When what it returns is gone, so is MPI; on rank 0 that sends helpers home that still wait for a crew.
/// @throws Error no_device  this build has no MPI, or not the launcher's
std::unique_ptr<Ranks> join_ranks(Launch const& launch);

}  // namespace fleetcast
