#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "host/config/error.hpp"
#include "host/fit/fit.hpp"
#include "host/io/atomic_file.hpp"
#include "host/report/text_table.hpp"

namespace fleetcast {

namespace {

struct Options {
  std::string trace;
  std::string output = "workload.toml";
  double bin_seconds = 60;
  std::string law = "empirical";
  bool json = false;
};

/// Where the pairs stand: beside the workload file, under its name.
std::filesystem::path pairs_path(std::string const& workload) {
  std::filesystem::path path(workload);
  return path.replace_extension("").concat("-pairs.csv");
}

void write_pairs(std::filesystem::path const& path, Trace const& trace) {
  AtomicFile file(path.string());
  std::ofstream out(file.temporary_path(), std::ios::binary);
  write_pairs_csv(out, trace);
  out.close();
  if (!out) throw Error(ExitCode::io, path.string() + ": can't be written; is the disk full?");
  file.commit();
}

std::string length_row(LengthFit const& fit) {
  return fmt::format("mean {:.0f}, median {:.0f}, p99 {:.0f}; log-normal({:.6g}, {:.3g}) misses by KS {:.3f}, empirical by {:.3f}", fit.mean,
                     fit.median, fit.p99, fit.law.median_tokens, fit.law.sigma, fit.log_normal_ks, fit.empirical_ks);
}

void print_report(FitReport const& r, Options const& options) {
  fmt::print("{}: {} requests in {}\n", options.trace, grouped(static_cast<double>(r.requests)), duration(60 * r.duration_minutes));
  auto const row = [](char const* name, std::string const& value) { fmt::print("  {:<20} {}\n", name, value); };
  row("rate", fmt::format("{:.4g} requests/min, dispersion {:.3g} in {:.0f} s bins (1 for Poisson), {} of bins empty", r.requests_per_minute,
                          r.dispersion, r.options.bin_seconds, percent(r.empty_share)));
  row("drift", r.limits.no_drift ? "none found"
                                 : fmt::format("log-sd {:.3g}, half-life {:.3g} min{}", r.drift_log_sd, r.drift_half_life_minutes,
                                               r.limits.half_life_long ? " (half the record: it may be longer)" : ""));
  row("bursts", fmt::format("cv {:.3g}, held {:.0f} s", r.burst_cv, r.options.bin_seconds));
  row("prompt tokens", length_row(r.prompt));
  row("completion tokens", length_row(r.completion));
  TextTable table({"tokens per minute", "trace", "model", "model, long run", "plain Poisson"});
  auto const cv = [](double value) { return fmt::format("{:.3f}", value); };
  table.add({"coefficient of variation", cv(r.tokens.trace_cv), cv(r.tokens.model_cv), cv(r.tokens.model_long_run_cv), cv(r.tokens.poisson_cv)});
  fmt::print("\n{}\n  {}\n", table.render(), options.output);
}

nlohmann::ordered_json report_json(FitReport const& r, Options const& options) {
  auto const length = [](LengthFit const& fit) {
    return nlohmann::ordered_json{{"mean", fit.mean},
                                  {"median", fit.median},
                                  {"p99", fit.p99},
                                  {"log_normal", {{"median", fit.law.median_tokens}, {"sigma", fit.law.sigma}, {"ks_distance", fit.log_normal_ks}}},
                                  {"empirical", {{"ks_distance", fit.empirical_ks}}}};
  };
  return {{"workload", options.output},
          {"requests", r.requests},
          {"duration_minutes", r.duration_minutes},
          {"requests_per_minute", r.requests_per_minute},
          {"drift_log_sd", r.drift_log_sd},
          {"drift_half_life_minutes", r.drift_half_life_minutes},
          {"burst_cv", r.burst_cv},
          {"burst_seconds", r.options.bin_seconds},
          {"dispersion", r.dispersion},
          {"empty_share", r.empty_share},
          {"length_correlation", r.correlation},
          {"prompt", length(r.prompt)},
          {"completion", length(r.completion)},
          {"tokens_per_minute_cv",
           {{"trace", r.tokens.trace_cv},
            {"model", r.tokens.model_cv},
            {"model_long_run", r.tokens.model_long_run_cv},
            {"poisson", r.tokens.poisson_cv}}}};
}

int fit(Options const& options) {
  Trace const trace = read_trace(options.trace);
  FitReport const report =
      fit_trace(trace, {options.bin_seconds, options.law == "empirical" ? FitOptions::Law::empirical : FitOptions::Law::log_normal});
  auto const pairs = pairs_path(options.output);
  if (options.law == "empirical") write_pairs(pairs, trace);
  write_text_file(options.output, workload_toml(report, std::filesystem::path(options.trace).filename().string(), pairs.filename().string()));
  if (options.json)
    fmt::print("{}\n", report_json(report, options).dump(2));
  else
    print_report(report, options);
  return 0;
}

}  // namespace

void add_fit_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("fit", "make a traffic model from a request log");
  command->add_option("trace", options->trace, "CSV with a time, prompt and completion tokens a row; columns are found by common names")
      ->required()
      ->type_name("TRACE.csv");
  command->add_option("-o,--output", options->output, "workload file; measured lengths go beside it")->capture_default_str()->type_name("FILE.toml");
  command->add_option("--bin-seconds", options->bin_seconds, "bins in which requests are counted")->capture_default_str()->type_name("S");
  command->add_option("--law", options->law, "token lengths: empirical (the measured pairs) or lognormal")
      ->check(CLI::IsMember({"empirical", "lognormal"}))
      ->capture_default_str()
      ->type_name("NAME");
  command->add_flag("--json", options->json, "for programs");
  command->footer(
      "Examples:\n"
      "  fleetcast fit trace.csv -o results/workload.toml\n"
      "  fleetcast run sweeps/azure-conv.toml --set workload.file=results/workload.toml -o results/mine.h5");
  command->callback([options, &action] { action = [options] { return fit(*options); }; });
}

}  // namespace fleetcast
