// Measures how fast stock cuRAND and Thrust draw the requests of `fleetcast bench`: a line of JSON on stdout.
// Exit codes as fleetcast's: 0 done, 64 usage, 69 no GPU, 70 internal.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "curand_peer.hpp"
#include "host/commands/bench_sweeps.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast {
namespace {

/// The traffic of fleetcast's own benchmark, over so many minutes.
PeerTraffic bench_traffic(std::uint32_t minutes) {
  Plan const plan = make_plan(parse_sweep(drawing_sweep.toml, drawing_sweep.name, {fmt::format("sweep.minutes={}", minutes)}));
  WorkloadConfig const& workload = plan.config.workload;
  auto const& expected = plan.scenarios.front().expected_requests;
  auto const law = [](LengthConfig const& lengths) {
    return PeerLengths{static_cast<float>(std::log(lengths.median)), static_cast<float>(lengths.sigma), static_cast<float>(lengths.min),
                       static_cast<float>(lengths.max)};
  };
  return {{expected.begin(), expected.end()},
          static_cast<float>(workload.single_drift.log_sd),
          static_cast<float>(std::exp2(-1.0 / (workload.single_drift.half_life_minutes * 60.0 / plan.tick_seconds))),
          static_cast<float>(workload.burst_cv),
          law(workload.classes.front().prompt),
          law(workload.classes.front().completion)};
}

/// Sum and sum of squares over realizations of what a realization's ticks add up to.
template <class Value>
nlohmann::json moments(std::vector<Value> const& values, std::uint32_t realizations) {
  std::size_t const ticks = values.size() / realizations;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t realization = 0; realization < realizations; ++realization) {
    double total = 0;
    for (std::size_t tick = 0; tick < ticks; ++tick) total += static_cast<double>(values[realization * ticks + tick]);
    sum += total;
    squares += total * total;
  }
  return {sum, squares};
}

nlohmann::ordered_json measure(std::uint32_t realizations, std::uint32_t minutes, std::uint64_t seed, double seconds) {
  CurandPeer peer(bench_traffic(minutes), realizations, seed);
  peer.draw();  // takes its memory and loads its kernels
  PeerDemand const demand = peer.demand();
  double requests = 0;
  double elapsed = 0;
  auto const start = std::chrono::steady_clock::now();
  do {
    requests += static_cast<double>(peer.draw());
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  } while (elapsed < seconds);
  return {{"requests_per_second", requests / elapsed},
          {"realizations", realizations},
          {"requests", moments(demand.requests, realizations)},
          {"prompt_tokens", moments(demand.prompt_tokens, realizations)},
          {"completion_tokens", moments(demand.completion_tokens, realizations)}};
}

}  // namespace
}  // namespace fleetcast

int main(int argc, char** argv) {
  CLI::App app{"Measures how fast stock cuRAND and Thrust draw the requests of `fleetcast bench`.\n"};
  std::uint32_t realizations = 1024;
  std::uint32_t minutes = 1440;
  std::uint64_t seed = 1;
  double seconds = 0;
  app.add_option("--realizations", realizations, "drawn at once")->check(CLI::Range(1, 65536))->capture_default_str()->type_name("N");
  app.add_option("--minutes", minutes, "of a realization")->check(CLI::Range(1, 1440))->capture_default_str()->type_name("N");
  app.add_option("--seed", seed, "of all draws")->capture_default_str()->type_name("N");
  app.add_option("--seconds", seconds, "draw again and again for at least so long")->check(CLI::Range(0.0, 3600.0))->type_name("S");
  app.footer(
      "Example:\n"
      "  fleetcast_curand_peer --seconds 1");
  try {
    app.parse(argc, argv);
    fmt::print("{}\n", fleetcast::measure(realizations, minutes, seed, seconds).dump(2));
    return 0;
  } catch (CLI::ParseError const& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : (app.exit(error), static_cast<int>(fleetcast::ExitCode::usage));
  } catch (fleetcast::Error const& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.code());
  } catch (std::exception const& error) {
    fmt::print(stderr, "fleetcast_curand_peer: {}\n", error.what());
    return static_cast<int>(fleetcast::ExitCode::internal);
  }
}
