#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "host/engine/kernel_names.hpp"
#include "host/io/result_reader.hpp"
#include "host/report/text_table.hpp"

namespace fleetcast {

namespace {

/// What the process that wrote a result spent on each stage; nothing where the file does not tell.
std::vector<std::pair<std::string, double>> stage_seconds(hdf5::Reader const& file) {
  std::vector<std::pair<std::string, double>> stages;
  if (!file.has_attribute("write_seconds")) return stages;
  for (auto const& kernel : kernel_names) stages.emplace_back(kernel.name, file.number(fmt::format("kernel_{}_seconds", kernel.name)));
  stages.emplace_back("checkpoints", file.number("checkpoint_seconds"));
  stages.emplace_back("writing", file.number("write_seconds"));
  return stages;
}

int info(std::string const& path, bool json, bool sweep) {
  hdf5::Reader const file = open_result(path);
  if (sweep) {
    fmt::print("{}", file.text("sweep"));
    return 0;
  }
  constexpr std::array texts{"title", "digest", "plan_hash", "backend", "device", "stop_reason", "date", "fleetcast_version", "git_sha", "rng"};
  constexpr std::array numbers{"realizations",
                               "valid_cells",
                               "ledger_ticks",
                               "tick_seconds",
                               "seed",
                               "confidence",
                               "plan_seconds",
                               "run_seconds",
                               "clamped_ticks",
                               "length_table_ks_distance",
                               "length_table_mean_error",
                               "length_table_variance_error",
                               "format_version"};
  auto const stages = stage_seconds(file);
  if (json) {
    nlohmann::ordered_json out;
    for (auto const* name : texts) out[name] = file.text(name);
    for (auto const* name : numbers) out[name] = file.number(name);
    if (file.has_attribute("part")) {
      out["part"] = file.text("part");
      out["first_realization"] = file.number("first_realization");
    }
    for (auto const& [stage, seconds] : stages) out["stage_seconds"][stage] = seconds;
    fmt::print("{}\n", out.dump(2));
    return 0;
  }
  auto const row = [](char const* name, std::string const& value) { fmt::print("  {:<14} {}\n", name, value); };
  fmt::print("{}: {}\n", path, file.text("title"));
  row("realizations", fmt::format("{} of {} ticks of {} s ({})", grouped(file.number("realizations")), grouped(file.number("ledger_ticks")),
                                  file.number("tick_seconds"), file.text("stop_reason")));
  if (file.has_attribute("part")) {
    double const first = file.number("first_realization");
    row("part", fmt::format("{}: realizations {} to {}; fleetcast merge makes the whole of all parts", file.text("part"), grouped(first),
                            grouped(first + file.number("realizations") - 1)));
  }
  row("valid cells", grouped(file.number("valid_cells")));
  row("seed", fmt::format("{:.0f}, {}", file.number("seed"), file.text("rng")));
  row("confidence", round_percent(file.number("confidence")));
  row("token tables", fmt::format("KS distance {:.1e}, mean off by {:.1e}, variance by {:.1e}", file.number("length_table_ks_distance"),
                                  file.number("length_table_mean_error"), file.number("length_table_variance_error")));
  row("clamped ticks", grouped(file.number("clamped_ticks")));
  row("run", fmt::format("{} on {}, {}; {}", duration(file.number("run_seconds")), file.text("backend"), file.text("device"), file.text("date")));
  std::string taken;
  for (auto const& [stage, seconds] : stages) taken += fmt::format("{}{} {}", taken.empty() ? "" : ", ", stage, duration(seconds));
  if (!taken.empty()) row("stages", taken);
  row("written by", fmt::format("fleetcast {} ({}), format {}", file.text("fleetcast_version"), file.text("git_sha"), file.number("format_version")));
  row("plan hash", file.text("plan_hash"));
  row("digest", file.text("digest"));
  return 0;
}

}  // namespace

void add_info_command(CLI::App& app, Action& action) {
  struct Options {
    std::string path;
    bool json = false;
    bool sweep = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("info", "tell a result's story and digest");
  command->add_option("result", options->path, "result file")->required()->type_name("RESULT.h5");
  command->add_flag("--json", options->json, "for programs");
  command->add_flag("--sweep", options->sweep, "print the resolved sweep file instead");
  command->footer("Examples:\n  fleetcast info results/baseline.h5\n  fleetcast info results/baseline.h5 --sweep > again.toml");
  command->callback([options, &action] { action = [options] { return info(options->path, options->json, options->sweep); }; });
}

}  // namespace fleetcast
