#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>

#include "commands.hpp"
#include "generated_realization.hpp"
#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "host/report/progress_line.hpp"
#include "host/report/text_table.hpp"
#include "output_folder.hpp"
#include "resolved_sweep.hpp"
#include "scenario_choice.hpp"
#include "signals.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t realizations_shown = 10;

struct Options {
  SweepOptions sweep;
  std::optional<std::uint64_t> scenario;
  std::string output;
  std::string format = "csv";
  bool gzip = false;
  bool quiet = false;
  bool json = false;
};

/// The scenario to be drawn, as a sweep without a grid.
SweepConfig one_scenario(Options const& options) {
  SweepOptions sweep = options.sweep;
  auto const says_how_many = [](std::string const& setting) { return setting.starts_with("sweep.realizations="); };
  if (sweep.realizations.empty() && std::none_of(sweep.settings.begin(), sweep.settings.end(), says_how_many)) sweep.realizations = {"1"};
  SweepConfig config = sweep.config();
  choose_scenario(config, options.scenario, sweep.sweep_file);
  return config;
}

/// The plan of a sweep's traffic alone: what fleet would serve it plays no part.
Plan plan_of_traffic(SweepConfig const& config) {
  SweepConfig traffic;
  traffic.sweep = config.sweep;
  traffic.workload = config.workload;
  return make_plan(traffic);
}

/// Draws the realizations of a job, several at a time, each by one thread.
class Generator {
 public:
  Generator(GenerateJob const& job, std::uint32_t realizations, SignalWatch const& watch, ProgressLine& progress)
      : job_(job), watch_(watch), progress_(progress), results_(realizations) {}

  /// @throws Error  the first that a thread met
  void run(int threads) {
    {
      std::vector<std::jthread> workers;
      for (int i = 1; i < threads; ++i) workers.emplace_back([this] { work(); });
      work();
    }
    if (problem_) std::rethrow_exception(problem_);
  }

  /// Realizations that were written whole, in order.
  std::vector<GeneratedRealization> finished() const {
    std::vector<GeneratedRealization> out;
    for (auto const& result : results_)
      if (result) out.push_back(*result);
    return out;
  }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  void work() {
    for (std::uint32_t next = next_++; next < results_.size() && !stop_ && !watch_.raised(); next = next_++) {
      try {
        results_[next] = generate_realization(
            job_, next, [this] { return stop_ || watch_.raised(); }, [this](GenerateStep step) { report(step); });
      } catch (...) {
        std::lock_guard const lock(mutex_);
        if (!problem_) problem_ = std::current_exception();
        stop_ = true;
      }
    }
  }

  void report(GenerateStep step) {
    std::lock_guard const lock(mutex_);
    requests_ += static_cast<double>(step.requests);
    realizations_ += step.realizations;
    progress_.show(realizations_ / static_cast<double>(results_.size()), seconds(), fmt::format("{:.3g} requests/s", requests_ / seconds()));
  }

  GenerateJob const& job_;
  SignalWatch const& watch_;
  ProgressLine& progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<std::uint32_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  ///< of all below
  std::exception_ptr problem_;
  double requests_ = 0, realizations_ = 0;
  std::vector<std::optional<GeneratedRealization>> results_;  ///< each by the thread that draws it
};

/// What was written, for people and programs.
struct Summary {
  std::string folder;
  SweepConfig const& sweep;
  std::vector<GeneratedRealization> realizations;
  double seconds;

  std::uint64_t rows() const {
    std::uint64_t sum = 0;
    for (auto const& r : realizations) sum += r.requests;
    return sum;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (auto const& r : realizations)
      for (auto const& file : r.files) sum += file.bytes;
    return sum;
  }

  std::string text() const {
    TextTable table({"realization", "requests", "prompt tokens", "completion tokens", "peak per second", "size"});
    auto const number = [](std::uint64_t value) { return grouped(static_cast<double>(value)); };
    std::size_t const shown = std::min(realizations.size(), realizations_shown);
    for (std::size_t i = 0; i < shown; ++i) {
      auto const& r = realizations[i];
      double size = 0;
      for (auto const& file : r.files) size += static_cast<double>(file.bytes);
      table.add({number(r.realization), number(r.requests), number(r.prompt_tokens), number(r.completion_tokens), number(r.peak_requests_per_second),
                 fleetcast::bytes(size)});
    }
    std::string const more = shown < realizations.size() ? fmt::format("  … and {} more\n", realizations.size() - shown) : "";
    return fmt::format("{}{}\n  {} requests, {} in {}\n  {}\n", table.render(), more, number(rows()), fleetcast::bytes(static_cast<double>(bytes())),
                       duration(seconds), folder);
  }

  nlohmann::ordered_json json() const {
    auto list = nlohmann::ordered_json::array();
    for (auto const& r : realizations) {
      auto files = nlohmann::ordered_json::array();
      for (auto const& file : r.files) files.push_back({{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}});
      list.push_back({{"realization", r.realization},
                      {"requests", r.requests},
                      {"prompt_tokens", r.prompt_tokens},
                      {"completion_tokens", r.completion_tokens},
                      {"peak_requests_per_second", r.peak_requests_per_second},
                      {"files", files}});
    }
    return {{"folder", folder},
            {"seed", static_cast<std::uint64_t>(sweep.sweep.seed)},
            {"classes", class_names(sweep.workload)},
            {"requests", rows()},
            {"bytes", bytes()},
            {"seconds", seconds},
            {"requests_per_second", static_cast<double>(rows()) / seconds},
            {"realizations", list}};
  }
};

