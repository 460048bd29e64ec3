#include "mpi_introduction.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <string_view>

#include "host/version.hpp"
#include "mpi_messages.hpp"

namespace fleetcast::mpi {

namespace {

template <std::size_t N>
void put(std::array<char, N>& field, std::string_view text) {
  text.copy(field.data(), N - 1);
}

Introduction nameless() {
  Introduction me;
  int length = 0;
  std::array<char, MPI_MAX_PROCESSOR_NAME> host{};
  MPI_Get_processor_name(host.data(), &length);
  put(me.host, host.data());
  put(me.build, version::git_sha);
  return me;
}

}  // namespace

std::string rank_name(std::uint32_t rank, std::string const& host) { return fmt::format("rank {} ({})", rank, host); }

Introduction introduction(Plan const& plan, LocalCrew const& crew, std::string const& job) {
  Introduction me = nameless();
  me.workers = crew.size();
  me.plan_hash[0] = plan.hash.low;
  me.plan_hash[1] = plan.hash.high;
  me.realizations = plan.realizations;
  me.band_realizations = plan.band_realizations;
  put(me.job, job);
  put(me.backend, crew.name());
  put(me.device, crew.device());
  return me;
}

Introduction introduction(Error const& error) {
  Introduction me = nameless();
  me.exit_code = static_cast<int>(error.code());
  put(me.message, error.what());
  return me;
}

std::vector<Introduction> gather_introductions(Introduction const& own) {
  std::vector<Introduction> all(this_rank() == leader ? rank_count() : 0);
  MPI_Gather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, leader, MPI_COMM_WORLD);
  return all;
}

void expect_same_run(std::vector<Introduction> const& all) {
  Introduction const& first = all.front();
  for (std::uint32_t rank = 0; rank < all.size(); ++rank) {
    Introduction const& one = all[rank];
    std::string const name = rank_name(rank, one.host.data());
    if (one.exit_code != 0) throw Error(ExitCode{one.exit_code}, fmt::format("{}: {}", name, one.message.data()));
    if (one.build != first.build)
      throw Error(ExitCode::bad_config, fmt::format("{}: its fleetcast is {}, that of rank 0 is {}; install one on all machines", name,
                                                    one.build.data(), first.build.data()));
    if (!std::equal(std::begin(one.plan_hash), std::end(one.plan_hash), std::begin(first.plan_hash)) || one.realizations != first.realizations ||
        one.band_realizations != first.band_realizations)
      throw Error(ExitCode::bad_config,
                  fmt::format("{}: its plan is not that of rank 0 (the sweep file or one that it names differs); give all ranks the same files and "
                              "options",
                              name));
    if (one.job != first.job)
      throw Error(ExitCode::usage, fmt::format("{}: it is to run {}, rank 0 {}; give all ranks the same options, or start each run by itself", name,
                                               one.job.data(), first.job.data()));
  }
}

}  // namespace fleetcast::mpi
