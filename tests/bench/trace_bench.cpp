// Reading a request log: bytes of the file per second of one core.
// Run: build/fleetcast_trace_bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "host/fit/trace/trace_summary.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

constexpr int requests = 500000;

/// Rows as Azure's trace of 2024 has them, about 41 bytes each.
std::string csv() {
  std::mt19937_64 draw(1);
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  for (int i = 0; i < requests; ++i)
    fmt::format_to(std::back_inserter(text), "2024-05-10 {:02}:{:02}:{:02}.{:06}+00:00,{},{}\n", i / 36000, i / 600 % 60, i / 10 % 60,
                   i % 10 * 100000 + i % 7, 1 + draw() % 8000, 1 + draw() % 800);
  return text;
}

/// Lines as Mooncake's traces have them, with lists of hashes to pass over.
std::string json_lines() {
  std::mt19937_64 draw(1);
  std::string text;
  for (int i = 0; i < requests; ++i)
    fmt::format_to(std::back_inserter(text),
                   "{{\"timestamp\": {}, \"input_length\": {}, \"output_length\": {}, \"hash_ids\": [{}, {}, {}, {}, {}]}}\n", 7 * i,
                   1 + draw() % 8000, 1 + draw() % 800, 5 * i, 5 * i + 1, 5 * i + 2, 5 * i + 3, 5 * i + 4);
  return text;
}

void read(benchmark::State& state, std::string (*text)()) {
  std::string const path = testing::temporary_path("bench-trace");
  std::ofstream(path, std::ios::binary) << text();
  for (auto _ : state) benchmark::DoNotOptimize(read_trace_summary(path, {}, 60));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(path)));
  state.SetItemsProcessed(state.iterations() * requests);
  std::filesystem::remove(path);
}

BENCHMARK_CAPTURE(read, csv, csv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, json_lines, json_lines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fleetcast

BENCHMARK_MAIN();
