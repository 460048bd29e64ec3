#include "crew_choice.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "host/commands/signals.hpp"
#include "host/config/error.hpp"
#include "host/engine/audit.hpp"
#include "host/report/standard_error.hpp"

namespace fleetcast {

namespace {

/// The same crew, once what it does without has been told.
std::unique_ptr<LocalCrew> told(std::unique_ptr<LocalCrew> crew, Warn const& warn) {
  for (auto const& problem : crew->unusable()) warn(fmt::format("a GPU is left out: {}", problem));
  return crew;
}

/// A rank can't start anew by itself: when its GPUs have failed, its CPU goes on.
std::unique_ptr<LocalCrew> rank_crew(SweepOptions const& options, Plan const& plan, CrewExtras const& extras, NodeShare const& share,
                                     Warn const& warn) {
  SweepOptions own = options;
  if (own.threads == 0) own.threads = share.threads;
  return told(std::make_unique<LocalCrew>(plan, options.backend_makers(warn, share), extras, [own](Plan const& p) { return own.cpu_backend(p); }),
              warn);
}

/// A rank other than 0.
void help(Ranks& ranks, RunOptions const& options) {
  SignalWatch const watch;  // launchers signal every rank: these obey rank 0, and a second signal
  std::optional<Audit> audit;
  ranks.serve([&] {
    if (auto const share = options.audited_share()) audit.emplace(*share, [&](Plan const& plan) { return options.sweep.audit_backend(plan); });
    auto plan = std::make_unique<Plan const>(options.sweep.plan());
    auto crew = rank_crew(options.sweep, *plan, {.audit = audit ? &*audit : nullptr}, ranks.node(), warn_on_stderr);
    return Helper{std::move(plan), std::move(crew), options.job()};
  });
}

}  // namespace

int with_ranks(RunOptions const& options, std::function<int(RunOptions const&)> const& lead) {
  Launch const launch = launched();
  if (launch.alone()) return lead(options);
  auto const ranks = join_ranks(launch);
  if (ranks->rank() > 0) {
    help(*ranks, options);
    return 0;
  }
  RunOptions own = options;
  if (ranks->size() > 1) own.ranks = ranks.get();
  return lead(own);
}

std::unique_ptr<Crew> make_crew(RunOptions const& options, Plan const& plan, CrewExtras const& extras, Warn const& warn) {
  if (options.ranks == nullptr) {
    SweepOptions const& own = options.sweep;
    BackendMaker const cpu = [own](Plan const& p) { return own.cpu_backend(p); };
    return told(std::make_unique<LocalCrew>(plan, own.backend_makers(warn, {}), extras, own.device == "auto" ? cpu : BackendMaker()), warn);
  }
  if (extras.raw != nullptr)
    throw Error(ExitCode::usage, "--raw: one process keeps the ledgers of all realizations; start it without mpirun or srun");
  return options.ranks->lead(plan, rank_crew(options.sweep, plan, extras, options.ranks->node(), warn), warn, Ranks::usual_band_memory,
                             options.job());
}

}  // namespace fleetcast
