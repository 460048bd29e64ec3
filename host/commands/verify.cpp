#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "golden_sweeps.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/runner.hpp"
#include "host/report/text_table.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t memory = 64ULL << 20;

/// A way to compute a sweep on this machine.
struct Way {
  std::string name;
  std::function<std::unique_ptr<Backend>(Plan const&)> make;
};

std::vector<Way> ways(std::string const& device) {
  std::vector<Way> list;
  if (device != "cuda")
    for (std::string const& simd : simd_levels())
      list.push_back({"cpu " + simd, [simd](Plan const& plan) { return make_cpu_backend(plan, 0, simd, memory); }});
  auto const gpus = cuda_devices();
  if (device != "cpu" && (!gpus.empty() || device == "cuda"))
    list.push_back({gpus.empty() ? "cuda" : gpus.front(), [](Plan const& plan) { return make_cuda_backend(plan, memory); }});
  return list;
}

struct Verdict {
  std::string digest;
  std::string problem;  ///< why there is none
};

/// What a way makes of a plan, or why it can't: the others are tried all the same.
/// @throws Error no_device
Verdict digest_or_problem(Plan const& plan, Way const& way) {
  std::atomic<bool> const never{false};
  try {
    auto const backend = way.make(plan);
    return {digest(plan, run_plan(plan, *backend, never, {}, nullptr).sums).hex(), ""};
  } catch (DeviceFault const& fault) {
    return {"", fault.what()};
  }
}

int verify(std::string const& device, bool json) {
  auto const list = ways(device);
  TextTable table({"sweep", "on", "digest", "verdict"});
  auto checks = nlohmann::ordered_json::array();
  bool all_pass = true;
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = make_plan(parse_sweep(sweep.toml, sweep.name, {}));
    for (auto const& way : list) {
      auto const [got, problem] = digest_or_problem(plan, way);
      bool const pass = got == sweep.digest;
      all_pass = all_pass && pass;
      table.add({sweep.name, way.name, problem.empty() ? got : problem, pass ? "PASS" : "FAIL"});
      checks.push_back({{"sweep", sweep.name}, {"on", way.name}, {"digest", got}, {"golden", sweep.digest}, {"pass", pass}});
      if (!problem.empty()) checks.back()["problem"] = problem;
    }
  }
  if (json)
    fmt::print("{}\n",
               nlohmann::ordered_json{
                   {"verdict", all_pass ? "PASS" : "FAIL"}, {"git_sha", version::git_sha}, {"devices", cuda_devices()}, {"checks", checks}}
                   .dump(2));
  else
    fmt::print("{}\n{}\n", table.render(), all_pass ? "PASS: every way gives the golden digests" : "FAIL: not every way gives the golden digests");
  return all_pass ? 0 : static_cast<int>(ExitCode::internal);
}

}  // namespace

void add_verify_command(CLI::App& app, Action& action) {
  struct Options {
    std::string device = "auto";
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("verify", "run small sweeps in every way this machine has and compare with golden digests");
  command->add_option("--device", options->device, "auto (all there is), cuda or cpu")
      ->check(CLI::IsMember({"auto", "cuda", "cpu"}))
      ->capture_default_str()
      ->type_name("NAME");
  command->add_flag("--json", options->json, "for programs");
  command->footer("Examples:\n  fleetcast verify\n  fleetcast verify --device cuda --json");
  command->callback([options, &action] { action = [options] { return verify(options->device, options->json); }; });
}

}  // namespace fleetcast