/// @throws Error usage if a file that is to be written is one that the sweep is made from
void refuse_inputs_as_outputs(Options const& options, SweepConfig const& config, WorkloadFolder const& files, std::string const& sweep_path) {
  options.sweep.refuse_input_as_output(sweep_path, config);
  for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(config.sweep.realizations); ++k)
    for (auto const& path : {files.requests(k), files.minutes(k)}) options.sweep.refuse_input_as_output(path, config);
}

/// Says which tables of realizations in the folder are from an earlier time: who reads the folder would mix them up.
void warn_of_others(WorkloadFolder const& files, std::uint32_t realizations) {
  std::set<std::string> written;
  for (std::uint64_t k = 0; k < realizations; ++k)
    for (auto const& path : {files.requests(k), files.minutes(k)}) written.insert(std::filesystem::path(path).filename().string());
  std::string first;
  std::size_t others = 0;
  for (auto const& entry : std::filesystem::directory_iterator(files.path)) {
    std::string const name = entry.path().filename().string();
    if ((!name.starts_with("requests-") && !name.starts_with("minutes-")) || written.contains(name)) continue;
    first = others++ == 0 ? name : std::min(first, name);
  }
  if (others > 0)
    fmt::print(stderr, "warning: {} holds {} and {} more that this run did not write; take them away lest they be taken for its own\n", files.path,
               first, others - 1);
}

int generate(Options const& options) {
  SweepConfig const config = one_scenario(options);
  Plan const plan = plan_of_traffic(config);
  OutputFolder const folder(options.output.empty() ? fmt::format("results/{}-workload", config.sweep.name) : options.output);
  WorkloadFolder const files{folder.path(), options.format == "hdf5" ? WorkloadFormat::hdf5 : WorkloadFormat::csv,
                             options.gzip ? Compression::gzip : Compression::none};
  std::string const sweep_path = files.path + "/sweep.toml";
  refuse_inputs_as_outputs(options, config, files, sweep_path);

  SignalWatch const watch;
  ProgressLine progress(options.quiet);
  GenerateJob const job{plan, config, files};
  Generator generator(job, plan.realizations, watch, progress);
  // the HDF5 library does one thing at a time
  generator.run(files.format == WorkloadFormat::hdf5 ? 1 : std::min(cpu_threads(options.sweep.threads), static_cast<int>(plan.realizations)));
  Summary const summary{files.path, config, generator.finished(), generator.seconds()};
  if (summary.realizations.size() < plan.realizations)
    throw watch.stopped(
        fmt::format("of {} realizations {} were written whole, nothing of the others", plan.realizations, summary.realizations.size()));
  write_text_file(sweep_path, resolved_sweep(config, "generate"));
  if (!options.quiet) warn_of_others(files, plan.realizations);
  fmt::print("{}", options.json ? summary.json().dump(2) + "\n" : summary.text());
  return 0;
}

}  // namespace

void add_generate_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("generate", "write the requests that a sweep's traffic consists of, and their sums by minute");
  options->sweep.add_sweep_file(*command);
  command->add_option("--seed", options->sweep.seed, "override sweep.seed")->type_name("N")->expected(1);
  command
      ->add_option("--realizations", options->sweep.realizations,
                   "how many, from number 0 on; by default 1: a day of busy traffic is a hundred megabytes")
      ->type_name("N")
      ->expected(1);
  command->add_option("--scenario", options->scenario, "which scenario of a sweep with traffic on its axes, from 0, the last axis fastest")
      ->type_name("I");
  command->add_option("-o,--output", options->output, "folder of the files, made if need be (default: results/NAME-workload)")->type_name("DIR");
  command->add_option("--format", options->format, "csv or hdf5")->check(CLI::IsMember({"csv", "hdf5"}))->capture_default_str()->type_name("NAME");
  command->add_flag("--gzip", options->gzip, "compress: .csv.gz, or deflated columns in HDF5; three times smaller and slower");
  command->add_option("--threads", options->sweep.threads, "realizations drawn at a time, 0 for one a core (HDF5: always one)")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->add_flag("--json", options->json, "files, rows and sizes for programs");
  command->footer(
      "Writes, for realization K from 0 on,\n"
      "  requests-K.csv  time_s,class,prompt_tokens,completion_tokens: one row a request, in order of time\n"
      "  minutes-K.csv   minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second\n"
      "and sweep.toml, the sweep they were drawn from. Time 0 is the ledger's start; the warm-up comes before it, at\n"
      "negative times. The requests are those that run draws for the same sweep and seed: their sums are its demand.\n"
      "\n"
      "Examples:\n"
      "  fleetcast generate sweeps/baseline.toml --realizations 3 -o results/g\n"
      "  fleetcast generate sweeps/smoke.toml --scenario 1 --format hdf5 -o results/smoke-busy\n"
      "  fleetcast generate sweeps/azure-conv.toml --set workload.file=results/workload.toml --seed 5 --gzip -o results/mine");
  command->callback([options, &action] { action = [options] { return generate(*options); }; });
}

}  // namespace fleetcast
