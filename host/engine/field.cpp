#include "field.hpp"

#include <algorithm>

#include "plan_subset.hpp"

namespace fleetcast {

std::vector<std::uint8_t> valid_policies(Plan const& plan) {
  std::vector<std::uint8_t> valid;
  for (auto const& policy : plan.policies) valid.push_back(policy.problem.empty() ? 1 : 0);
  return valid;
}

Field::Field(Plan const& plan, std::vector<std::uint8_t> const& left)
    : plan_(plan),
      cells_(plan.scenarios.size(), 0),
      stays_(plan.scenarios.size(), std::vector<std::uint8_t>(plan.policies.size(), 0)),
      plans_(plan.scenarios.size(), std::shared_ptr<Plan const>(&plan, [](Plan const*) {})) {
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    if (plan.is_valid(cell) && (left.empty() || left[cell] == 0)) {
      ++cells_[plan.scenario_of(cell)];
      stays_[plan.scenario_of(cell)][plan.policy_of(cell)] = 1;
    }
  if (left.empty()) return;
  std::vector<std::uint8_t> const valid = valid_policies(plan);
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
    if (is_over(s)) continue;
    if (plan.baseline && stays_[s][*plan.baseline] == 0) {  // the others are compared with it
      stays_[s][*plan.baseline] = 1;
      ++cells_[s];
    }
    if (stays_[s] == valid) continue;
    plans_[s] = s > 0 && stays_[s] == stays_[s - 1] ? plans_[s - 1] : std::make_shared<Plan const>(keep_policies(plan, stays_[s]));
  }
}

bool Field::is_over() const {
  return std::all_of(cells_.begin(), cells_.end(), [](std::uint64_t cells) { return cells == 0; });
}

}  // namespace fleetcast
