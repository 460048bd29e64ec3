/// What ranks say to each other, as bytes: all machines of a run are alike (x86-64).
#pragma once

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/engine/run_state.hpp"

namespace fleetcast::mpi {

constexpr int leader = 0;  ///< the rank that deals
int this_rank();
std::uint32_t rank_count();

/// Ends all ranks at once, where one can't go on and the others would wait for it. What is saved stays.
[[noreturn]] void abort_all(char const* problem);

/// Waits without burning the core: a little at first, longer while nothing comes, a 32nd of the time it has waited already, 3 ms at most.
class Patience {
 public:
  void wait();
  void reset() { since_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

/// Until it is complete.
void wait_for(MPI_Request& request);

/// What the leader tells all helpers to do next.
enum class Order : std::uint32_t {
  introduce,  ///< gather_introductions()
  compute,    ///< ask for tiles until there are none; the marks of cells that left a race follow if they are new
  reduce,     ///< add up what was done, in the scenarios that follow
  leave       ///< the crew is dismissed
};

struct Command {
  Order order = Order::leave;
  std::uint32_t scenarios = 0;      ///< whose sums are added up; as many Touched follow
  std::uint64_t marks = 0;          ///< of cells that left a race
  std::uint64_t marks_are_new = 0;  ///< not 0: they follow
};

/// What a helper says while it computes.
struct Report {
  enum class Kind : std::uint32_t {
    asks,             ///< for a tile
    has_finished,     ///< the round
    has_lost_device,  ///< what it did in the round is lost; text follows, and if it goes on the names of its backend and its device
    has_failed        ///< the run can't go on; text follows
  };
  Kind kind = Kind::asks;
  std::uint32_t exit_code = 0;  ///< when it has failed
  std::uint32_t workers = 0;    ///< when it has lost a device: how many go on in the next round
  std::uint32_t most = 0;       ///< realizations of the tile it asks for
  std::uint64_t tiles = 0;      ///< done since it last asked
  Effort effort = {};           ///< in these, and the seconds of the longest; of the whole round, when it has finished
};

/// Scenarios that helpers have worked on.
struct Touched {
  std::uint32_t scenario = 0;
  std::uint32_t bands = 0;  ///< not 0: they drew what its bands lack
};

enum Tag : int { tag_report = 1, tag_tile, tag_text };

/// Sends and receives values as they lie in memory.
template <class Value>
void send(Value const& value, int rank, Tag tag) {
  static_assert(std::is_trivially_copyable_v<Value>);
  MPI_Send(&value, sizeof value, MPI_BYTE, rank, tag, MPI_COMM_WORLD);
}
template <class Value>
Value receive(int rank, Tag tag) {
  static_assert(std::is_trivially_copyable_v<Value>);
  Value value;
  MPI_Request request;
  MPI_Irecv(&value, sizeof value, MPI_BYTE, rank, tag, MPI_COMM_WORLD, &request);
  wait_for(request);
  return value;
}

void send_text(std::string const& text, int rank);
std::string receive_text(int rank);

/// The leader's command to all; every rank calls it.
Command broadcast(Command command);
/// The leader's values to all, who know how many there are.
template <class Value>
void broadcast(std::vector<Value>& values) {
  static_assert(std::is_trivially_copyable_v<Value>);
  constexpr std::size_t piece = 1U << 24U;
  auto* const bytes = reinterpret_cast<char*>(values.data());
  std::size_t const size = values.size() * sizeof(Value);
  for (std::size_t at = 0; at < size; at += piece)
    MPI_Bcast(bytes + at, static_cast<int>(std::min(piece, size - at)), MPI_BYTE, leader, MPI_COMM_WORLD);
}

}  // namespace fleetcast::mpi
