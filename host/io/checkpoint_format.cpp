#include "checkpoint_format.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/version.hpp"
#include "utc_time.hpp"

namespace fleetcast {

namespace {

void write_totals(ByteWriter& out, ScenarioSums const& totals) {
  std::vector<Sum128> values;
  totals.for_each([&](Moments const& m) {
    for (Sum128 const value : {m.sum, m.square, Sum128{m.smallest}, Sum128{m.largest}}) values.push_back(value);
  });
  out.integers(std::span<Sum128 const>(values));
}

/// Into totals that have the plan's sizes.
void read_totals(ByteReader& in, ScenarioSums& totals) {
  std::size_t count = 0;
  totals.for_each([&](Moments const&) { count += 4; });
  std::vector<Sum128> values(count);
  in.integers(std::span(values));
  std::size_t next = 0;
  totals.for_each([&](Moments& m) {
    m.sum = values[next++];
    m.square = values[next++];
    m.smallest = static_cast<std::int64_t>(values[next++]);
    m.largest = static_cast<std::int64_t>(values[next++]);
  });
}

void write_set(ByteWriter& out, RealizationSet const& set) {
  out.number(set.spans().size());
  for (auto const& span : set.spans()) {
    out.number(span.first);
    out.number(span.last);
  }
}

RealizationSet read_set(ByteReader& in) {
  RealizationSet set;
  std::uint64_t const count = in.number(in.left() / (2 * sizeof(std::uint64_t)), "spans of realizations");
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t const first = in.number(), last = in.number();
    if (first >= last || (i > 0 && first <= set.end())) in.refuse("spans of realizations that are empty or out of order");
    set.add({first, last});
  }
  return set;
}

/// What there is of a scenario's bands.
enum class BandsKept : std::uint64_t { none, values, made };

void write_bands(ByteWriter& out, Plan const& plan, RunState const& state, std::uint32_t scenario) {
  auto const& values = state.bands[scenario];
  out.number(static_cast<std::uint64_t>(state.has_bands(scenario) ? BandsKept::made : values ? BandsKept::values : BandsKept::none));
  out.number(plan.band_realizations);
  if (state.has_bands(scenario)) {
    Bands const& bands = state.sums.scenarios[scenario].bands;
    out.integers(std::span(bands.sums));
    out.integers(std::span(bands.quantiles));
  } else if (values) {
    write_set(out, values->drawn());
    for (auto rest = values->values(); !rest.empty(); rest = rest.subspan(values->realizations())) out.integers(rest.first(values->realizations()));
  }
}

/// Takes what the plan wants of values that were kept of `realizations` realizations.
void read_band_values(ByteReader& in, BandValues& bands, std::uint64_t realizations) {
  RealizationSet const drawn = read_set(in);
  if (drawn.end() > realizations) in.refuse("bands of more realizations than they are for");
  std::array<std::uint64_t, packed::block_values> block;
  for (auto rest = bands.values(); !rest.empty(); rest = rest.subspan(bands.realizations())) {
    for (std::uint64_t first = 0; first < realizations; first += block.size()) {
      auto const values = std::span(block).first(std::min<std::uint64_t>(block.size(), realizations - first));
      in.integers(values);
      if (first >= bands.realizations()) continue;
      std::copy_n(values.begin(), std::min<std::uint64_t>(values.size(), bands.realizations() - first), rest.begin() + static_cast<long>(first));
    }
  }
  for (auto const& span : drawn.spans()) bands.note(span);
}

void read_bands(ByteReader& in, Plan const& plan, RunState& state, std::uint32_t scenario) {
  auto const kept = static_cast<BandsKept>(in.number(static_cast<std::uint64_t>(BandsKept::made), "states of bands"));
  std::uint64_t const realizations = in.number(UINT32_MAX, "realizations of bands");
  if (kept == BandsKept::values) read_band_values(in, state.bands[scenario].emplace(plan), realizations);
  if (kept != BandsKept::made) return;
  std::size_t const rows = static_cast<std::size_t>(Bands::quantities) * plan.band_blocks;
  Bands bands{std::vector<std::uint64_t>(rows), std::vector<std::uint64_t>(rows * plan.config.sweep.quantiles.size())};
  in.integers(std::span(bands.sums));
  in.integers(std::span(bands.quantiles));
  if (realizations == plan.band_realizations) state.sums.scenarios[scenario].bands = std::move(bands);
}

void write_looks(ByteWriter& out, SweepSums const& sums) {
  out.number(sums.looks_taken);
  out.flag(!sums.looks.empty());
  for (auto const& looks : sums.looks) {
    out.number(looks.size());
    for (auto const& look : looks) {
      out.number(look.realizations);
      write_totals(out, look.sums);
    }
  }
}

/// @param empty  [scenario], nothing counted yet
void read_looks(ByteReader& in, Plan const& plan, std::vector<ScenarioSums> const& empty, SweepSums& sums) {
  sums.looks_taken = static_cast<std::uint32_t>(in.number(plan.looks.size(), "looks"));
  if (!in.flag()) return;
  for (auto const& totals : empty) {
    auto& looks = sums.looks.emplace_back();
    for (std::uint64_t left = in.number(sums.looks_taken, "looks"); left > 0; --left) {
      looks.push_back({in.number(plan.realizations, "realizations"), totals});
      read_totals(in, looks.back().sums);
    }
  }
}

}  // namespace

