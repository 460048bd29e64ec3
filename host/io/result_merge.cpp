#include "result_merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/config/error.hpp"
#include "host/config/sweep_difference.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

std::string words(RealizationSpan span) {
  return span.size() == 1 ? fmt::format("realization {}", span.first) : fmt::format("realizations {} to {}", span.first, span.last - 1);
}

[[noreturn]] void refuse(std::string const& problem) { throw Error(ExitCode::bad_data, problem); }

}  // namespace

void check_same_run(std::vector<ResultHeader> const& parts) {
  ResultHeader const& first = parts.front();
  for (auto const& part : parts) {
    if (part.looked) refuse(part.path + ": was run with [stop] or a race, which look at all realizations as they come; it can't be a part");
    if (part.fleetcast_version != version::number || part.git_sha != version::git_sha)
      refuse(fmt::format("{}: was written by fleetcast {} ({}), this is {} ({}); merge with the fleetcast that ran the parts", part.path,
                         part.fleetcast_version, part.git_sha, version::number, version::git_sha));
    if (part.sweep != first.sweep)
      refuse(fmt::format("{}: is of another sweep than {} (here): {}; merge parts of one sweep", part.path, first.path,
                         differences_text(sweep_differences(part.sweep, part.path, first.sweep))));
    if (part.plan_hash != first.plan_hash)
      refuse(fmt::format("{}: is of another plan than {} (a file that their sweep names was changed between them); run one of them again", part.path,
                         first.path));
  }
}

void check_complete(std::vector<ResultHeader> const& parts, Plan const& plan) {
  std::vector<ResultHeader const*> in_order;
  for (auto const& part : parts) in_order.push_back(&part);
  std::stable_sort(in_order.begin(), in_order.end(), [](auto const* a, auto const* b) { return a->realizations.first < b->realizations.first; });
  std::vector<std::string> problems;
  RealizationSet covered;
  ResultHeader const* furthest = nullptr;  // of those before
  for (auto const* const part : in_order) {
    RealizationSpan const span = part->realizations;
    if (span.last > plan.realizations) problems.push_back(fmt::format("{} has {}, the sweep only {}", part->path, words(span), plan.realizations));
    if (furthest != nullptr && furthest->realizations.last > span.first)
      problems.push_back(
          fmt::format("{} and {} both have {}", furthest->path, part->path, words({span.first, std::min(span.last, furthest->realizations.last)})));
    covered.add(span);
    if (furthest == nullptr || span.last > furthest->realizations.last) furthest = part;
  }
  for (auto const& gap : covered.missing({0, plan.realizations})) {
    auto const after = std::find_if(in_order.begin(), in_order.end(), [&](auto const* part) { return part->realizations.first >= gap.last; });
    auto const before = std::find_if(in_order.begin(), in_order.end(), [&](auto const* part) { return part->realizations.last == gap.first; });
    problems.push_back(fmt::format("no file has {}{}{}", words(gap), before == in_order.end() ? "" : ", next after " + (*before)->path,
                                   after == in_order.end() ? "" : ", just before " + (*after)->path));
  }
  if (!problems.empty())
    refuse(fmt::format("{}: not every one of the sweep's {} realizations is there once:\n  {}\nname each part once, and run those that are missing",
                       parts.size() == 1 ? parts.front().path : fmt::format("{} files", parts.size()), plan.realizations,
                       fmt::join(problems, "\n  ")));
}

std::optional<RunState> add_up(std::vector<ResultHeader> const& parts, Plan const& plan, std::function<bool(std::size_t)> const& next) {
  RunState sum(plan);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!next(i)) return std::nullopt;
    ResultHeader const& checked = parts[i];
    RunState const part = read_state(checked.path, plan);
    ResultHeader const now = read_result_header(checked.path);
    if (now.digest != checked.digest || now.realizations != checked.realizations)
      refuse(checked.path + ": was replaced while it was being merged; merge again when nothing writes it any more");
    for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
      sum.add(plan, s, part);
      if (part.has_bands(s)) sum.sums.scenarios[s].bands = part.sums.scenarios[s].bands;
    }
    sum.effort += part.effort;
  }
  return sum;
}

}  // namespace fleetcast
