// Ranks that meet through MPI.
#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>

#include <array>

#include "host/config/error.hpp"
#include "mpi_crew.hpp"
#include "mpi_helper.hpp"
#include "mpi_messages.hpp"
#include "mpi_reduction.hpp"
#include "ranks.hpp"

namespace fleetcast {

namespace mpi {

namespace {

/// MPI from its first to its last call.
class Session {
 public:
  explicit Session(Launch const& launch) {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    bool const stranger = launch.size > 0 ? rank_count() != launch.size : rank_count() == 1 && launch.rank > 0;
    if (stranger || provided < MPI_THREAD_FUNNELED) {
      MPI_Finalize();
      throw Error(ExitCode::no_device, stranger
                                           ? fmt::format("rank {}: whoever started it and this fleetcast's MPI don't know each other, so that its "
                                                         "copies would all do the same work; start it with Open MPI's mpirun or srun --mpi=pmix",
                                                         launch.rank)
                                           : fmt::format("rank {}: this MPI can't be used beside threads; take Debian's Open MPI", launch.rank));
    }
  }
  ~Session() { MPI_Finalize(); }
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;
};

/// Cores for each process of a machine, whether a launcher has bound each to its own or they share.
NodeShare share_node() {
  MPI_Comm node;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, this_rank(), MPI_INFO_NULL, &node);
  int place = 0, places = 1;
  MPI_Comm_rank(node, &place);
  MPI_Comm_size(node, &places);
  cpu_set_t own, all;
  CPU_ZERO(&own);
  CPU_ZERO(&all);
  sched_getaffinity(0, sizeof own, &own);
  MPI_Allreduce(&own, &all, sizeof own, MPI_BYTE, MPI_BOR, node);
  int const cores = CPU_COUNT(&own);
  int sum = 0;
  MPI_Allreduce(&cores, &sum, 1, MPI_INT, MPI_SUM, node);
  MPI_Comm_free(&node);
  int const threads = sum == 0 ? 0 : std::max(1, cores * CPU_COUNT(&all) / sum);
  return {static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(places), threads};
}

class MpiRanks final : public Ranks {
 public:
  explicit MpiRanks(Launch const& launch) : session_(launch), node_(share_node()) {}
  ~MpiRanks() override { dismiss(); }
  MpiRanks(MpiRanks const&) = delete;
  MpiRanks& operator=(MpiRanks const&) = delete;

  std::uint32_t rank() const override { return static_cast<std::uint32_t>(this_rank()); }
  std::uint32_t size() const override { return rank_count(); }
  NodeShare node() const override { return node_; }

  std::unique_ptr<Crew> lead(Plan const& plan, std::unique_ptr<LocalCrew> own, Warn warn, std::uint64_t band_memory,
                             std::string const& job) override {
    helpers_wait_ = true;
    try {
      return std::make_unique<MpiCrew>(plan, std::move(own), Leading{std::move(warn), [this] { dismiss(); }, band_memory, job}, reduction_);
    } catch (Error const&) {
      dismiss();
      throw;
    }
  }

  void serve(std::function<Helper()> const& prepare) override {
    try {
      MpiHelper(prepare, reduction_).serve();
    } catch (std::exception const& error) {
      abort_all(error.what());  // the others would wait for this one for ever
    }
  }

 private:
  void dismiss() {
    if (this_rank() == leader && helpers_wait_) broadcast({.order = Order::leave});
    helpers_wait_ = false;
  }

  Session session_;
  Reduction reduction_;
  NodeShare node_;
  bool helpers_wait_ = true;
};

}  // namespace

}  // namespace mpi

std::unique_ptr<Ranks> join_ranks(Launch const& launch) { return std::make_unique<mpi::MpiRanks>(launch); }

}  // namespace fleetcast
