#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

#include "backend.hpp"
#include "bands.hpp"
#include "cpu_kernels.hpp"
#include "cuda/model/accumulate.cuh"
#include "cuda/model/rows.cuh"
#include "cuda/model/walk.cuh"
#include "host/config/error.hpp"
#include "tile_shape.hpp"

namespace fleetcast {

namespace {

CpuKernels const& choose_kernels(std::string const& simd) {
  auto const levels = simd_levels();
  if (!simd.empty() && std::find(levels.begin(), levels.end(), simd) == levels.end())
    throw Error(ExitCode::usage, fmt::format("--simd {}: this processor has no such instructions; leave --simd out", simd));
  std::string const& level = simd.empty() ? levels.back() : simd;
  return level == "avx512" ? cpu_kernels_avx512 : level == "avx2" ? cpu_kernels_avx2 : cpu_kernels_baseline;
}

/// Cache-line aligned array without initialisation.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t count) : data_(static_cast<T*>(::operator new[](std::max<std::size_t>(count, 1) * sizeof(T), std::align_val_t{64}))) {}
  ~Buffer() { ::operator delete[](data_, std::align_val_t{64}); }
  Buffer(Buffer const&) = delete;
  Buffer& operator=(Buffer const&) = delete;
  T* data() const { return data_; }

 private:
  T* data_;
};

/// The plan on this machine's cores.
class CpuBackend final : public Backend {
 public:
  CpuBackend(Plan const& plan, int threads, std::string const& simd, std::uint64_t memory)
      : plan_(plan),
        kernels_(choose_kernels(simd)),
        threads_(cpu_threads(threads)),
        shape_(cpu_tile(plan, memory, threads)),
        cells_per_tile_(static_cast<std::size_t>(shape_.realizations) * plan.total_ticks()),
        class_requests_(cells_per_tile_ * plan.most_classes()),
        requests_(cells_per_tile_),
        prompt_tokens_(cells_per_tile_),
        completion_tokens_(cells_per_tile_),
        clamped_ticks_(shape_.realizations),
        work_(cells_per_tile_ * plan.services.size()),
        signal_(cells_per_tile_ * plan.windows.size()),
        work_ms_(shape_.realizations * plan.services.size()),
        reference_(shape_.realizations * plan.references.size()),
        totals_(shape_.realizations),
        ledgers_(static_cast<std::size_t>(fixed_entries + plan.levels) * shape_.realizations * shape_.slots),
        baseline_(plan.baseline ? static_cast<std::size_t>(baseline_entries) * shape_.realizations : 0),
        interleaved_cells_(shape_.interleaved ? interleave_blocks(shape_.realizations) * interleave * plan.total_ticks() : 0),
        interleaved_requests_(interleaved_cells_),
        interleaved_work_(interleaved_cells_ * plan.services.size()),
        interleaved_signal_(interleaved_cells_ * plan.windows.size()),
        walk_memory_stride_((static_cast<std::size_t>(plan.walk_memory_values()) * kernels_.step_lanes + 15) / 16 * 16),
        walk_memory_(walk_memory_stride_ * static_cast<std::size_t>(threads_)) {}

  std::string name() const override { return "cpu"; }
  std::string device() const override { return fmt::format("{} thread{}, {}", threads_, threads_ == 1 ? "" : "s", kernels_.name); }
  std::uint32_t tile_realizations() const override { return shape_.realizations; }

  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    scenario_ = &plan_.scenarios[scenario];
    traffic_ = traffic_view(plan_, *scenario_, classes_);
    accumulators_ = sums.view();
    bands_ = bands;
  }

