#include "mpi_messages.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace fleetcast::mpi {

void abort_all(char const* problem) {
  std::fprintf(stderr, "rank %d: %s; all ranks end, run again to go on from the last checkpoint\n", this_rank(), problem);
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::internal));
  std::abort();  // not reached: MPI does not say so
}

int this_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

std::uint32_t rank_count() {
  int count = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  return static_cast<std::uint32_t>(count);
}

void Patience::wait() {
  using namespace std::chrono_literals;
  auto const waited = std::chrono::steady_clock::now() - since_;
  std::this_thread::sleep_for(std::clamp<std::chrono::nanoseconds>(waited / 32, 20us, 3ms));
}

void wait_for(MPI_Request& request) {
  Patience patience;
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return;
    patience.wait();
  }
}

void send_text(std::string const& text, int rank) { MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, rank, tag_text, MPI_COMM_WORLD); }

std::string receive_text(int rank) {
  MPI_Status status;
  MPI_Probe(rank, tag_text, MPI_COMM_WORLD, &status);
  int size = 0;
  MPI_Get_count(&status, MPI_CHAR, &size);
  std::string text(static_cast<std::size_t>(size), '\0');
  MPI_Recv(text.data(), size, MPI_CHAR, rank, tag_text, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return text;
}

Command broadcast(Command command) {
  MPI_Request request;
  MPI_Ibcast(&command, sizeof command, MPI_BYTE, leader, MPI_COMM_WORLD, &request);
  wait_for(request);
  return command;
}

}  // namespace fleetcast::mpi
