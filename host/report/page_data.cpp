#include "page_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base64.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "page_answer.hpp"
#include "page_cells.hpp"
#include "page_scope.hpp"
#include "page_words.hpp"
#include "setting_text.hpp"
#include "text_table.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_band_blocks = 288;
constexpr std::size_t most_conditions_with_days = 4;  ///< each takes some seconds to draw

/// A row of blocks as fewer, each the mean of `join` of them; per minute instead of per tick.
std::vector<float> joined(std::span<double const> blocks, std::size_t join, double ticks_per_minute) {
  std::vector<float> out;
  for (std::size_t first = 0; first < blocks.size(); first += join) {
    std::size_t const count = std::min(join, blocks.size() - first);
    double sum = 0;
    for (std::size_t i = first; i < first + count; ++i) sum += blocks[i];
    out.push_back(static_cast<float>(sum / static_cast<double>(count) * ticks_per_minute));
  }
  return out;
}

/// Position of a cell along the axes that shape traffic.
std::vector<std::size_t> scenario_position(std::vector<Axis> const& axes, std::uint64_t cell) {
  auto const position = cell_position(axes, cell);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i].is_workload) out.push_back(position[i]);
  return out;
}

/// Workload bands of the scenarios on a page.
class PageBands {
 public:
  PageBands(Answer const& answer, ResultReader const& result) : answer_(answer), result_(result) {
    blocks_ = result.file().size("tick");
    if (blocks_ == 0) throw Error(ExitCode::bad_data, result.file().path() + ": tick is empty; is the file damaged?");
    join_ = (blocks_ + most_band_blocks - 1) / most_band_blocks;
  }

  /// Number of a cell's scenario among those on the page.
  std::size_t scenario(std::uint64_t cell) {
    auto const position = scenario_position(answer_.tallies.axes, cell);
    auto const [found, is_new] = numbers_.emplace(position, numbers_.size());
    if (is_new) scenarios_.push_back(scenario_json(position));
    return found->second;
  }

  Json json() const {
    std::uint32_t const band_ticks = result_.file().whole("band_ticks", 1, most_realization_ticks);
    double const step_minutes = static_cast<double>(join_) * band_ticks * answer_.tallies.tick_seconds / 60.0;
    std::uint32_t const realizations = result_.file().whole("band_realizations", 0, 1'000'000'000);
    auto quantities_json = Json::array();
    for (auto const& [name, label] : quantities) quantities_json.push_back({{"name", name}, {"label", label}});
    std::string levels;
    for (double const q : answer_.sweep.sweep.quantiles) levels += (levels.empty() ? "" : ", ") + level_text(q);
    return {{"step_minutes", step_minutes},
            {"quantiles", answer_.sweep.sweep.quantiles},
            {"quantities", std::move(quantities_json)},
            {"scenarios", scenarios_},
            {"sentence", fmt::format("Lines are means, shades quantiles ({}) over {}{}.", levels, sample_name(answer_.tallies.period, realizations),
                                     join_ * band_ticks > 1 ? ", averaged within " + shortest(step_minutes) + " min" : "")}};
  }

 private:
  static constexpr std::array<std::pair<char const*, char const*>, 3> quantities{
      {{"requests", "Requests a minute"}, {"prompt_tokens", "Prompt tokens a minute"}, {"completion_tokens", "Completion tokens a minute"}}};

  Json scenario_json(std::vector<std::size_t> const& position) const {
    double const ticks_per_minute = 60.0 / answer_.tallies.tick_seconds;
    Json out;
    for (auto const& [name, label] : quantities) {
      auto const mean = result_.row(std::string(name) + "_mean", position, blocks_);
      auto const rows = result_.row(std::string(name) + "_quantile", position, blocks_ * answer_.sweep.sweep.quantiles.size());
      auto quantiles = Json::array();
      for (std::size_t first = 0; first < rows.size(); first += blocks_)
        quantiles.push_back(base64(joined(std::span(rows).subspan(first, blocks_), join_, ticks_per_minute)));
      out[name] = {{"mean", base64(joined(mean, join_, ticks_per_minute))}, {"quantiles", std::move(quantiles)}};
    }
    return out;
  }

  Answer const& answer_;
  ResultReader const& result_;
  std::size_t blocks_, join_;
  std::map<std::vector<std::size_t>, std::size_t> numbers_;
  std::vector<Json> scenarios_;
};

Json provenance(Answer const& answer, hdf5::Reader const& file) {
  auto out = Json::array();
  auto const add = [&](char const* name, std::string const& value) { out.push_back({name, value}); };
  add("Result", file.path());
  add("Digest", file.text("digest"));
  add("Plan hash", file.text("plan_hash"));
  add("Seed", fmt::format("{:.0f}, {}", file.number("seed"), file.text("rng")));
  add("Realizations", fmt::format("{} of {} ticks of {} s ({})", grouped(file.number("realizations")), grouped(file.number("ledger_ticks")),
                                  file.number("tick_seconds"), file.text("stop_reason")));
  add("Computed",
      fmt::format("{} on {}, {}, in {}", file.text("date"), file.text("backend"), file.text("device"), duration(file.number("run_seconds"))));
  add("Written by", fmt::format("fleetcast {} ({}), format {}", file.text("fleetcast_version"), file.text("git_sha"), file.number("format_version")));
  add("Token tables", fmt::format("KS distance {:.1e}, mean off by {:.1e}, variance by {:.1e}", file.number("length_table_ks_distance"),
                                  file.number("length_table_mean_error"), file.number("length_table_variance_error")));
  if (double const clamped = file.number("clamped_ticks"); clamped > 0) add("Clamped ticks", grouped(clamped) + ": their traffic was cut off");
  add("Question", fmt::format("reliability {}, confidence {}", level_text(answer.decisions.rule.reliability), level_text(answer.confidence)));
  return out;
}

/// Most realizations that any of the answers' cells had.
std::uint64_t realizations(Answer const& answer) {
  auto const& all = answer.tallies.realizations;
  return *std::max_element(all.begin(), all.end());
}

}  // namespace