  void run_tile(Tile const& tile, LedgerSink* raw) override {
    rows_in_tile_ = tile.realizations;
    DemandView const demand{plan_.total_ticks(),   class_requests_.data(),    requests_.data(),
                            prompt_tokens_.data(), completion_tokens_.data(), clamped_ticks_.data()};
    timed(seconds_.arrivals, [&] {
      for_each_lane_block(
          tile, [&](std::uint32_t row, std::uint32_t rows) { kernels_.draw_arrivals(traffic_, tile.first, tile.realizations, row, rows, demand); });
    });
    timed(seconds_.tokens, [&] {
      draw_tokens(tile, demand);
      if (traffic_.length_drift.drifts)
        for_each_lane_block(tile, [&](std::uint32_t row, std::uint32_t rows) { kernels_.scale_lengths(traffic_, tile.first, row, rows, demand); });
    });
    timed(seconds_.rows, [&] {
      fill_rows(demand);
      interleave_rows();
    });
    if (bands_ != nullptr) bands_->take(tile.first, tile.realizations, demand);
    if (plan_.baseline) timed(seconds_.walk, [&] { walk_baseline(); });
    for (std::uint32_t first = 0; first < plan_.table.slots; first += shape_.slots) {
      std::uint32_t const slots = std::min(shape_.slots, plan_.table.slots - first);
      timed(seconds_.walk, [&] { walk(first, slots); });
      timed(seconds_.accumulate, [&] { accumulate(first, slots); });
      if (raw != nullptr)
        raw->take(tile, {ledgers_.data(), static_cast<std::size_t>(fixed_entries + plan_.levels) * rows_in_tile_ * slots}, first, slots);
    }
  }

  TileTotals totals() const override {
    return {{totals_.data(), rows_in_tile_},
            {work_ms_.data(), rows_in_tile_ * plan_.services.size()},
            {reference_.data(), rows_in_tile_ * plan_.references.size()}};
  }

  KernelSeconds kernel_seconds() const override { return seconds_; }

  void bring_home() override {}

 private:
  template <class Work>
  static void timed(double& seconds, Work work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  static std::size_t interleave_blocks(std::uint32_t realizations) { return (realizations + interleave - 1) / interleave; }

  RowsView rows() const {
    return {plan_.total_ticks(),      plan_.warmup_ticks,        rows_in_tile_,  plan_.tick_seconds,
            plan_.longest_segment,    requests_.data(),          work_.data(),   signal_.data(),
            work_ms_.data(),          reference_.data(),         totals_.data(), interleaved_requests_.data(),
            interleaved_work_.data(), interleaved_signal_.data()};
  }

  /// Calls visit(first row, rows) for the realizations of each register of draws.
  template <class Visit>
  void for_each_lane_block(Tile const& tile, Visit visit) const {
    std::uint32_t const lanes = kernels_.draw_lanes;
    std::int64_t const blocks = (tile.realizations + lanes - 1) / lanes;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t block = 0; block < blocks; ++block) {
      auto const row = static_cast<std::uint32_t>(block) * lanes;
      visit(row, std::min(lanes, tile.realizations - row));
    }
  }

