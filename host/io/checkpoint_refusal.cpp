#include <fmt/format.h>

#include "checkpoint.hpp"
#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/config/sweep_difference.hpp"
#include "host/config/toml_reader.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

[[noreturn]] void refuse(FoundCheckpoint const& found, std::string const& difference) {
  throw Error(ExitCode::bad_data, fmt::format("{}: was written {} by another run: {}; finish that one, name another output with -o, or start over "
                                              "with --fresh",
                                              found.path, found.header.date, difference));
}

/// What is made of the sweep that a checkpoint holds. One that can't be read is the checkpoint's fault, not that of a sweep file.
template <class Make>
auto from_its_sweep(Make make) {
  try {
    return make();
  } catch (Error const& error) {
    throw Error(ExitCode::bad_data, error.what());
  }
}

}  // namespace

void refuse_other_run(FoundCheckpoint const& found, Plan const& plan) {
  CheckpointHeader const& header = found.header;
  if (header.fleetcast_version != version::number || header.git_sha != version::git_sha)
    refuse(found,
           fmt::format("fleetcast {} ({}) wrote it, this is {} ({})", header.fleetcast_version, header.git_sha, version::number, version::git_sha));
  std::string const sweep = resolved_toml(plan.config);
  bool const looks = plan.config.looks() || from_its_sweep([&] { return parse_sweep(header.sweep, found.path, {}).looks(); });
  if (header.plan_hash == plan.hash && (!looks || header.sweep == sweep)) return;
  auto const different = from_its_sweep([&] { return sweep_differences(header.sweep, found.path, sweep); });
  if (different.empty()) refuse(found, "a file that the sweep names has other content now");
  refuse(found, differences_text(different) +
                    (header.plan_hash == plan.hash ? " (a run that looks at its results goes on only where every key is the same)" : ""));
}

}  // namespace fleetcast
