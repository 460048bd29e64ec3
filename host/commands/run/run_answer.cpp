#include "run_answer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "host/commands/kernel_seconds.hpp"
#include "host/report/answer_json.hpp"
#include "host/report/answer_tables.hpp"
#include "host/report/progress_line.hpp"
#include "host/report/refinement_report.hpp"
#include "host/report/setting_text.hpp"
#include "host/report/text_table.hpp"
#include "host/stats/run_details.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t settings_shown = 10;

/// The settings told, once more in shorter ticks.
RefinementReport refinement(FinishedRun const& run, std::vector<std::uint64_t> const& cells, SignalWatch const& watch) {
  auto const start = std::chrono::steady_clock::now();
  auto const seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  std::uint32_t const shorter = shorter_tick_seconds(run.plan.tick_seconds);
  RefinementSize const size{.threads = cpu_threads(run.options.sweep.threads)};
  ProgressLine progress(run.options.quiet);
  auto comparisons = compare_ticks(run.plan, shorter, cells, size, watch.raised(), [&](double share) {
    progress.show(share, seconds() * (1.0 - share) / share, fmt::format("again in ticks of {} s", shorter));
  });
  if (watch.raised()) throw watch.stopped(fmt::format("{} is written, what shorter ticks would change is not known", run.path));
  return {run.plan, shorter, size.realizations, std::move(comparisons)};
}

/// How the run went, for programs.
void add_run(nlohmann::ordered_json& json, FinishedRun const& run) {
  Effort const& effort = run.state.effort;
  json["digest"] = run.digest.hex();
  json["plan_hash"] = run.plan.hash.hex();
  json["result"] = run.path;
  json["seconds"] = effort.seconds;
  json["requests_per_second"] = effort.requests / effort.seconds;
  json["steps_per_second"] = effort.steps / effort.seconds;
  json["kernel_seconds"] = kernel_seconds_json(run.provenance.kernel_seconds);
  json["realizations"] = run.state.sums.realizations_done;
  json["stop_reason"] = run.provenance.stop_reason;
  if (run.plan.config.looks()) json["looks"] = run.looks.json();
  json["backend"] = run.provenance.backend;
  json["device"] = run.provenance.device;
  if (run.audit != nullptr) json["audited_realizations"] = run.audit->realizations();
}

/// How the run went, for people.
std::string run_text(FinishedRun const& run) {
  Effort const& effort = run.state.effort;
  std::string const audited = run.audit == nullptr ? ""
                                                   : fmt::format("  {}{} computed again, all alike\n",
                                                                 sample_name(period_name(run.plan.config.sweep), run.audit->realizations()),
                                                                 run.options.ranks != nullptr ? " of rank 0" : "");
  return fmt::format("  {}, {:.3g} requests and {:.3g} policy steps in {} ({}, {})\n{}  digest {}\n  {}\n",
                     sample_name(period_name(run.plan.config.sweep), run.state.sums.realizations_done), effort.requests, effort.steps,
                     duration(effort.seconds), run.provenance.backend, run.provenance.device, audited, run.digest.hex(), run.path);
}

/// A part answers nothing by itself.
int show_part(FinishedRun const& run, Part part) {
  RealizationSpan const span = part.span(run.plan.realizations);
  if (run.options.json) {
    nlohmann::ordered_json json{{"part", part.text()}, {"first_realization", span.first}};
    add_run(json, run);
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("Part {}: realizations {} to {} of {}. fleetcast merge makes the answer of all parts.\n{}", part.text(), span.first, span.last - 1,
               run.plan.realizations, run_text(run));
  }
  return 0;
}

}  // namespace

int show_answer(FinishedRun const& run, SignalWatch const& watch) {
  if (run.provenance.part) return show_part(run, *run.provenance.part);
  CellTallies tallies = tally(run.plan, run.state.sums);
  tallies.left_race = run.provenance.left_race;
  Decisions const decisions = decide(tallies, DecisionScope(tallies.axes), tallies.reliability, tallies.look_confidence);
  RunDetails const details(run.plan, run.state.sums);
  TallyEstimates estimates(tallies, tallies.look_confidence);
  Answer const answer{tallies, decisions, details, run.plan.config, estimates, tallies.confidence, settings_shown};
  std::optional<RefinementReport> refined;
  if (run.options.refine) refined.emplace(refinement(run, shown_cells(answer), watch));
  if (run.options.json) {
    nlohmann::ordered_json json = answer_json(answer);
    add_run(json, run);
    if (refined) json["refine"] = refined->json();
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}{}{}\n{}", answer_summary(answer), refined ? "\n" + refined->text() : "", run.plan.config.looks() ? "\n" + run.looks.text() : "",
               run_text(run));
  }
  return 0;
}

}  // namespace fleetcast
