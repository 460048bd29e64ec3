#include "crew_choice.hpp"

namespace fleetcast {

std::unique_ptr<Crew> make_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras) {
  return std::make_unique<LocalCrew>(plan, options.backend_makers(), extras);
}

}  // namespace fleetcast