CheckpointHeader checkpoint_header(std::uint64_t generation, Plan const& plan, RunState const& state) {
  return {.generation = generation,
          .fleetcast_version = version::number,
          .git_sha = version::git_sha,
          .date = utc_text(std::chrono::system_clock::now()),
          .plan_hash = plan.hash,
          .seed = plan.seed,
          .sweep = resolved_toml(plan.config),
          .realizations = plan.realizations,
          .effort = state.effort};
}

void write_header(ByteWriter& out, CheckpointHeader const& header) {
  out.number(header.generation);
  for (auto const* text : {&header.fleetcast_version, &header.git_sha, &header.date}) out.text(*text);
  out.number(header.plan_hash.low);
  out.number(header.plan_hash.high);
  out.number(header.seed);
  out.text(header.sweep);
  out.number(header.realizations);
  out.number(header.effort.realizations);
  out.number(header.effort.cell_realizations);
  for (double const value : {header.effort.requests, header.effort.steps, header.effort.seconds}) out.real(value);
}

CheckpointHeader read_header(ByteReader& in) {
  CheckpointHeader header;
  header.generation = in.number();
  for (auto* text : {&header.fleetcast_version, &header.git_sha, &header.date}) *text = in.text();
  header.plan_hash.low = in.number();
  header.plan_hash.high = in.number();
  header.seed = in.number();
  header.sweep = in.text();
  header.realizations = in.number();
  header.effort.realizations = in.number();
  header.effort.cell_realizations = in.number();
  for (auto* value : {&header.effort.requests, &header.effort.steps, &header.effort.seconds}) *value = in.real();
  return header;
}

void write_state(ByteWriter& out, Plan const& plan, RunState const& state) {
  out.number(state.sums.realizations_done);
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
    write_set(out, state.done[s]);
    write_totals(out, state.sums.scenarios[s]);
    write_bands(out, plan, state, s);
    state.sums.cells[s].for_each([&](auto array, Combine) { out.integers(array); });
  }
  write_looks(out, state.sums);
  out.number(state.left.size());
  out.integers(std::span(state.left));
  out.text(state.judge);
}

RunState read_state(ByteReader& in, CheckpointHeader const& header, Plan const& plan) {
  RunState state(plan);
  std::vector<ScenarioSums> const empty = state.sums.scenarios;
  state.effort = header.effort;
  state.sums.realizations_done = in.number();
  std::uint64_t end = state.sums.realizations_done;
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
    state.done[s] = read_set(in);
    end = std::max(end, state.done[s].end());
    if (end > plan.realizations)
      throw Error(
          ExitCode::bad_data,
          fmt::format("{}: {} realizations are done, of which the sweep now asks for {} (sums can't be taken apart); ask for at least as many "
                      "with --realizations {}, or start over with --fresh",
                      in.name(), end, plan.realizations, end));
    read_totals(in, state.sums.scenarios[s]);
    read_bands(in, plan, state, s);
    state.sums.cells[s].for_each([&](auto array, Combine) { in.integers(array); });
  }
  read_looks(in, plan, empty, state.sums);
  state.left.resize(in.number(plan.cells, "cells"));
  if (!state.left.empty() && state.left.size() != plan.cells) in.refuse(fmt::format("{} cells instead of {}", state.left.size(), plan.cells));
  in.integers(std::span(state.left));
  state.judge = in.text();
  in.expect_end();
  return state;
}

std::pair<CheckpointHeader, RunState> parse_checkpoint(std::span<std::byte const> payload, Plan const& plan) {
  ByteReader in("checkpoint", payload);
  CheckpointHeader header = read_header(in);
  RunState state = read_state(in, header, plan);
  return {std::move(header), std::move(state)};
}

}  // namespace fleetcast
