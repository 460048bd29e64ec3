/// Who the ranks of a run are.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/config/error.hpp"
#include "host/engine/crew.hpp"

namespace fleetcast::mpi {

/// Who a rank is and what it is going to compute, or why it can't. Text that is longer than its field is cut.
struct Introduction {
  int exit_code = 0;  ///< not 0: `message` says why
  std::uint32_t workers = 0;
  std::uint64_t plan_hash[2] = {};
  std::uint64_t realizations = 0;
  std::uint64_t band_realizations = 0;
  std::array<char, 256> job{};
  std::array<char, 16> backend{};
  std::array<char, 160> device{};
  std::array<char, 64> host{};
  std::array<char, 64> build{};
  std::array<char, 1024> message{};
};

/// Of this process.
/// @param job  as Helper::job
Introduction introduction(Plan const& plan, LocalCrew const& crew, std::string const& job);
/// Of this process, which can't help.
Introduction introduction(Error const& error);

/// The leader gets all, by rank; the others nothing. Every rank calls it.
std::vector<Introduction> gather_introductions(Introduction const& own);

/// @throws Error  what kept a rank from helping; bad_config where its plan, build or job is not the leader's, which is the first of all
void expect_same_run(std::vector<Introduction> const& all);

/// "rank 2 (node7)"
std::string rank_name(std::uint32_t rank, std::string const& host);

}  // namespace fleetcast::mpi
