#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "commands.hpp"
#include "host/commands/options/input_guard.hpp"
#include "host/commands/run/run_start.hpp"
#include "host/config/toml_reader.hpp"
#include "host/io/atomic_file.hpp"
#include "host/io/output_lock.hpp"
#include "host/io/result_file.hpp"
#include "host/io/result_merge.hpp"
#include "host/report/standard_error.hpp"
#include "host/report/text_table.hpp"
#include "signals.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t drawing_memory = 256ULL << 20;

struct Options {
  std::vector<std::string> parts;
  std::string output;
  int threads = 0;
  bool quiet = false;
  bool json = false;
};

std::vector<ResultHeader> headers(Options const& options) {
  std::vector<ResultHeader> headers;
  for (auto const& path : options.parts) {
    headers.push_back(read_result_header(path));
    refuse_input_as_output(path, options.output, "-o");
  }
  return headers;
}

Plan plan_of(ResultHeader const& part) {
  Plan plan = make_plan(parse_sweep(part.sweep, part.path + ": sweep", {}));
  if (plan.hash.hex() != part.plan_hash)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: a file that its sweep names has changed since it was run; put the old one back, or run all parts again", part.path));
  return plan;
}

/// Where parts were computed: "3 parts on 1 thread, AVX2; NVIDIA H100".
std::string origins(std::vector<ResultHeader> const& parts, std::string ResultHeader::*member, char const* between) {
  std::set<std::string> all;
  for (auto const& part : parts) all.insert(part.*member);
  return fmt::format("{}", fmt::join(all, between));
}

nlohmann::ordered_json parts_json(std::vector<ResultHeader> const& parts) {
  auto list = nlohmann::ordered_json::array();
  for (auto const& part : parts)
    list.push_back({{"file", part.path}, {"first_realization", part.realizations.first}, {"realizations", part.realizations.size()}});
  return list;
}

int merge(Options const& options) {
  auto const start = std::chrono::steady_clock::now();
  auto const seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  auto const parts = headers(options);
  check_same_run(parts);
  Plan const plan = plan_of(parts.front());
  check_complete(parts, plan);
  check_creatable(options.output);
  OutputLock const lock(target_of(options.output));
  refuse_to_lose(options.output, plan, {0, plan.realizations}, "", "remove it first");
  double const plan_seconds = seconds();

  SignalWatch const watch;
  auto const stopped = [&] { return watch.stopped("nothing was written"); };
  auto state = add_up(parts, plan, [&](std::size_t part) {
    if (!options.quiet) write_stderr("adding {} …\n", parts[part].path);
    return !watch.raised();
  });
  if (!state) throw stopped();
  // what is left to do are bands that no part has
  auto const make = [&](Plan const& small) { return make_cpu_backend(small, options.threads, "", drawing_memory); };
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s)
    if (state->lacks_bands(s) && !draw_bands(plan, s, *state, make, [&] { return watch.raised().load(); })) throw stopped();
  state->sums.realizations_done = plan.realizations;
  Hash128 const hash = digest(plan, state->sums);
  Provenance const provenance{.backend = origins(parts, &ResultHeader::backend, ", "),
                              .device = fmt::format("{} parts on {}", parts.size(), origins(parts, &ResultHeader::device, "; ")),
                              .stop_reason = "all realizations done",
                              .run_seconds = state->effort.seconds,
                              .plan_seconds = plan_seconds};
  if (!write_result(options.output, plan, state->sums, hash, watch.raised(), provenance, nullptr)) throw stopped();
  if (options.json) {
    nlohmann::ordered_json const json{{"result", options.output},          {"digest", hash.hex()},       {"plan_hash", plan.hash.hex()},
                                      {"realizations", plan.realizations}, {"parts", parts_json(parts)}, {"seconds", seconds()}};
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("merged {} part{}: {} realizations in {}\n  digest {}\n  {}\n  the answer: fleetcast analyze {}\n", parts.size(),
               parts.size() == 1 ? "" : "s", grouped(plan.realizations), duration(seconds()), hash.hex(), options.output, options.output);
  }
  return 0;
}

}  // namespace

void add_merge_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("merge", "add up the parts of a sweep that was run with --part, into the result of the whole");
  command->add_option("parts", options->parts, "results of run --part, in any order")->required()->type_name("PART.h5");
  command->add_option("-o,--output", options->output, "the whole result")->required()->type_name("FILE.h5");
  command->add_option("--threads", options->threads, "CPU threads, 0 for all cores")->check(CLI::Range(0, 4096))->type_name("N");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->add_flag("--json", options->json, "for programs");
  command->footer(
      "Every realization has to be in exactly one part; those that are missing or there twice are listed. The result is the undivided run's,\n"
      "with the same digest. Files that the sweep names have to be where they were, by the paths in the sweep.\n"
      "\n"
      "Examples:\n"
      "  fleetcast run sweeps/baseline.toml --part 1/2\n"
      "  fleetcast run sweeps/baseline.toml --part 2/2\n"
      "  fleetcast merge results/baseline.part-*-of-2.h5 -o results/baseline.h5");
  command->callback([options, &action] { action = [options] { return merge(*options); }; });
}

}  // namespace fleetcast
