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
        bands_(plan) {
    for (std::uint32_t g = 0; g < plan.groups.size(); ++g)
      for (std::uint32_t i = 0; i < plan.groups[g].slot_count; i += kernels_.step_lanes) walks_.push_back({g, plan.groups[g].first_slot + i});
    walk_memory_stride_ = (static_cast<std::size_t>(plan.walk_memory_ints()) * kernels_.step_lanes + 15) / 16 * 16;
    walk_memory_ = std::make_unique<Buffer<std::int32_t>>(walk_memory_stride_ * static_cast<std::size_t>(threads_));
  }

  std::string name() const override { return "cpu"; }
  std::string device() const override { return fmt::format("{} thread{}, {}", threads_, threads_ == 1 ? "" : "s", kernels_.name); }
  std::uint32_t tile_realizations() const override { return shape_.realizations; }

  void begin_scenario(std::uint32_t scenario, CellSums& sums) override {
    scenario_ = &plan_.scenarios[scenario];
    traffic_ = traffic_view(plan_, *scenario_, classes_);
    accumulators_ = sums.view();
    bands_.clear();
  }

  bool run_tile(Tile const& tile, std::atomic<bool> const& stop, LedgerSink* raw) override {
    rows_in_tile_ = tile.realizations;
    DemandView const demand{plan_.total_ticks(),   class_requests_.data(),    requests_.data(),
                            prompt_tokens_.data(), completion_tokens_.data(), clamped_ticks_.data()};
    timed(seconds_.arrivals, [&] { draw_arrivals(tile, demand, stop); });
    timed(seconds_.tokens, [&] { draw_tokens(tile, demand, stop); });
    if (stop) return false;
    timed(seconds_.rows, [&] { fill_rows(demand, stop); });
    bands_.take(tile.first, tile.realizations, demand, plan_);
    for (std::uint32_t first = 0; first < plan_.table.slots && !stop; first += shape_.slots) {
      std::uint32_t const slots = std::min(shape_.slots, plan_.table.slots - first);
      timed(seconds_.walk, [&] { walk(first, slots, stop); });
      if (stop) return false;
      timed(seconds_.accumulate, [&] { accumulate(first, slots); });
      if (raw != nullptr)
        raw->take(tile, {ledgers_.data(), static_cast<std::size_t>(fixed_entries + plan_.levels) * rows_in_tile_ * slots}, first, slots);
    }
    return !stop;
  }

  TileTotals totals() const override {
    return {{totals_.data(), rows_in_tile_},
            {work_ms_.data(), rows_in_tile_ * plan_.services.size()},
            {reference_.data(), rows_in_tile_ * plan_.references.size()}};
  }

  KernelSeconds kernel_seconds() const override { return seconds_; }

  Bands end_scenario() override { return bands_.reduce(plan_); }

 private:
  template <class Work>
  static void timed(double& seconds, Work work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  struct Walk {
    std::uint32_t group;
    std::uint32_t slot;
  };

  RowsView rows() const {
    return {plan_.total_ticks(), plan_.warmup_ticks, rows_in_tile_,   plan_.tick_seconds, requests_.data(),
            work_.data(),        signal_.data(),     work_ms_.data(), reference_.data(),  totals_.data()};
  }

  void draw_arrivals(Tile const& tile, DemandView const& demand, std::atomic<bool> const& stop) const {
    std::uint32_t const lanes = kernels_.draw_lanes;
    std::int64_t const blocks = (tile.realizations + lanes - 1) / lanes;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t block = 0; block < blocks; ++block) {
      if (stop.load(std::memory_order_relaxed)) continue;
      auto const row = static_cast<std::uint32_t>(block) * lanes;
      kernels_.draw_arrivals(traffic_, tile.first, tile.realizations, row, std::min(lanes, tile.realizations - row), demand);
    }
  }

  void draw_tokens(Tile const& tile, DemandView const& demand, std::atomic<bool> const& stop) const {
    std::uint32_t const ticks = plan_.total_ticks();
    constexpr std::uint32_t stretch = 256;
    std::int64_t const stretches = (ticks + stretch - 1) / stretch;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t item = 0; item < tile.realizations * stretches; ++item) {
      if (stop.load(std::memory_order_relaxed)) continue;
      auto const first = static_cast<std::uint32_t>(item % stretches) * stretch;
      kernels_.draw_tokens(traffic_, tile.first, tile.realizations, static_cast<std::uint32_t>(item / stretches), first,
                           std::min(first + stretch, ticks), demand);
    }
  }

  void fill_rows(DemandView const& demand, std::atomic<bool> const& stop) const {
    std::uint32_t const ticks = plan_.total_ticks();
    std::size_t const plane = static_cast<std::size_t>(rows_in_tile_) * ticks;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
    for (std::int64_t i = 0; i < rows_in_tile_; ++i) {
      if (stop.load(std::memory_order_relaxed)) continue;
      auto const row = static_cast<std::uint32_t>(i);
      std::size_t const start = static_cast<std::size_t>(row) * ticks;
      totals_.data()[row] = sum_realization(demand, plan_.warmup_ticks, row, plan_.longest_segment);
      for (std::size_t s = 0; s < plan_.services.size(); ++s)
        work_ms_.data()[s * rows_in_tile_ + row] =
            kernels_.fill_work_row(plan_.services[s], demand, plan_.warmup_ticks, row, work_.data() + s * plane + start);
      for (std::size_t w = 0; w < plan_.windows.size(); ++w) fill_signal_row(plan_.windows[w], demand, row, signal_.data() + w * plane + start);
      for (std::size_t k = 0; k < plan_.references.size(); ++k) {
        auto const& policy = plan_.references[k];
        reference_.data()[k * rows_in_tile_ + row] =
            reference_replica_ticks(policy, requests_.data() + start, work_.data() + policy.service * plane + start, plan_.warmup_ticks, ticks);
      }
    }
  }

  void walk(std::uint32_t first_slot, std::uint32_t slots, std::atomic<bool> const& stop) const {
    RowsView const view = rows();
    PolicyColumns const columns = plan_.table.columns();
    auto const first = static_cast<std::int64_t>(first_slot / kernels_.step_lanes);
    auto const count = static_cast<std::int64_t>(slots / kernels_.step_lanes);
    std::uint64_t const stride = static_cast<std::uint64_t>(rows_in_tile_) * slots;
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads_)
    for (std::int64_t item = 0; item < count * rows_in_tile_; ++item) {
      if (stop.load(std::memory_order_relaxed)) continue;
      auto const realization = static_cast<std::uint32_t>(item / count);
      Walk const& walk = walks_[static_cast<std::size_t>(first + item % count)];
      std::int64_t* const out = ledgers_.data() + static_cast<std::uint64_t>(realization) * slots + (walk.slot - first_slot);
      kernels_.walk_policies(plan_.groups[walk.group], columns, walk.slot, plan_.levels, view, realization,
                             walk_memory_->data() + walk_memory_stride_ * static_cast<std::size_t>(omp_get_thread_num()), out, stride);
    }
  }

  void accumulate(std::uint32_t first_slot, std::uint32_t slots) const {
    RowsView const view = rows();
    PolicyColumns const columns = plan_.table.columns();
    LedgerView const ledgers{ledgers_.data(), rows_in_tile_, first_slot, slots};
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::int64_t i = 0; i < slots; ++i) {
      auto const slot = first_slot + static_cast<std::uint32_t>(i);
      accumulate_slot(ledgers, view, columns, plan_.objective_per, plan_.slot_service[slot], slot, accumulators_);
    }
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
  Buffer<std::int64_t> ledgers_;
  BandCollector bands_;
  KernelSeconds seconds_;
  std::vector<Walk> walks_;
  std::size_t walk_memory_stride_ = 0;
  std::unique_ptr<Buffer<std::int32_t>> walk_memory_;
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

std::unique_ptr<Backend> make_cpu_backend(Plan const& plan, int threads, std::string const& simd, std::uint64_t memory) {
  return std::make_unique<CpuBackend>(plan, threads, simd, memory);
}

}  // namespace fleetcast
