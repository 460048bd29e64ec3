#include "replay_summary.hpp"

#include <fmt/format.h>

#include <cmath>

#include "host/config/keys.hpp"
#include "host/version.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

std::string count(std::uint64_t n) { return grouped(static_cast<double>(n)); }
/// Of one day, which is known to the cent.
std::string day_usd(double value) { return grouped(value, value < 1000 ? 2 : 0); }

}  // namespace

std::string ReplaySummary::text() const {
  Plan const& plan = judge.plan;
  auto const& sla = plan.config.sla;
  auto const& totals = judge.ledger.totals;
  auto const of = [&](Quantity q) { return judge.of(q); };
  auto const entry = [&](Entry e) { return count(static_cast<std::uint64_t>(judge.ledger.at(e))); };
  bool const per_requests = plan.objective_per == ObjectivePer::requests;
  double const violated = of(per_requests ? Quantity::violated_request_share : Quantity::violated_share);

  std::string out = fmt::format("{} on {}: {} ticks of {} s{}, {} requests, {} tokens\n", plan.config.sweep.name, workload, count(judge.ledger_ticks),
                                plan.tick_seconds, warmup_ticks > 0 ? fmt::format(" after {} of warm-up", count(warmup_ticks)) : "",
                                count(totals.requests), count(totals.prompt_tokens + totals.completion_tokens));
  auto const row = [&](std::string const& name, std::string const& value) { out += fmt::format("  {:<12} {}\n", name, value); };
  row("promise", fmt::format("{} ms TTFT{} for {} of {}: {}, violated for {}", shortest(sla.ttft_ms),
                             sla.tpot_ms > 0 ? fmt::format(" and {} ms TPOT", shortest(sla.tpot_ms)) : "", round_percent(sla.objective),
                             per_requests ? "requests" : "minutes", judge.objective_met() ? "kept" : "broken", percent(violated)));
  row("cost", fmt::format("{} USD, {} USD per million tokens", day_usd(of(Quantity::cost_usd)), grouped(of(Quantity::usd_per_million_tokens), 4)));
  row("foresight", fmt::format("{} USD with perfect foresight: regret {} USD, {} its cost", day_usd(of(Quantity::reference_cost_usd)),
                               day_usd(of(Quantity::regret_usd)), multiple(of(Quantity::cost_over_reference))));
  row("replicas", fmt::format("{} on average, {} at most, {} ticks at max_replicas", grouped(of(Quantity::mean_replicas), 2),
                              entry(Entry::peak_replicas), entry(Entry::ticks_at_max)));
  row("decisions", fmt::format("{} up, {} down", entry(Entry::scale_ups), entry(Entry::scale_downs)));
  row("violated",
      fmt::format("{} ticks ({}), {} requests ({}), {} min at a stretch", entry(Entry::violated_ticks), percent(of(Quantity::violated_share)),
                  entry(Entry::violated_requests), percent(of(Quantity::violated_request_share)), shortest(of(Quantity::longest_violation_minutes))));
  for (std::size_t i = 0; i < sla.latency_levels_ms.size(); ++i)
    row(i == 0 ? "TTFT above" : "", fmt::format("{} ms in {} ticks", shortest(sla.latency_levels_ms[i]),
                                                count(static_cast<std::uint64_t>(judge.ledger.entries[fixed_entries + i]))));
  row("work",
      fmt::format("{} of billed capacity used, {} of the work shed", percent(of(Quantity::mean_utilization)), percent(of(Quantity::shed_share))));
  return out;
}

nlohmann::ordered_json ReplaySummary::json() const {
  Plan const& plan = judge.plan;
  auto const& totals = judge.ledger.totals;
  nlohmann::ordered_json json{{"version", version::number},
                              {"sweep", plan.config.sweep.name},
                              {"workload", workload},
                              {"tick_seconds", plan.tick_seconds},
                              {"warmup_ticks", warmup_ticks},
                              {"ledger_ticks", judge.ledger_ticks},
                              {"requests", totals.requests},
                              {"prompt_tokens", totals.prompt_tokens},
                              {"completion_tokens", totals.completion_tokens},
                              {"ticks_with_requests", totals.ticks_with_requests},
                              {"objective_met", judge.objective_met()}};
  for (std::uint32_t q = 0; q < quantity_count; ++q) {
    double const value = judge.of(static_cast<Quantity>(q));
    json[describe(static_cast<Quantity>(q)).name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
  }
  auto& levels = json["ticks_above"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < plan.levels; ++i)
    levels.push_back({{"latency_level_ms", plan.config.sla.latency_levels_ms[i]}, {"ticks", judge.ledger.entries[fixed_entries + i]}});
  auto& ledger = json["ledger"];
  for (std::uint32_t e = 0; e < judge.ledger.entries.size(); ++e) ledger[entry_name(e)] = judge.ledger.entries[e];
  ledger["work_replica_ms"] = judge.ledger.work_ms;
  ledger["reference_replica_ticks"] = judge.ledger.reference_replica_ticks;
  return json;
}

}  // namespace fleetcast
