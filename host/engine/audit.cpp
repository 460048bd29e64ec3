#include "audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cuda/model/rows.cuh"

namespace fleetcast {

std::uint32_t Audit::due(std::uint32_t realizations, double& owed) const {
  owed += share_ * realizations;
  if (owed < 1) return 0;
  auto const wanted = static_cast<std::uint32_t>(std::ceil(owed));
  std::uint32_t const due = std::min(realizations, (wanted + interleave - 1) / interleave * interleave);
  owed -= due;
  return due;
}

void Audit::compare(Plan const& plan, ComputedTile const& computed, std::string const& device) {
  std::lock_guard const lock(mutex_);
  auto const& tile = computed.tile;
  CellSums cells(plan);
  ScenarioSums totals;
  totals.work_ms.resize(computed.totals.work_ms.size());
  totals.reference.resize(computed.totals.reference.size());
  BandValues bands(plan);
  auto const backend = make_(plan);
  backend->begin_scenario(tile.scenario, cells, computed.bands != nullptr ? &bands : nullptr);
  for (std::uint32_t done = 0; done < tile.realizations;) {
    std::uint32_t const count = std::min(backend->tile_realizations(), tile.realizations - done);
    backend->run_tile({tile.scenario, tile.first + done, count}, nullptr);
    add_totals(totals, backend->totals());
    done += count;
  }
  backend->bring_home();
  auto const same_bands = [&] {
    return computed.bands == nullptr || std::equal(bands.values().begin(), bands.values().end(), computed.bands->values().begin());
  };
  // what is wrong with the traffic is wrong with all that comes of it
  char const* const differs = !totals.same_moments(computed.totals) ? "the traffic"
                              : !same_bands()                       ? "the workload bands"
                              : !cells.equals(computed.cells)       ? "the sums of the settings"
                                                                    : nullptr;
  if (differs != nullptr)
    throw Error(
        ExitCode::internal,
        fmt::format("--audit: {} of realizations {} to {} of scenario {} by {} are not what {} makes of them; the device or its memory is faulty: "
                    "start over with --fresh on another, and have this one tested",
                    differs, tile.first, tile.first + tile.realizations - 1, tile.scenario, device, backend->device()));
  realizations_ += tile.realizations;
}

}  // namespace fleetcast