Json page_data(Answer const& answer, ResultReader const& result, std::function<PageDays(std::uint64_t cell)> const& days_of) {
  CellTallies const& t = answer.tallies;
  auto const& all = answer.decisions.by_condition;
  std::vector<std::uint64_t> focuses;
  for (auto const& decision : all) focuses.push_back(focus_of(decision));
  PageScope const scope = page_scope(t.axes, answer.decisions, focuses);
  std::vector<std::uint64_t> matter;
  for (std::size_t const i : scope.decisions) {
    auto const cells = cells_that_matter(answer, all[i]);
    matter.insert(matter.end(), cells.begin(), cells.end());
  }
  PageCells const cells(answer, scope, matter);
  PageBands bands(answer, result);

  auto conditions = Json::array();
  for (std::size_t const i : scope.decisions) {
    Json condition = page_answer(answer, result, all[i], cells);
    condition["scenario"] = bands.scenario(focuses[i]);
    bool const has_days = conditions.size() < most_conditions_with_days && t.valid[focuses[i]] != 0;
    add_days(condition, answer, focuses[i],
             has_days ? days_of(focuses[i])
                      : PageDays{0,
                                 {},
                                 fmt::format("Single {} are shown for the first {} conditions alone; fleetcast replay shows any.",
                                             realizations_word(t.period), most_conditions_with_days)});
    conditions.push_back(std::move(condition));
  }
  return {{"title", answer.sweep.sweep.name},
          {"per_period", per_period(t.period)},
          {"samples", realizations_word(t.period)},
          {"sample", sample_name(t.period, realizations(answer))},
          {"confidence", answer.confidence},
          {"reliability", answer.decisions.rule.reliability},
          {"unit", unit_word(t.objective_per)},
          {"axes", cells.axes_json()},
          {"cells", cells.json()},
          {"conditions", std::move(conditions)},
          {"conditions_note", scope.decisions.size() == all.size()
                                  ? ""
                                  : fmt::format("The sweep has {} conditions; this page holds {} of them, fleetcast analyze tells of all.",
                                                grouped(static_cast<double>(all.size())), scope.decisions.size())},
          {"bands", bands.json()},
          {"provenance", provenance(answer, result.file())},
          {"sweep", result.file().text("sweep")}};
}

}  // namespace fleetcast
