#include "generated_realization.hpp"

namespace fleetcast {

std::optional<GeneratedRealization> generate_realization(GenerateJob const& job, std::uint64_t realization, std::function<bool()> const& stop,
                                                         std::function<void(GenerateStep)> const& report) {
  constexpr std::uint64_t report_every = 1U << 16;
  Plan const& plan = job.plan;
  RequestStream stream(plan, plan.scenarios.front(), realization);
  std::int64_t const first_minute = -(static_cast<std::int64_t>(plan.warmup_ticks) * plan.tick_seconds / 60);
  std::int64_t const end_minute = static_cast<std::int64_t>(plan.ledger_ticks) * plan.tick_seconds / 60;
  auto const files = open_workload_files({job.folder, job.sweep, realization, stream.size(), static_cast<std::uint64_t>(end_minute - first_minute)});
  GeneratedRealization sum{realization};
  MinuteCounter minutes(first_minute, end_minute);
  auto const end_minute_with = [&](MinuteTotals const& minute) {
    sum.requests += minute.requests;
    sum.prompt_tokens += minute.prompt_tokens;
    sum.completion_tokens += minute.completion_tokens;
    sum.peak_requests_per_second = std::max(sum.peak_requests_per_second, minute.peak_requests_per_second);
    files->add(minute);
  };

  std::uint64_t unreported = 0;
  auto const report_now = [&] {
    if (unreported > 0) report({unreported, static_cast<double>(unreported) / static_cast<double>(stream.size())});
    unreported = 0;
  };
  for (auto batch = stream.next(); !batch.empty(); batch = stream.next()) {
    if (stop()) return std::nullopt;
    files->add(batch);
    minutes.count(batch, end_minute_with);
    unreported += batch.size();
    if (unreported >= report_every) report_now();
  }
  minutes.finish(end_minute_with);
  report_now();
  sum.files = files->commit();
  return sum;
}

}  // namespace fleetcast
