#include "crew_choice.hpp"

#include <fmt/format.h>

#include <utility>

#include "host/config/error.hpp"
#include "signals.hpp"

namespace fleetcast {

namespace {

std::unique_ptr<LocalCrew> own_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras, NodeShare const& share) {
  return std::make_unique<LocalCrew>(plan, options.backend_makers(share), extras);
}

}  // namespace

int with_ranks(SweepOptions const& options, std::function<int(Ranks*)> const& lead) {
  Launch const launch = launched();
  if (launch.alone()) return lead(nullptr);
  auto const ranks = join_ranks(launch);
  if (ranks->rank() == 0) return lead(ranks->size() > 1 ? ranks.get() : nullptr);
  SignalWatch const watch;  // a launcher signals every rank: they obey rank 0, and a second signal
  ranks->serve([&] {
    auto plan = std::make_unique<Plan const>(options.plan());
    auto crew = own_crew(options, *plan, {}, ranks->node());
    return Helper{std::move(plan), std::move(crew)};
  });
  return 0;
}

std::unique_ptr<Crew> make_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras, Ranks* ranks) {
  if (ranks == nullptr) return own_crew(options, plan, extras, {});
  if (extras.raw != nullptr)
    throw Error(ExitCode::usage, "--raw: the ledgers of all realizations are kept by one process; start it without mpirun or srun");
  return ranks->lead(plan, own_crew(options, plan, extras, ranks->node()),
                     [](std::string const& text) { fmt::print(stderr, "warning: {}\n", text); });
}

}  // namespace fleetcast
