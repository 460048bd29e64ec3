/// Who computes a run's tiles.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audit.hpp"
#include "backend.hpp"
#include "field.hpp"
#include "run_state.hpp"
#include "work_queue.hpp"

namespace fleetcast {

/// Makes a backend for a plan; called again where cells have left a race.
using BackendMaker = std::function<std::shared_ptr<Backend>(Plan const&)>;

/// Told under a lock what a tile has added, and for how many seconds its worker was at it.
using TileReport = std::function<void(Effort const&)>;

class Crew {
 public:
  virtual ~Crew() = default;

  virtual std::string name() const = 0;    ///< of the backends: "cpu" or "cuda"
  virtual std::string device() const = 0;  ///< for people
  /// How many take tiles at the same time.
  virtual std::uint32_t size() const = 0;

  /// Computes what the queue deals until it deals no more, and adds it to `state`.
  /// @throws Error what a backend threw; after a DeviceFault `state` is whole, without what that device had not brought home
  virtual void work(WorkQueue& queue, Field const& field, RunState& state, TileReport const& report) = 0;

  /// Draws the traffic that a scenario's bands lack, and makes them.
  /// @param pause  asked after each tile, or empty; once true, what has been drawn is kept in the state and no more is
  /// @return false if some of it is still missing
  virtual bool draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, std::function<bool()> const& pause) = 0;

  virtual KernelSeconds kernel_seconds() const = 0;
};

/// What else is done with tiles; either may be null.
struct CrewExtras {
  LedgerSink* raw = nullptr;  ///< takes all ledgers
  Audit* audit = nullptr;     ///< computes some tiles again
};

/// Takes tiles from a queue and adds up what they come to.
class Worker {
 public:
  /// @param plan   the whole plan, for which it makes a backend at once
  /// @param alone  no other worker adds to the same state, so that it needs no sums of its own
  Worker(Plan const& plan, BackendMaker make, bool alone, CrewExtras const& extras);

  /// @param lock  of `state` and of `report`
  void work(WorkQueue& queue, Field const& field, RunState& state, std::mutex& lock, TileReport const& report);

  Backend const& backend() const { return *backend_; }
  /// Without those of a backend that could not be made.
  KernelSeconds kernel_seconds() const { return backend_ ? seconds_ + backend_->kernel_seconds() : seconds_; }
  BackendMaker const& maker() const { return make_; }

 private:
  /// What it has done of a scenario and not yet added to the state.
  struct Part;
  /// Keeps the backend it has where that runs the same policies.
  void use_backend_for(std::shared_ptr<Plan const> const& plan, std::vector<std::uint8_t> const& stays);
  Effort compute(Tile const& tile, Field const& field, Part& part);
  /// Computes a tile into a part of its own, has it audited, and hands it over.
  Effort compute_audited(Tile const& tile, Field const& field, RunState& state, std::mutex& lock);
  void hand_over(Part& part, Field const& field, RunState& state, std::mutex& lock);

  BackendMaker make_;
  bool alone_;
  CrewExtras extras_;
  double owed_to_audit_ = 1;
  std::shared_ptr<Plan const> plan_;  ///< that backend_ is for
  std::vector<std::uint8_t> stays_;   ///< [policy], not 0: is run by backend_
  std::shared_ptr<Backend> backend_;
  KernelSeconds seconds_;
};

/// The same with a backend made for it.
bool draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, BackendMaker const& make, std::function<bool()> const& pause);

/// The devices of one process: a thread each.
class LocalCrew final : public Crew {
 public:
  /// @param makers    one a device; of several, those that can't be used are done without
  /// @param fallback  for when no device is left that works, or empty
  /// @throws Error  what a maker threw; no_device where no device can be used and there is no fallback
  LocalCrew(Plan const& plan, std::vector<BackendMaker> const& makers, CrewExtras const& extras = {}, BackendMaker fallback = {});

  std::string name() const override;
  std::string device() const override;
  std::uint32_t size() const override { return static_cast<std::uint32_t>(workers_.size()); }
  void work(WorkQueue& queue, Field const& field, RunState& state, TileReport const& report) override;
  bool draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, std::function<bool()> const& pause) override;
  KernelSeconds kernel_seconds() const override;

  /// Why devices are done without from the start.
  std::vector<std::string> const& unusable() const { return unusable_; }

  /// After a DeviceFault of work() or draw_bands(): goes on without the devices that failed, with the fallback where none is left.
  /// @return whether anybody is
  bool do_without_lost();

 private:
  Plan const& plan_;
  CrewExtras extras_;
  BackendMaker fallback_;
  std::vector<Worker> workers_;
  std::vector<std::string> unusable_;
  std::vector<std::size_t> lost_;  ///< of workers_, ascending
  KernelSeconds seconds_of_lost_;
};

}  // namespace fleetcast
