#include "plan_subset.hpp"

namespace fleetcast {

namespace {

/// `from`'s slots in the order of `slots`, row by row.
template <class T>
std::vector<T> gather(std::vector<T> const& from, std::uint32_t from_slots, std::vector<std::uint32_t> const& slots) {
  std::vector<T> to;
  to.reserve(from.size() / from_slots * slots.size());
  for (std::size_t row = 0; row < from.size(); row += from_slots)
    for (std::uint32_t const slot : slots) to.push_back(from[row + slot]);
  return to;
}

PolicyTable gather(PolicyTable const& t, std::vector<std::uint32_t> const& slots) {
  auto const columns = [&](auto const& column) { return gather(column, t.slots, slots); };
  return {columns(t.scale_up_at),  columns(t.scale_down_at),          columns(t.max_backlog_seconds),
          columns(t.load_limits),  columns(t.backlog_limits),         columns(t.min_replicas),
          columns(t.max_replicas), columns(t.initial_replicas),       columns(t.step_up),
          columns(t.step_down),    columns(t.cooldown_up_ticks),      columns(t.cooldown_down_ticks),
          columns(t.reference),    columns(t.violations_allowed_ppb), static_cast<std::uint32_t>(slots.size())};
}

}  // namespace

Plan keep_policies(Plan const& plan, std::vector<std::uint8_t> const& keep) {
  Plan subset = plan;
  std::vector<std::uint32_t> policy_of_slot(plan.table.slots);
  std::vector<std::uint8_t> kept_slot(plan.table.slots, 0);
  for (std::uint32_t p = 0; p < plan.policies.size(); ++p) {
    if (!plan.policies[p].problem.empty()) continue;
    policy_of_slot[plan.policies[p].slot] = p;
    kept_slot[plan.policies[p].slot] = keep[p] != 0 || plan.baseline == p ? 1 : 0;
    if (kept_slot[plan.policies[p].slot] == 0) subset.policies[p].problem = "left out";
  }

  std::vector<std::uint32_t> slots;  // of the plan, in the order of the subset's
  subset.groups.clear();
  for (PolicyGroup group : plan.groups) {
    std::uint32_t const end = group.first_slot + group.policy_count;
    auto const first = static_cast<std::uint32_t>(slots.size());
    for (std::uint32_t slot = group.first_slot; slot < end; ++slot) {
      if (kept_slot[slot] == 0) continue;
      subset.policies[policy_of_slot[slot]].slot = static_cast<std::uint32_t>(slots.size());
      slots.push_back(slot);
    }
    if (slots.size() == first) continue;
    group.policy_count = static_cast<std::uint32_t>(slots.size()) - first;
    while (slots.size() % slot_alignment != 0) slots.push_back(slots.back());
    group.first_slot = first;
    group.slot_count = static_cast<std::uint32_t>(slots.size()) - first;
    subset.groups.push_back(group);
  }
  subset.table = gather(plan.table, slots);
  subset.slot_service = gather(plan.slot_service, plan.table.slots, slots);
  return subset;
}

}  // namespace fleetcast
