/// The model once more, as section 4 of the design says it: the answer every backend must give.
#pragma once

#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"

namespace fleetcast::reference {

/// Runs a plan one scenario, realization, policy and tick after the other.
///
/// Naive on purpose: replicas boot one by one, windows are added up anew, histogram bins are searched for. It shares
/// the plan and the scalar samplers with the backends, which have tests of their own, and nothing else. Meant for
/// small sweeps: its time grows with requests, and with ticks times window times policies.
///
/// @return  the sums of every backend, bit for bit, in every slot that holds a policy; padding slots stay empty
SweepSums run(Plan const& plan);

}  // namespace fleetcast::reference
