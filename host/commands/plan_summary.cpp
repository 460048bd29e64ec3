#include "plan_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "host/config/keys.hpp"
#include "host/engine/sums.hpp"
#include "host/io/result_file.hpp"
#include "host/report/setting_text.hpp"
#include "host/report/text_table.hpp"
#include "host/stats/cell_tallies.hpp"

namespace fleetcast {

double PlanSummary::expected_requests() const {
  double sum = 0;
  for (auto const& scenario : plan.scenarios)
    for (double const requests : scenario.expected_requests) sum += requests;
  return sum * plan.realizations;
}

double PlanSummary::steps() const {
  double scenarios = 0;
  for (auto const& scenario : plan.scenarios) scenarios += scenario.problem.empty() ? 1 : 0;
  return scenarios * plan.distinct_policies() * static_cast<double>(plan.total_ticks()) * plan.realizations;
}

double PlanSummary::estimated_seconds() const {
  // typical of one AVX-512 core; a GPU draws and steps some thousand times as fast
  constexpr double requests_per_second = 4e8;
  constexpr double steps_per_second = 6e8;
  double const cores = choice.backend == "cuda" ? 500.0 : std::thread::hardware_concurrency();
  return (expected_requests() / requests_per_second + steps() / steps_per_second) / cores;
}

std::uint64_t PlanSummary::memory_bytes() const {
  std::uint64_t const ledgers = raw ? 8ULL * (fixed_entries + plan.levels) * plan.cells * plan.realizations : 0;
  // a race counts on a part of the plan, and adds that to the whole
  std::uint64_t const scenarios = plan.scenarios.size() + (plan.config.search.race ? 1 : 0) + copies;
  constexpr std::uint64_t policy_bytes = 320;  // of the plan, its tables among them
  return choice.shape.bytes(plan) + CellSums::bytes(plan) * scenarios + std::max(tally_bytes(plan), writing_bytes(plan)) + ledgers +
         policy_bytes * plan.policies.size();
}

std::string PlanSummary::text() const {
  std::string out =
      fmt::format("{}: {} cell{} ({} valid), {}\n", plan.config.sweep.name, grouped(static_cast<double>(plan.cells)), plan.cells == 1 ? "" : "s",
                  grouped(static_cast<double>(plan.valid_cells())), sample_name(period_name(plan.config.sweep), plan.realizations));
  auto const row = [&](std::string const& name, std::string const& value) { out += fmt::format("  {:<16} {}\n", name, value); };
  for (auto const& axis : plan.axes)
    row("axis", fmt::format("{}: {} values, {} to {}", axis.key, axis.values.size(), axis_value(axis, axis.values.front()),
                            axis_value(axis, axis.values.back())));
  row("scenarios", grouped(static_cast<double>(plan.scenarios.size())));
  row("ticks", fmt::format("{} of {} s, {} of them warm-up", grouped(plan.total_ticks()), plan.tick_seconds, grouped(plan.warmup_ticks)));
  row("requests", fmt::format("{:.3g}", expected_requests()));
  row("policy steps", fmt::format("{:.3g}", steps()));
  row("tiles", fmt::format("{} realizations at a time", choice.shape.realizations));
  row("memory",
      fmt::format("{} ({} tiles, {} sums)", bytes(static_cast<double>(memory_bytes())), bytes(static_cast<double>(choice.shape.bytes(plan))),
                  bytes(static_cast<double>(memory_bytes() - choice.shape.bytes(plan)))));
  row("result file", "about " + bytes(static_cast<double>(result_bytes(plan, raw))));
  row("time", "about " + duration(estimated_seconds()) + " by typical rates of one core; yours may differ by a factor of three");
  row("runs on", choice.backend + ", " + choice.device);
  row("plan hash", plan.hash.hex());
  std::size_t told = 0;
  for (auto const& policy : plan.policies)
    if (!policy.problem.empty() && told++ < 1) row("invalid cells", "for example " + policy.problem);
  return out;
}

nlohmann::ordered_json PlanSummary::json() const {
  return {{"name", plan.config.sweep.name},
          {"cells", plan.cells},
          {"valid_cells", plan.valid_cells()},
          {"scenarios", plan.scenarios.size()},
          {"realizations", plan.realizations},
          {"ticks", plan.total_ticks()},
          {"expected_requests", expected_requests()},
          {"steps", steps()},
          {"memory_bytes", memory_bytes()},
          {"result_bytes", result_bytes(plan, raw)},
          {"estimated_seconds", estimated_seconds()},
          {"backend", choice.backend},
          {"device", choice.device},
          {"plan_hash", plan.hash.hex()}};
}

}  // namespace fleetcast
