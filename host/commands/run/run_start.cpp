#include "run_start.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "host/config/error.hpp"
#include "host/io/hdf5.hpp"
#include "host/io/result_state.hpp"

namespace fleetcast {

namespace {

std::uint64_t realizations_in(RunState const& state) {
  std::uint64_t count = 0;
  for (auto const& done : state.done) count += done.size();
  return count;
}

/// Of two files that are there.
bool is_older(std::string const& path, std::string const& than) {
  std::error_code problem;
  auto const written = std::filesystem::last_write_time(path, problem);
  return !problem && written < std::filesystem::last_write_time(than, problem) && !problem;
}

/// Refuses a checkpoint that has realizations which are not wanted.
void refuse_others(FoundCheckpoint const& found, RunState const& state, RealizationSpan wanted) {
  for (auto const& done : state.done)
    if (done.common(RealizationSet({wanted})) != done)
      throw Error(ExitCode::bad_data,
                  fmt::format("{}: has realizations beside {} to {}, those of another part; name another output with -o, or start "
                              "over with --fresh",
                              found.path, wanted.first, wanted.last - 1));
}

/// What is found before it is known whether anything is: a state takes as much memory as all sums.
struct Found {
  std::optional<RunState> state = {};
  std::string from = {};
  std::vector<std::string> notes = {};
};

/// Goes on from a finished result where it is one of this plan and build.
void go_on_from_result(Found& start, std::string const& output, Plan const& plan, RealizationSpan wanted) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(output, problem)) return;
  if (!start.from.empty() && is_older(output, start.from)) return;  // the checkpoint has gone on from it, or was to replace it
  // any file may be replaced, but not without a word if it is a result
  auto const replaced = [&](std::string const& why) { start.notes.push_back(why + "; it will be replaced"); };
  try {
    ResultHeader const header = read_result_header(output);
    std::string const why_not = why_not_continued(header, plan, wanted);
    if (!why_not.empty()) {
      replaced(output + ' ' + why_not);
    } else {
      RunState state = read_state(output, plan);
      if (start.state && realizations_in(state) < realizations_in(*start.state)) return;  // it was copied, say
      start.state.emplace(std::move(state));
      start.from = output;
      if (header.has_ledgers)
        start.notes.push_back(
            fmt::format("{} holds the ledgers of its realizations; what takes its place will not (--fresh --raw makes them again)", output));
    }
  } catch (Error const& error) {
    replaced(error.what());
  }
}

Found from_checkpoint(FoundCheckpoint const& found, Plan const& plan, RealizationSpan wanted) {
  refuse_other_run(found, plan);
  Found start{CheckpointPair::load(found, plan), found.path, found.damaged};
  refuse_others(found, *start.state, wanted);
  return start;
}

}  // namespace

void refuse_to_lose(std::string const& output, Plan const& plan, RealizationSpan wanted, std::string const& checkpoint, std::string const& advice) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(output, problem)) return;
  bool const goes_on = !checkpoint.empty();
  if (goes_on && is_older(output, checkpoint)) return;  // the checkpoint is to replace it, as --fresh has said
  if (hdf5::is_shut(output))
    throw Error(ExitCode::bad_data,
                fmt::format("{}: can't be opened now, and may hold a result (another program has it open for writing, or was killed while it had; or "
                            "the file is damaged); close it there and start again, {}, or name another output with -o",
                            output, advice));
  ResultHeader header;
  try {
    header = read_result_header(output);
  } catch (Error const&) {
    return;  // no result, or none of ours
  }
  std::string const why_not = why_not_continued(header, plan, wanted);
  bool const has_others = header.realizations.first < wanted.first || header.realizations.last > wanted.last;
  bool const looks = (header.looked || plan.config.looks()) && !goes_on;
  if (why_not.empty() || header.plan_hash != plan.hash.hex() || !(has_others || looks)) return;
  throw Error(ExitCode::bad_data, fmt::format("{} {}; {}, or name another output with -o{}", output, why_not, advice,
                                              header.looked ? "; fleetcast analyze tells its answer" : ""));
}

RunStart start_of_run(std::string const& output, Plan const& plan, RealizationSpan wanted, CheckpointPair const& checkpoints, bool fresh) {
  if (fresh) return {RunState(plan), {}, {}};
  auto const& checkpoint = checkpoints.find();
  Found found = checkpoint ? from_checkpoint(*checkpoint, plan, wanted) : Found{};
  go_on_from_result(found, output, plan, wanted);
  return {found.state ? std::move(*found.state) : RunState(plan), std::move(found.from), std::move(found.notes)};
}

}  // namespace fleetcast
