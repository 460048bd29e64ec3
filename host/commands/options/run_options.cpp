#include "run_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "host/config/duration.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

void RunOptions::add_to(CLI::App& command) {
  sweep.add_to(command);
  command.add_option("-o,--output", output, "result file (default: results/NAME.h5)")->type_name("FILE.h5");
  command.add_flag("--dry-run", dry_run, "say what it would take and stop");
  command.add_flag("--raw", raw, "also write every realization's ledger");
  command.add_flag("--refine", refine, "run the settings of the table again on 32 realizations in ticks a sixth as long, to see what they change");
  command
      .add_option("--checkpoint-every", checkpoint_every,
                  "save what is done this often, or as seldom as keeps saving to a hundredth of the time; 0: only when the run is stopped")
      ->type_name("TIME")
      ->capture_default_str();
  command.add_option("--max-time", max_time, "stop in time to save, with exit code 75; run again to go on")->type_name("TIME");
  command.add_flag("--fresh", fresh, "start over: don't go on from a checkpoint or a result");
  part.add_to(command);
  command.add_option("--audit", audit, "compute this share of the realizations again on the CPU and stop if anything differs")->type_name("PERCENT");
  observers.add_to(command);
  command.add_flag("--quiet", quiet, "no progress, no warnings");
  command.add_flag("--json", json, "results for programs");
  command.footer(
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml\n"
      "  fleetcast run sweeps/baseline.toml --realizations 200 --set sla.ttft_ms=300 -o results/strict.h5\n"
      "  fleetcast run sweeps/azure-conv.toml --set workload.file=results/workload.toml\n"
      "  fleetcast run sweeps/baseline.toml --refine\n"
      "  fleetcast run sweeps/baseline.toml --dry-run\n"
      "  # overnight; the same command goes on where it was stopped\n"
      "  fleetcast run sweeps/baseline.toml --realizations 100000 --max-time 7h30m --log run.jsonl --status run.json\n"
      "  # one of 16 machines that share nothing but files; fleetcast merge makes the whole\n"
      "  fleetcast run sweeps/baseline.toml --realizations 100000 --part 3/16\n"
      "  # eight processes, a GPU or a share of the cores each\n"
      "  mpirun --bind-to none -n 8 fleetcast run sweeps/baseline.toml --realizations 100000");
}

std::string RunOptions::output_path(Plan const& plan) const {
  if (!output.empty()) return output;
  std::error_code problem;
  std::filesystem::create_directories("results", problem);
  if (problem) throw Error(ExitCode::cannot_create, "results: the folder can't be created: " + problem.message() + "; name a file with -o");
  std::string const& name = plan.config.sweep.name;
  auto const named = part.part();
  return fmt::format("results/{}.h5", named ? named->file_stem(name) : name);
}

std::string RunOptions::job() const {
  return fmt::format("{} into {}", part.text.empty() ? "all realizations" : "part " + part.text, output.empty() ? "the usual file" : output);
}

void RunOptions::check(Plan const& plan) const {
  if (raw && plan.config.looks())
    throw Error(ExitCode::usage, "--raw: how many realizations a run with [stop] or a race comes to is not known before; leave one of them out");
  checkpoint_interval();
  auto const limit = time_limit();
  audited_share();
  if (limit && limit->count() == 0) throw Error(ExitCode::usage, "--max-time 0: leaves no time to simulate anything; leave it out for no limit");
  if (raw && limit)
    throw Error(ExitCode::usage, "--raw: keeps ledgers in memory alone, so that a run stopped by --max-time can't go on; leave one of them out");
  auto const named = part.part();
  if (!named) return;
  check_part(*named, plan);
  if (raw || refine || dry_run)
    throw Error(ExitCode::usage, fmt::format("{}: is about the whole sweep, --part {} about some of it; leave one of them out",
                                             raw      ? "--raw"
                                             : refine ? "--refine"
                                                      : "--dry-run",
                                             named->text()));
}

std::chrono::duration<double> RunOptions::checkpoint_interval() const { return parse_duration(checkpoint_every, "--checkpoint-every"); }

std::optional<std::chrono::duration<double>> RunOptions::time_limit() const {
  if (max_time.empty()) return std::nullopt;
  return parse_duration(max_time, "--max-time");
}

std::uint32_t RunOptions::copies_of_sums() const {
  constexpr std::uint32_t compared = 2;  // an audited tile's, and what it is compared with
  return static_cast<std::uint32_t>(sweep.gpus().size()) + (audit.empty() ? 0 : compared);
}

std::optional<double> RunOptions::audited_share() const {
  if (audit.empty()) return std::nullopt;
  double percent = 0;
  char const* const end = audit.data() + audit.size();
  auto const number = std::from_chars(audit.data(), end, percent);
  bool const is_percent = number.ec == std::errc() && end - number.ptr == 1 && *number.ptr == '%';
  if (!is_percent || !(percent > 0 && percent <= 100))
    throw Error(ExitCode::usage, fmt::format("--audit {}: write a share above 0% and up to 100%, such as 1%", audit));
  return percent / 100;
}

}  // namespace fleetcast
