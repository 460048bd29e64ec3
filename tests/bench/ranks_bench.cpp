// What ranks cost each other: a deal, and adding up. Rank 0 prints JSON. mpirun -n 4 build/fleetcast_ranks_bench
#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/config/toml_reader.hpp"
#include "host/engine/ranks/mpi_messages.hpp"
#include "host/engine/ranks/mpi_reduction.hpp"
#include "host/engine/ranks/ranks.hpp"

namespace {

using namespace fleetcast;
using Clock = std::chrono::steady_clock;

constexpr int deals = 2000;
constexpr int repeats = 15;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Seconds of the leader for each answer, while every other rank asks as fast as it can.
double deal_seconds() {
  MPI_Barrier(MPI_COMM_WORLD);
  auto const start = Clock::now();
  if (mpi::this_rank() != mpi::leader) {
    for (int i = 0; i < deals; ++i) {
      mpi::send(mpi::Report{}, mpi::leader, mpi::tag_report);
      mpi::receive<Tile>(mpi::leader, mpi::tag_tile);
    }
    return 0;
  }
  int const all = deals * static_cast<int>(mpi::rank_count() - 1);
  mpi::Patience patience;
  for (int answered = 0; answered < all;) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, mpi::tag_report, MPI_COMM_WORLD, &there, &status);
    if (there == 0) {
      patience.wait();
      continue;
    }
    patience.reset();
    mpi::receive<mpi::Report>(status.MPI_SOURCE, mpi::tag_report);
    mpi::send(Tile{}, status.MPI_SOURCE, mpi::tag_tile);
    ++answered;
  }
  return seconds_since(start) / all;
}

Plan plan_of(int cells) {
  return make_plan(parse_sweep(
      fmt::format("[sweep]\nrealizations = 1000\n[grid]\n\"autoscaler.scale_up_at\" = {{ from = 130000, to = 300000, count = {} }}\n", cells),
      "bench.toml", {}));
}

/// The fastest of some additions of a scenario's sums, its band values with them or not: what else the machine does only adds time.
double reduction_seconds(Plan const& plan, bool bands) {
  mpi::Reduction reduction;
  RunState state(plan);
  std::vector<double> seconds;
  for (int i = 0; i < repeats; ++i) {
    MPI_Barrier(MPI_COMM_WORLD);
    auto const start = Clock::now();
    reduction.add_to_leader(plan, {{0, bands ? 1U : 0U}}, state);
    seconds.push_back(seconds_since(start));
  }
  return *std::min_element(seconds.begin(), seconds.end());
}

}  // namespace

int main() {
  auto const ranks = join_ranks(launched());
  nlohmann::ordered_json json{{"ranks", ranks->size()}, {"deal_seconds", deal_seconds()}};
  for (int const cells : {64, 4096, 65536}) {
    Plan const plan = plan_of(cells);
    json["reductions"].push_back({{"cells", cells},
                                  {"bytes", CellSums::bytes(plan)},
                                  {"seconds", reduction_seconds(plan, false)},
                                  {"band_bytes", BandValues::bytes(plan)},
                                  {"seconds_with_bands", reduction_seconds(plan, true)}});
  }
  Plan const million = plan_of(1'000'000);
  json["million_cells"] = {{"bytes", CellSums::bytes(million)}, {"band_bytes", BandValues::bytes(million)}};
  if (ranks->rank() == 0) fmt::print("{}\n", json.dump(2));
  MPI_Barrier(MPI_COMM_WORLD);
  // a rank 0 that never led dismisses helpers: they wait for it
  if (ranks->rank() > 0) mpi::broadcast({});
}
