/// Which kernel draws the tokens of a request class: for a device's launch, and for tests that run the same kernel's body on a CPU.
#pragma once

#include <cstdint>

#include "device_sweep.hpp"
#include "token_body.cuh"

namespace fleetcast {

/// The smallest tables that hold the lengths, as long as `launch` can have them: it is called with the type of their entries (void: they stay in
/// device memory) and the threads of a tick, and says whether it could.
template <std::uint32_t Threads, class Launch>
void with_table_entries(ClassLaw const& law, Launch const& launch) {
  bool const short_lengths = law.longest < (1U << 16);
  if (!law.pairs && short_lengths && launch.template run<std::uint16_t, Threads>()) return;
  if (!law.pairs && launch.template run<std::uint32_t, Threads>()) return;
  launch.template run<void, Threads>();
}

/// As many threads a tick as find a few blocks of four requests each, or one where the class draws its sums at once.
template <class Launch>
void with_token_kernel(ClassLaw const& law, Launch const& launch) {
  if (law.compound)
    launch.compound();
  else if (law.expected < 32)
    with_table_entries<1>(law, launch);
  else if (law.expected < 256)
    with_table_entries<4>(law, launch);
  else
    with_table_entries<32>(law, launch);
}

}  // namespace fleetcast
