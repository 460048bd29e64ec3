/// Rank 0's crew: itself and the helpers it deals tiles to.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host/engine/crew.hpp"
#include "host/engine/round.hpp"
#include "mpi_messages.hpp"
#include "mpi_reduction.hpp"
#include "ranks.hpp"
#include "straggler_watch.hpp"

namespace fleetcast::mpi {

/// What leading takes besides tiles.
struct Leading {
  Warn warn;
  std::function<void()> dismiss;  ///< sends the helpers home
  std::uint64_t band_memory;      ///< as in Ranks::lead()
  std::string job;                ///< as in Helper
};

/// All of it is called by the thread that initialised MPI; the workers of this process run in another.
class MpiCrew final : public Crew {
 public:
  /// @throws Error  what a helper could not prepare; bad_config where its plan, build or job is another
  MpiCrew(Plan const& plan, std::unique_ptr<LocalCrew> own, Leading leading, Reduction& reduction);
  ~MpiCrew() override { leading_.dismiss(); }
  MpiCrew(MpiCrew const&) = delete;
  MpiCrew& operator=(MpiCrew const&) = delete;

  std::string name() const override;
  std::string device() const override;
  std::uint32_t size() const override;
  void work(WorkQueue& queue, Field const& field, RunState& state, TileReport const& report) override;
  bool draw_bands(Plan const& plan, std::uint32_t scenario, RunState& state, std::function<bool()> const& pause) override;
  KernelSeconds kernel_seconds() const override { return own_->kernel_seconds() + helpers_seconds_; }

 private:
  struct Member {
    std::string name;  ///< rank and host
    std::string host, backend, device;
    std::uint32_t workers = 0;
    bool is_out = false;           ///< its devices failed: it gets no more work
    std::vector<Tile> tiles = {};  ///< that it was dealt in this round
  };

  std::uint32_t helpers() const;
  /// @param workers  of the rank that go on
  void note_lost_device(Member& member, std::string const& problem, std::uint32_t workers);
  void compute(Round& round, Field const& field, RunState& state, TileReport const& report);
  void tell(RunState const& state);
  /// Answers helpers until each has finished the round or failed.
  void deal(Round& round, TileReport const& report);
  void answer(int rank, Report const& asked, Round& round, TileReport const& report);
  void note_end(int rank, Report const& said, Round& round);
  /// Has the run end with an error once all ranks have come to the end of the round.
  void end_with(std::exception_ptr problem, Round& round);
  /// Of this process's workers: whether the others can go on without them.
  void judge(std::exception_ptr const& problem);
  void name_stragglers();
  void warn(std::string const& message);
  /// Adds what helpers did in a round to the state.
  void gather(RunState& state);

  Plan const& plan_;
  std::unique_ptr<LocalCrew> own_;
  Leading leading_;
  Reduction& reduction_;
  std::mutex lock_;              ///< of all that the run is asked and told
  std::vector<Member> members_;  ///< [rank], this one too
  StragglerWatch stragglers_;
  std::vector<std::uint8_t> left_;      ///< what helpers know of cells that left a race
  std::set<std::uint32_t> with_bands_;  ///< scenarios whose band values helpers draw in this round
  Effort effort_;                       ///< of helpers in this round
  std::exception_ptr problem_;          ///< found while dealing, to be thrown when all ranks have ended the round
  KernelSeconds helpers_seconds_;
};

}  // namespace fleetcast::mpi