  void draw_tokens(Tile const& tile, DemandView const& demand) const {
    std::uint32_t const ticks = plan_.total_ticks();
    constexpr std::uint32_t stretch = 256;
    std::int64_t const stretches = (ticks + stretch - 1) / stretch;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t item = 0; item < tile.realizations * stretches; ++item) {
      auto const first = static_cast<std::uint32_t>(item % stretches) * stretch;
      kernels_.draw_tokens(traffic_, tile.first, tile.realizations, static_cast<std::uint32_t>(item / stretches), first,
                           std::min(first + stretch, ticks), demand);
    }
  }

  void fill_rows(DemandView const& demand) const {
    std::uint32_t const ticks = plan_.total_ticks();
    std::size_t const plane = static_cast<std::size_t>(rows_in_tile_) * ticks;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t i = 0; i < rows_in_tile_; ++i) {
      auto const row = static_cast<std::uint32_t>(i);
      std::size_t const start = static_cast<std::size_t>(row) * ticks;
      totals_.data()[row] = {0, 0, 0, 0, demand.clamped_ticks[row], 0};
      add_ticks(totals_.data()[row], demand, plan_.warmup_ticks, row, 0, 1);
      for (std::size_t s = 0; s < plan_.services.size(); ++s)
        work_ms_.data()[s * rows_in_tile_ + row] =
            kernels_.fill_work_row(plan_.services[s], demand, plan_.warmup_ticks, row, work_.data() + s * plane + start);
      for (std::size_t w = 0; w < plan_.windows.size(); ++w)
        fill_signal_row(plan_.windows[w], demand, row, signal_.data() + w * plane + start, 0, ticks);
      for (std::size_t k = 0; k < plan_.references.size(); ++k) {
        auto const& policy = plan_.references[k];
        reference_.data()[k * rows_in_tile_ + row] =
            reference_replica_ticks(policy, requests_.data() + start, work_.data() + policy.service * plane + start, plan_.warmup_ticks, ticks, 1);
      }
    }
  }

  /// Lays the rows of each block of realizations side by side, for the groups that walk so.
  void interleave_rows() const {
    if (interleaved_cells_ == 0) return;
    std::uint32_t const ticks = plan_.total_ticks();
    std::size_t const plane = static_cast<std::size_t>(rows_in_tile_) * ticks;
    auto const blocks = static_cast<std::int64_t>(interleave_blocks(rows_in_tile_));
    std::size_t const interleaved_plane = static_cast<std::size_t>(blocks) * interleave * ticks;
    auto const lay = [&](std::int64_t block, auto const* from, auto* to) {
      for (std::uint32_t lane = 0; lane < interleave; ++lane) {
        std::uint32_t const row = std::min(static_cast<std::uint32_t>(block) * interleave + lane, rows_in_tile_ - 1);
        auto const* const source = from + static_cast<std::size_t>(row) * ticks;
        auto* const target = to + static_cast<std::size_t>(block) * interleave * ticks + lane;
        for (std::uint32_t tick = 0; tick < ticks; ++tick)
          target[static_cast<std::size_t>(tick) * interleave] = static_cast<std::remove_reference_t<decltype(*target)>>(source[tick]);
      }
    };
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::int64_t block = 0; block < blocks; ++block) {
      lay(block, requests_.data(), interleaved_requests_.data());
      for (std::size_t s = 0; s < plan_.services.size(); ++s) lay(block, work_.data() + s * plane, interleaved_work_.data() + s * interleaved_plane);
      for (std::size_t w = 0; w < plan_.windows.size(); ++w)
        lay(block, signal_.data() + w * plane, interleaved_signal_.data() + w * interleaved_plane);
    }
  }

  /// Calls visit(group, first slot, slots) for each group's part of the slots [first, first + slots).
  template <class Visit>
  void for_each_group(std::uint32_t first_slot, std::uint32_t slots, Visit visit) const {
    for (PolicyGroup const& group : plan_.groups) {
      std::uint32_t const first = std::max(first_slot, group.first_slot);
      std::uint32_t const last = std::min(first_slot + slots, group.first_slot + group.slot_count);
      if (first < last) visit(group, first, last - first);
    }
  }

  /// How many of `count` slots from `first` on are policies of the group, not padding.
  static std::uint32_t policies_in(PolicyGroup const& group, std::uint32_t first, std::uint32_t count) {
    std::uint32_t const end = group.first_slot + group.policy_count;
    return std::min(first + count, end) - std::min(first, end);
  }

  void walk(std::uint32_t first_slot, std::uint32_t slots) const {
    WalkContext const context{plan_.table.columns(), rows(), plan_.levels};
    std::uint32_t const lanes = kernels_.step_lanes;
    std::uint64_t const stride = static_cast<std::uint64_t>(rows_in_tile_) * slots;
    auto const out = [&](std::uint64_t realization, std::uint32_t slot) { return ledgers_.data() + realization * slots + (slot - first_slot); };
    auto const memory = [&] { return walk_memory_.data() + walk_memory_stride_ * static_cast<std::size_t>(omp_get_thread_num()); };
#pragma omp parallel num_threads(threads_)
    for_each_group(first_slot, slots, [&](PolicyGroup const& group, std::uint32_t first, std::uint32_t count) {
      if (shape_.interleaved && walks_realizations(group)) {
        std::uint32_t const policies = policies_in(group, first, count);
        auto const blocks = static_cast<std::int64_t>((rows_in_tile_ + lanes - 1) / lanes);
#pragma omp for schedule(dynamic, 8) nowait
        for (std::int64_t item = 0; item < blocks * policies; ++item) {
          auto const row = static_cast<std::uint32_t>(item / policies) * lanes;
          std::uint32_t const slot = first + static_cast<std::uint32_t>(item % policies);
          kernels_.walk_realizations(context, group, slot, row, std::min(lanes, rows_in_tile_ - row), memory(), out(row, slot), stride, slots);
        }
      } else {
        auto const walks = static_cast<std::int64_t>(count / lanes);
#pragma omp for schedule(dynamic, 8) nowait
        for (std::int64_t item = 0; item < walks * rows_in_tile_; ++item) {
          auto const row = static_cast<std::uint32_t>(item / walks);
          std::uint32_t const slot = first + static_cast<std::uint32_t>(item % walks) * lanes;
          kernels_.walk_policies(context, group, slot, row, memory(), out(row, slot), stride);
        }
      }
    });
  }

  /// Walks the baseline ahead of all others, with the policies that share its registers, and keeps what they are multiplied with.
  void walk_baseline() const {
    std::uint32_t const slot = plan_.policies[*plan_.baseline].slot;
    std::uint32_t const first = slot / slot_alignment * slot_alignment;
    walk(first, slot_alignment);
    std::size_t const values = static_cast<std::size_t>(baseline_entries) * rows_in_tile_;
    for (std::size_t i = 0; i < values; ++i) baseline_.data()[i] = ledgers_.data()[i * slot_alignment + (slot - first)];
  }

  void accumulate(std::uint32_t first_slot, std::uint32_t slots) const {
    RowsView const view = rows();
    PolicyColumns const columns = plan_.table.columns();
    LedgerView const ledgers{ledgers_.data(), plan_.baseline ? baseline_.data() : nullptr, rows_in_tile_, first_slot, slots};
#pragma omp parallel num_threads(threads_)
    for_each_group(first_slot, slots, [&](PolicyGroup const& group, std::uint32_t first, std::uint32_t count) {
#pragma omp for schedule(static) nowait
      for (std::uint32_t slot = first; slot < first + policies_in(group, first, count); ++slot)
        accumulate_slot(ledgers, view, columns, plan_.objective_per, group.service, slot, 0, rows_in_tile_, accumulators_);
    });
  }

  Plan const& plan_;
  CpuKernels const& kernels_;
  int threads_;
  TileShape shape_;
  std::size_t cells_per_tile_;
  std::uint32_t rows_in_tile_ = 0;
  Buffer<std::uint32_t> class_requests_, requests_;
  Buffer<std::uint64_t> prompt_tokens_, completion_tokens_;
  Buffer<std::uint32_t> clamped_ticks_;
  Buffer<float> work_, signal_;
  Buffer<std::int64_t> work_ms_;
  Buffer<std::uint64_t> reference_;
  Buffer<RealizationTotals> totals_;
  Buffer<std::int64_t> ledgers_, baseline_;
  std::size_t interleaved_cells_;
  Buffer<std::int32_t> interleaved_requests_;
  Buffer<float> interleaved_work_, interleaved_signal_;
  std::size_t walk_memory_stride_;
  Buffer<float> walk_memory_;
  BandValues* bands_ = nullptr;
  KernelSeconds seconds_;
  Scenario const* scenario_ = nullptr;
  std::vector<RequestClassView> classes_;
  TrafficView traffic_{};
  AccumulatorView accumulators_{};
};

}  // namespace

std::vector<std::string> simd_levels() {
  std::vector<std::string> levels{"baseline"};
  bool const avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  bool const avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw");
  if (avx2) levels.emplace_back("avx2");
  if (avx2 && avx512) levels.emplace_back("avx512");
  return levels;
}

CpuKernels const& widest_cpu_kernels() { return choose_kernels({}); }

std::unique_ptr<Backend> make_cpu_backend(Plan const& plan, int threads, std::string const& simd, std::uint64_t memory) {
  return std::make_unique<CpuBackend>(plan, threads, simd, memory);
}

}  // namespace fleetcast
