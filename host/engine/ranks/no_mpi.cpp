// What a build without MPI says to a launcher.
#include <fmt/format.h>

#include "host/config/error.hpp"
#include "ranks.hpp"

namespace fleetcast {

std::unique_ptr<Ranks> join_ranks(Launch const& launch) {
  throw Error(ExitCode::no_device,
              fmt::format("rank {}: this fleetcast was built without MPI, so that its copies would all do the same work; build it with "
                          "-DFLEETCAST_MPI=ON, or start one process",
                          launch.rank));
}

}  // namespace fleetcast
