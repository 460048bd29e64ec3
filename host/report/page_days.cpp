#include "page_days.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "base64.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/engine/cell_config.hpp"
#include "page_words.hpp"
#include "setting_text.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t most_realizations = 1000;
constexpr double most_requests = 3e9;  ///< some seconds of drawing
constexpr std::uint32_t most_blocks = 720;
constexpr double bad_rank = 0.95;
constexpr std::uint64_t tile_memory = 256ULL << 20;

/// A plan of the cell with as many of its realizations as can be looked at in some seconds.
Plan plan_of_cell(Answer const& answer, std::uint64_t cell) {
  auto const& axes = answer.tallies.axes;
  SweepConfig config = cell_config(answer.sweep, axes, cell_position(axes, cell));
  config.sweep.realizations = 1;
  Plan const one = make_plan(config);
  auto const& expected = one.scenarios.front().expected_requests;
  double const requests = std::max(1.0, std::accumulate(expected.begin(), expected.end(), 0.0));
  auto const affordable = static_cast<std::uint64_t>(std::max(1.0, most_requests / requests));
  config.sweep.realizations = static_cast<double>(std::min({answer.tallies.realizations[cell], most_realizations, affordable}));
  return make_plan(config);
}

/// Whether realizations drawn again are those that the result counted; told where they are all of them.
bool same_as_counted(Answer const& answer, std::uint64_t cell, RankedRealizations const& ranked) {
  return ranked.order.size() != answer.tallies.realizations[cell] || ranked.billed_replica_ticks == answer.tallies.billed[cell];
}

}  // namespace

PageDays find_page_days(Answer const& answer, std::uint64_t cell, std::atomic<bool> const& stop) {
  std::string const left_out = "Single " + realizations_word(answer.tallies.period) + " are not shown: ";
  try {
    Plan const plan = plan_of_cell(answer, cell);
    auto const backend = make_cpu_backend(plan, 0, "", tile_memory);
    RankedRealizations const ranked = rank_realizations(plan, *backend, stop);
    auto const& order = ranked.order;
    if (order.empty()) return {};
    if (!same_as_counted(answer, cell, ranked))
      return {0,
              {},
              left_out +
                  "drawn again they differ from those of the result. Files that its sweep names have changed since, or this fleetcast "
                  "draws otherwise."};
    PageDays days{order.size(), {}, ""};
    std::size_t const last = order.size() - 1;
    std::size_t const median = last / 2;
    std::size_t const bad = std::min(last, static_cast<std::size_t>(std::ceil(bad_rank * static_cast<double>(order.size()))) - 1);
    for (std::size_t const rank : bad > median ? std::vector{median, bad} : std::vector{median})
      days.timelines.push_back(timeline_of(plan, order[rank], most_blocks));
    return days;
  } catch (Error const& error) {
    return {0, {}, left_out + error.what()};
  }
}

void add_days(nlohmann::ordered_json& condition, Answer const& answer, std::uint64_t cell, PageDays const& days) {
  std::string const one = realization_word(answer.tallies.period);
  std::string const unit = unit_word(answer.tallies.objective_per);
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < days.timelines.size(); ++i) {
    RealizationTimeline const& t = days.timelines[i];
    std::string const title = days.looked_at == 1 ? "The only " + one : i == 0 ? "A median " + one : "A bad " + one;
    list.push_back({{"title", title},
                    {"facts", fmt::format("realization {}: {}, {} of {} violated, objective {}", t.realization, usd_text(t.cost_usd),
                                          share_text(t.violated_share), unit, t.objective_met ? "met" : "missed")},
                    {"step_minutes", t.block_minutes},
                    {"ttft_limit_ms", answer_value(answer, "sla.ttft_ms", answer.sweep.sla.ttft_ms, cell)},
                    {"series",
                     {{"tokens", base64(t.tokens_per_minute)},
                      {"billed", base64(t.billed)},
                      {"ready", base64(t.ready)},
                      {"needed", base64(t.needed)},
                      {"ttft_ms", base64(t.ttft_ms)},
                      {"violated", base64(t.violated)}}}});
  }
  condition["days"] = std::move(list);
  std::string sentence;
  if (days.timelines.size() > 1)
    sentence =
        fmt::format("The first {}, ordered by violated {} and then by cost: the one in the middle, and the one that {} of them are no worse than. ",
                    sample_name(answer.tallies.period, days.looked_at), unit, level_text(bad_rank));
  if (!days.timelines.empty()) {
    double const minutes = days.timelines.front().block_minutes;
    bool const blocks = minutes * 60 > answer.tallies.tick_seconds;
    sentence += fmt::format("What breaks the promise is shaded. \"Needed\" is the work that came or waited, in fully used replicas{}.",
                            blocks ? fmt::format("; lines are means of {} min, times to first token their worst", shortest(minutes)) : "");
  }
  condition["days_sentence"] = sentence;
  condition["days_note"] = days.note;
}

}  // namespace fleetcast
