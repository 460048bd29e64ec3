/// A plan with fewer policies: what is left of it when some need not run any more.
#pragma once

#include <cstdint>
#include <vector>

#include "plan.hpp"

namespace fleetcast {

/// The plan without the policies that are not kept. The same draws, cells, bins, services and references; slots are laid out anew, so that
/// a policy's slot differs. Policies left out are invalid in it. The baseline is always kept.
///
/// @param keep  [policy], not 0: kept; at least one valid policy must be
Plan keep_policies(Plan const& plan, std::vector<std::uint8_t> const& keep);

}  // namespace fleetcast
