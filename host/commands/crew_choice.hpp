/// Who computes a run.
#pragma once

#include <memory>

#include "host/engine/crew.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

/// The devices that the options ask for. Valid as long as options and plan.
/// @throws Error no_device, usage, bad_config
std::unique_ptr<Crew> make_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras);

}  // namespace fleetcast
