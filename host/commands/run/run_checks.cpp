#include "run_checks.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "host/config/error.hpp"
#include "host/report/text_table.hpp"

namespace fleetcast {

void check_memory(PlanSummary const& summary) {
  auto const available = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
  if (summary.memory_bytes() > available)
    throw Error(ExitCode::bad_config, fmt::format("[grid]: the sums of {} cells take {}, this machine has {}; shorten an axis or split the sweep",
                                                  grouped(static_cast<double>(summary.plan.cells)),
                                                  bytes(static_cast<double>(summary.memory_bytes())), bytes(static_cast<double>(available))));
}

std::vector<std::string> plan_warnings(Plan const& plan) {
  std::vector<std::string> warnings;
  double worst = 0;
  std::uint64_t worst_cell = 0;
  // the share depends on few settings: corners of the grid show it
  for (std::uint64_t cell = 0; cell < plan.cells; cell += std::max<std::uint64_t>(1, plan.cells / 64)) {
    if (!plan.is_valid(cell)) continue;
    double const excess = plan.unservable_share(cell) - (1.0 - plan.policies[plan.policy_of(cell)].objective);
    if (excess > worst) {
      worst = excess;
      worst_cell = cell;
    }
  }
  if (worst > 0)
    warnings.push_back(
        fmt::format("{} of requests have prompts so long that their own prefill breaks the promise on an idle fleet "
                    "(the objective allows {}); no replica count helps those",
                    percent(plan.unservable_share(worst_cell)), percent(1.0 - plan.policies[plan.policy_of(worst_cell)].objective)));
  double least_excess_ms = std::numeric_limits<double>::infinity();
  for (auto const& policy : plan.policies)
    if (policy.problem.empty()) least_excess_ms = std::min(least_excess_ms, policy.ttft_at_rest_ms - policy.ttft_limit_ms);
  if (least_excess_ms > 0)
    warnings.push_back(
        fmt::format("even an idle fleet takes {:.4g} ms longer to its first token than the promise allows; no setting can keep it", least_excess_ms));
  return warnings;
}

}  // namespace fleetcast
