/// libFuzzer target: a checkpoint that says anything is gone on from, or refused with an Error.
///
/// The first byte chooses the plan and how bytes are met: as a payload, or as a file whose length and checksum are set right first, so that
/// what stands behind them is reached. The mutator starts from states of runs, so that no checkpoint of an old format need be kept.
#include <xxhash.h>

#include <array>
#include <cstring>

#include "checks.hpp"
#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/crew.hpp"
#include "host/engine/runner.hpp"
#include "host/io/checkpoint.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using namespace fleetcast;
using fuzz::expect;

constexpr char const* sweep = R"(
[sweep]
realizations = 120
minutes = 6
warmup_minutes = 1
quantiles = [0.5]
[autoscaler]
max_replicas = 2
[sla]
stricter_objectives = []
[grid]
"workload.requests_per_minute" = [1, 2]
)";

constexpr std::string_view magic = "fleetcast checkpoint\n";

/// A plan, and the payload of a run that was stopped in its middle.
struct Stopped {
  Plan plan;
  std::string payload;

  explicit Stopped(std::vector<std::string> const& settings) : plan(make_plan(parse_sweep(sweep, "sweep", settings))) {
    RunState state(plan);
    LocalCrew crew(plan, {[](Plan const& p) { return make_cpu_backend(p, 1, "baseline", 1 << 16); }});
    int tiles = 2;
    run(plan, state, crew, {.stop = [&] { return tiles-- <= 0; }, .judge = [](SweepSums const&, std::uint32_t) { return LookVerdict{}; }});
    payload = bytes_of(state);
  }

  std::string bytes_of(RunState const& state) const {
    std::string out;
    ByteWriter writer([&](std::span<std::byte const> bytes) { out.append(reinterpret_cast<char const*>(bytes.data()), bytes.size()); });
    CheckpointHeader header = checkpoint_header(1, plan, state);
    header.date = "now";  // the same bytes at any time
    write_header(writer, header);
    write_state(writer, plan, state);
    writer.flush();
    return out;
  }
};

std::array<Stopped, 2> const& stopped() {
  static std::array<Stopped, 2> const all{Stopped({}), Stopped({"search.race=true", "grid.autoscaler.step_up=[1, 2]"})};
  return all;
}

void read_payload(std::string_view bytes, Stopped const& of) {
  RunState const state = parse_checkpoint(std::as_bytes(std::span(bytes)), of.plan).second;
  std::string const once = of.bytes_of(state);
  RunState const again = parse_checkpoint(std::as_bytes(std::span(once)), of.plan).second;
  expect(of.bytes_of(again) == once);
}

/// The bytes as a file: between a right beginning and a right end, or as they are with a right end.
std::string file_of(std::string_view bytes, bool is_framed) {
  auto const append = [](std::string& to, std::uint64_t number) { to.append(reinterpret_cast<char const*>(&number), sizeof number); };
  std::string file;
  if (is_framed) {
    file = magic;
    append(file, 1);
  }
  file += bytes;
  std::size_t const start = magic.size() + sizeof(std::uint64_t);
  append(file, file.size() - std::min(start, file.size()));
  XXH128_hash_t const hash = XXH3_128bits(file.data(), file.size());
  append(file, hash.low64);
  append(file, hash.high64);
  return file;
}

void read_file(std::string const& file, Stopped const& of) {
  static fuzz::ScratchFolder const folder;
  folder.write("x.h5.checkpoint-a", file);
  CheckpointPair const pair(folder.file("x.h5"));
  if (pair.find()) {
    refuse_other_run(*pair.find(), of.plan);
    CheckpointPair::load(*pair.find(), of.plan);
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (size < 2) {
    std::string const& payload = stopped()[seed % 2].payload;
    if (payload.size() + 1 > most) return LLVMFuzzerMutate(data, size, most);
    data[0] = static_cast<std::uint8_t>(seed % 8);
    std::memcpy(data + 1, payload.data(), payload.size());
    return payload.size() + 1;
  }
  return LLVMFuzzerMutate(data, size, most);
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const bytes(reinterpret_cast<char const*>(data + 1), size - 1);
  Stopped const& of = stopped()[data[0] % 2];
  try {
    if (data[0] / 2 % 2 == 0)
      read_payload(bytes, of);
    else
      read_file(file_of(bytes, data[0] / 4 % 2 == 0), of);
  } catch (Error const& error) {
    expect(error.code() == ExitCode::bad_data);
  }
  return 0;
}
