#include "backend.hpp"

namespace fleetcast {

KernelSeconds operator+(KernelSeconds const& a, KernelSeconds const& b) {
  return {a.arrivals + b.arrivals, a.tokens + b.tokens, a.rows + b.rows, a.walk + b.walk, a.accumulate + b.accumulate};
}

void add_totals(ScenarioSums& into, TileTotals const& tile) {
  std::size_t const realizations = tile.totals.size();
  for (auto const& t : tile.totals) {
    into.requests.add(static_cast<std::int64_t>(t.requests));
    into.tokens.add(static_cast<std::int64_t>(t.prompt_tokens + t.completion_tokens));
    into.prompt_tokens.add(static_cast<std::int64_t>(t.prompt_tokens));
    into.completion_tokens.add(static_cast<std::int64_t>(t.completion_tokens));
    into.ticks_with_requests.add(t.ticks_with_requests);
    into.clamped_ticks.add(t.clamped_ticks);
  }
  for (std::size_t s = 0; s < into.work_ms.size(); ++s)
    for (std::size_t r = 0; r < realizations; ++r) into.work_ms[s].add(tile.work_ms[s * realizations + r]);
  for (std::size_t k = 0; k < into.reference.size(); ++k)
    for (std::size_t r = 0; r < realizations; ++r) into.reference[k].add(static_cast<std::int64_t>(tile.reference[k * realizations + r]));
}

}  // namespace fleetcast
