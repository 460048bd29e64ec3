#include "device_sweep.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "kernels.hpp"
#include "memory.cuh"

namespace fleetcast {

namespace {

/// Copies a host array to the device.
template <class T>
DeviceArray<T> upload(T const* from, std::size_t count, cudaStream_t stream) {
  DeviceArray<T> array(count);
  if (count > 0) {
    FLEETCAST_CHECK_CUDA(cudaMemcpyAsync(array.data(), from, count * sizeof(T), cudaMemcpyHostToDevice, stream));
    FLEETCAST_CHECK_CUDA(cudaStreamSynchronize(stream));  // the source may not live longer than the call
  }
  return array;
}

class CudaStream {
 public:
  CudaStream() { FLEETCAST_CHECK_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~CudaStream() { cudaStreamDestroy(stream_); }
  CudaStream(CudaStream const&) = delete;
  CudaStream& operator=(CudaStream const&) = delete;
  operator cudaStream_t() const { return stream_; }
  void wait() const { FLEETCAST_CHECK_CUDA(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

class CudaEvent {
 public:
  explicit CudaEvent(unsigned flags) { FLEETCAST_CHECK_CUDA(cudaEventCreateWithFlags(&event_, flags)); }
  ~CudaEvent() { cudaEventDestroy(event_); }
  CudaEvent(CudaEvent const&) = delete;
  CudaEvent& operator=(CudaEvent const&) = delete;
  void record(cudaStream_t stream) const { FLEETCAST_CHECK_CUDA(cudaEventRecord(event_, stream)); }
  /// What is queued in `stream` from now on waits for the event.
  void hold_back(cudaStream_t stream) const { FLEETCAST_CHECK_CUDA(cudaStreamWaitEvent(stream, event_)); }
  float milliseconds_since(CudaEvent const& before) const {
    float milliseconds = 0;
    FLEETCAST_CHECK_CUDA(cudaEventElapsedTime(&milliseconds, before.event_, event_));
    return milliseconds;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Times what a stream does, without making it wait: seconds are added up when they are asked for.
class StreamClock {
 public:
  void start(cudaStream_t stream) { next().first.record(stream); }
  void stop(cudaStream_t stream, double& seconds) {
    spans_[used_]->last.record(stream);
    spans_[used_++]->seconds = &seconds;
  }
  /// The stream has finished: adds up all spans.
  void settle() {
    for (std::size_t i = 0; i < used_; ++i) *spans_[i]->seconds += 1e-3 * static_cast<double>(spans_[i]->last.milliseconds_since(spans_[i]->first));
    used_ = 0;
  }

 private:
  struct Span {
    CudaEvent first{cudaEventDefault};
    CudaEvent last{cudaEventDefault};
    double* seconds = nullptr;
  };
  Span& next() {
    if (used_ == spans_.size()) spans_.push_back(std::make_unique<Span>());
    return *spans_[used_];
  }
  std::vector<std::unique_ptr<Span>> spans_;
  std::size_t used_ = 0;
};

/// Columns of the policy table in device memory.
struct DeviceColumns {
  DeviceArray<double> scale_up_at, scale_down_at;
  DeviceArray<float> max_backlog_seconds, load_limits, backlog_limits;
  DeviceArray<std::int32_t> min_replicas, max_replicas, initial_replicas, step_up, step_down, cooldown_up, cooldown_down;
  DeviceArray<std::uint32_t> reference;
  DeviceArray<std::uint64_t> allowed;
  std::uint32_t slots;

  DeviceColumns(PolicyColumns const& c, std::uint32_t levels, cudaStream_t s)
      : scale_up_at(upload(c.scale_up_at, c.slots, s)),
        scale_down_at(upload(c.scale_down_at, c.slots, s)),
        max_backlog_seconds(upload(c.max_backlog_seconds, c.slots, s)),
        load_limits(upload(c.load_limits, (1 + levels) * static_cast<std::size_t>(c.slots), s)),
        backlog_limits(upload(c.backlog_limits, (1 + levels) * static_cast<std::size_t>(c.slots), s)),
        min_replicas(upload(c.min_replicas, c.slots, s)),
        max_replicas(upload(c.max_replicas, c.slots, s)),
        initial_replicas(upload(c.initial_replicas, c.slots, s)),
        step_up(upload(c.step_up, c.slots, s)),
        step_down(upload(c.step_down, c.slots, s)),
        cooldown_up(upload(c.cooldown_up_ticks, c.slots, s)),
        cooldown_down(upload(c.cooldown_down_ticks, c.slots, s)),
        reference(upload(c.reference, c.slots, s)),
        allowed(upload(c.violations_allowed_ppb, c.slots, s)),
        slots(c.slots) {}

  PolicyColumns view() const {
    return {scale_up_at.data(),  scale_down_at.data(), max_backlog_seconds.data(), load_limits.data(), backlog_limits.data(),
            min_replicas.data(), max_replicas.data(),  initial_replicas.data(),    step_up.data(),     step_down.data(),
            cooldown_up.data(),  cooldown_down.data(), reference.data(),           allowed.data(),     slots};
  }
};

/// Accumulators of a scenario in device memory.
struct DeviceSums {
  AccumulatorView shape;
  DeviceArray<Sum128> sums, squares, products, baseline_products;
  DeviceArray<std::int64_t> smallest, largest;
  DeviceArray<std::uint64_t> met, met_at, violating;
  DeviceArray<std::uint32_t> billed, violated;

  explicit DeviceSums(DevicePlan const& plan)
      : shape{.slots = plan.columns.slots,
              .levels = plan.levels,
              .billed_bins = plan.billed_bins,
              .violated_bins = plan.violated_bins,
              .objective_levels = plan.objective_levels},
        sums(static_cast<std::size_t>(fixed_entries + plan.levels) * shape.slots),
        squares(sums.size()),
        products(static_cast<std::size_t>(product_count) * shape.slots),
        baseline_products(plan.baseline_slot ? static_cast<std::size_t>(baseline_entries) * shape.slots : 0),
        smallest(static_cast<std::size_t>(extremes) * shape.slots),
        largest(smallest.size()),
        met(shape.slots),
        met_at(static_cast<std::size_t>(shape.objective_levels.count) * shape.slots),
        violating(shape.slots),
        billed(static_cast<std::size_t>(shape.billed_bins.count) * shape.slots),
        violated(static_cast<std::size_t>(shape.violated_bins.count) * shape.slots) {}

  AccumulatorView view() const {
    AccumulatorView v = shape;
    v.sums = sums.data();
    v.squares = squares.data();
    v.products = products.data();
    v.smallest = smallest.data();
    v.largest = largest.data();
    v.baseline_products = baseline_products.data();
    v.objective_met = met.data();
    v.objective_met_at = met_at.data();
    v.violating = violating.data();
    v.billed_histogram = billed.data();
    v.violated_histogram = violated.data();
    return v;
  }

  /// Calls visit(device array, its place in `host`) for every array.
  template <class Visit>
  void for_each(AccumulatorView const& host, Visit visit) const {
    visit(sums, host.sums);
    visit(squares, host.squares);
    visit(products, host.products);
    visit(smallest, host.smallest);
    visit(largest, host.largest);
    if (baseline_products.size() > 0) visit(baseline_products, host.baseline_products);
    visit(met, host.objective_met);
    if (met_at.size() > 0) visit(met_at, host.objective_met_at);
    visit(violating, host.violating);
    visit(billed, host.billed_histogram);
    visit(violated, host.violated_histogram);
  }
};

/// Buffers of a tile.
struct TileBuffers {
  DeviceArray<std::uint32_t> class_requests, requests, clamped;
  DeviceArray<std::uint64_t> prompt, completion;
  DeviceArray<float> work, signal;
  DeviceArray<WorkSum> work_sums;
  DeviceArray<std::int64_t> work_ms, ledgers, baseline;
  DeviceArray<std::uint64_t> reference;
  DeviceArray<RealizationTotals> totals;
  DeviceArray<float> scratch;

  TileBuffers() = default;
  TileBuffers(DevicePlan const& plan, DeviceTile shape)
      : class_requests(cells(plan, shape) * plan.most_classes),
        requests(cells(plan, shape)),
        clamped(shape.realizations),
        prompt(cells(plan, shape)),
        completion(cells(plan, shape)),
        work(cells(plan, shape) * plan.services.size()),
        signal(cells(plan, shape) * plan.windows.size()),
        work_sums(shape.realizations * plan.services.size()),
        work_ms(work_sums.size()),
        ledgers(static_cast<std::size_t>(fixed_entries + plan.levels) * shape.realizations * shape.slots),
        baseline(plan.baseline_slot ? static_cast<std::size_t>(baseline_entries) * shape.realizations : 0),
        reference(shape.realizations * plan.references.size()),
        totals(shape.realizations),
        scratch(plan.walk_memory_values * scratch_stride(shape)) {}

  static std::uint64_t scratch_stride(DeviceTile shape) { return static_cast<std::uint64_t>(shape.realizations) * shape.slots + spare_policies; }

  static std::size_t cells(DevicePlan const& plan, DeviceTile shape) { return static_cast<std::size_t>(shape.realizations) * plan.total_ticks; }
};

}  // namespace

struct DeviceSweep::State {
  DevicePlan plan;
  TokenPath path;
  DeviceTile shape;
  CudaStream stream, copies;
  CudaEvent drawn{cudaEventDisableTiming};
  StreamClock clock;
  KernelSeconds seconds;
  DeviceColumns columns;
  DeviceArray<std::uint32_t> slot_service, windows;
  DeviceArray<ServiceRates> services;
  DeviceArray<ReferencePolicy> references;
  DeviceSums sums;
  DeviceArray<std::uint64_t> band_values;
  TileBuffers tile;
  PinnedArray<RealizationTotals> host_totals;
  PinnedArray<std::int64_t> host_work_ms;
  PinnedArray<std::uint64_t> host_reference;
  std::vector<std::int64_t> host_ledgers;
  PinnedArray<char> staging;
  std::uint32_t rows = 0;

  // the scenario
  DeviceArray<double> expected;
  std::vector<DeviceArray<std::uint32_t>> tables;
  std::vector<DeviceArray<std::int64_t>> bases;
  DeviceArray<RequestClassView> classes;
  TrafficView traffic{};
  std::vector<ClassLaw> class_laws;

  State(DevicePlan const& p, DeviceTile wished, TokenPath token_path)
      : plan(p),
        path(token_path),
        shape(wished),
        columns(p.columns, p.levels, stream),
        slot_service(upload(services_without_padding(p).data(), p.columns.slots, stream)),
        windows(upload(p.windows.data(), p.windows.size(), stream)),
        services(upload(p.services.data(), p.services.size(), stream)),
        references(upload(p.references.data(), p.references.size(), stream)),
        sums(p),
        band_values(static_cast<std::size_t>(3) * p.band_blocks * p.band_realizations),
        staging(16ULL << 20) {
    // left free for a scenario's curve and the tables of its classes, which come later
    DeviceArray<char> const reserve(64ULL << 20);
    shape.realizations = halve_until_it_fits(shape.realizations, [&](std::uint32_t realizations) {
      tile = TileBuffers();
      tile = TileBuffers(plan, {realizations, shape.slots});
    });
    host_totals = PinnedArray<RealizationTotals>(shape.realizations);
    host_work_ms = PinnedArray<std::int64_t>(shape.realizations * plan.services.size());
    host_reference = PinnedArray<std::uint64_t>(shape.realizations * plan.references.size());
  }

  /// Service of each slot; padding has none.
  static std::vector<std::uint32_t> services_without_padding(DevicePlan const& plan) {
    std::vector<std::uint32_t> services(plan.columns.slots, AccumulateSlots::no_service);
    for (PolicyGroup const& group : plan.groups) std::fill_n(services.begin() + group.first_slot, group.policy_count, group.service);
    return services;
  }

  DemandView demand() const {
    return {plan.total_ticks, tile.class_requests.data(), tile.requests.data(), tile.prompt.data(), tile.completion.data(), tile.clamped.data()};
  }
  RowsView rows_view() const {
    return {plan.total_ticks,
            plan.warmup_ticks,
            rows,
            plan.tick_seconds,
            plan.longest_segment,
            tile.requests.data(),
            tile.work.data(),
            tile.signal.data(),
            tile.work_ms.data(),
            tile.reference.data(),
            tile.totals.data(),
            nullptr,
            nullptr,
            nullptr};
  }

  template <class T>
  void fetch(PinnedArray<T> const& to, DeviceArray<T> const& from, std::size_t count) const {
    if (count > 0) FLEETCAST_CHECK_CUDA(cudaMemcpyAsync(to.data(), from.data(), count * sizeof(T), cudaMemcpyDeviceToHost, copies));
  }

  /// Copies a device array to pageable host memory by way of the pinned staging buffer.
  void download(void const* from, void* to, std::size_t bytes) const {
    for (std::size_t done = 0; done < bytes; done += staging.size()) {
      std::size_t const part = std::min(staging.size(), bytes - done);
      FLEETCAST_CHECK_CUDA(cudaMemcpyAsync(staging.data(), static_cast<char const*>(from) + done, part, cudaMemcpyDeviceToHost, stream));
      stream.wait();
      std::memcpy(static_cast<char*>(to) + done, staging.data(), part);
    }
  }

  void wait() {
    stream.wait();
    copies.wait();
    clock.settle();
  }

  template <class T>
  void zero(DeviceArray<T> const& array, std::size_t count) const {
    if (count > 0) FLEETCAST_CHECK_CUDA(cudaMemsetAsync(array.data(), 0, count * sizeof(T), stream));
  }

  void draw(std::uint64_t first) {
    DemandView const view = demand();
    zero(tile.clamped, rows);
    clock.start(stream);
    launch_arrivals(traffic, first, rows, view, stream);
    clock.stop(stream, seconds.arrivals);
    clock.start(stream);
    bool const compound = std::any_of(class_laws.begin(), class_laws.end(), [](ClassLaw const& law) { return law.compound; });
    if (path == TokenPath::fused || compound)  // which has no requests to write out
      launch_tokens(traffic, class_laws, first, rows, view, stream);
    else
      launch_plain_tokens(traffic, first, rows, view, stream);
    launch_length_drift({traffic, first, rows, view}, stream);
    clock.stop(stream, seconds.tokens);

    auto const service_count = static_cast<std::uint32_t>(services.size());
    auto const reference_count = static_cast<std::uint32_t>(references.size());
    std::uint64_t const work_rows = static_cast<std::uint64_t>(rows) * service_count;
    zero(tile.totals, rows);
    zero(tile.work_sums, work_rows);
    zero(tile.reference, static_cast<std::size_t>(rows) * reference_count);
    clock.start(stream);
    launch_rows({view, rows, plan.warmup_ticks, tile.totals.data()},
                {view, rows, plan.warmup_ticks, services.data(), service_count, tile.work.data(), tile.work_sums.data()},
                {tile.work_sums.data(), work_rows, tile.work_ms.data()},
                {view, rows, windows.data(), static_cast<std::uint32_t>(windows.size()), tile.signal.data()},
                {view, rows, plan.warmup_ticks, references.data(), reference_count, tile.work.data(), tile.reference.data()},
                {view, band_rows(first, rows, plan.band_realizations), plan.warmup_ticks, first, plan.band_realizations, plan.band_blocks,
                 plan.band_ticks, band_values.data()},
                stream);
    clock.stop(stream, seconds.rows);
    drawn.record(stream);
  }

  /// Brings the tile's totals home while its policies walk.
  void fetch_totals() const {
    drawn.hold_back(copies);
    fetch(host_totals, tile.totals, rows);
    fetch(host_work_ms, tile.work_ms, rows * plan.services.size());
    fetch(host_reference, tile.reference, rows * plan.references.size());
  }

  void walk(std::uint32_t first_slot, std::uint32_t slots) {
    clock.start(stream);
    for (PolicyGroup const& group : plan.groups) {
      std::uint32_t const first = std::max(first_slot, group.first_slot);
      std::uint32_t const last = std::min(first_slot + slots, group.first_slot + group.policy_count);
      if (first >= last) continue;
      launch_walk({{columns.view(), rows_view(), plan.levels},
                   group,
                   first,
                   last - first,
                   first_slot,
                   slots,
                   tile.scratch.data(),
                   TileBuffers::scratch_stride({rows, slots}),
                   tile.ledgers.data()},
                  stream);
    }
    clock.stop(stream, seconds.walk);
  }

  /// Walks the baseline ahead of all others and keeps what they are multiplied with.
  void walk_baseline() {
    std::uint32_t const first = *plan.baseline_slot / slot_alignment * slot_alignment;
    walk(first, slot_alignment);
    // the entries of a slot lie slot_alignment apart, those of the next entry behind them
    FLEETCAST_CHECK_CUDA(cudaMemcpy2DAsync(tile.baseline.data(), sizeof(std::int64_t), tile.ledgers.data() + (*plan.baseline_slot - first),
                                           slot_alignment * sizeof(std::int64_t), sizeof(std::int64_t),
                                           static_cast<std::size_t>(baseline_entries) * rows, cudaMemcpyDeviceToDevice, stream));
  }

  void accumulate(std::uint32_t first_slot, std::uint32_t slots) {
    clock.start(stream);
    launch_accumulate({{tile.ledgers.data(), plan.baseline_slot ? tile.baseline.data() : nullptr, rows, first_slot, slots},
                       rows_view(),
                       columns.view(),
                       plan.objective_per,
                       slot_service.data(),
                       sums.view()},
                      stream);
    clock.stop(stream, seconds.accumulate);
  }
};

DeviceSweep::DeviceSweep(DevicePlan const& plan, DeviceTile tile, TokenPath path) {
  check_device_code();
  state_ = std::make_unique<State>(plan, tile, path);
}
DeviceSweep::~DeviceSweep() = default;

std::uint32_t DeviceSweep::tile_realizations() const { return state_->shape.realizations; }
void DeviceSweep::begin_scenario(DeviceTraffic const& traffic, AccumulatorView const& from) {
  State& s = *state_;
  s.expected = upload(traffic.view.expected_requests, traffic.view.total_ticks, s.stream);
  s.tables.clear();
  s.bases.clear();
  std::vector<RequestClassView> views;
  for (std::uint32_t c = 0; c < traffic.view.class_count; ++c) {
    RequestClassView view = traffic.view.classes[c];
    s.tables.push_back(upload(view.lengths.prompt, traffic.laws[c].table_size, s.stream));
    view.lengths.prompt = s.tables.back().data();
    s.tables.push_back(upload(view.lengths.completion, traffic.laws[c].table_size, s.stream));
    view.lengths.completion = s.tables.back().data();
    CompoundLawView& compound = view.compound;
    std::size_t const entries = static_cast<std::size_t>(compound.digits) * quantile_table_size;
    s.tables.push_back(upload(compound.prompt, entries, s.stream));
    compound.prompt = s.tables.back().data();
    s.tables.push_back(upload(compound.rest, entries, s.stream));
    compound.rest = s.tables.back().data();
    s.bases.push_back(upload(compound.prompt_base, compound.digits, s.stream));
    compound.prompt_base = s.bases.back().data();
    s.bases.push_back(upload(compound.rest_base, compound.digits, s.stream));
    compound.rest_base = s.bases.back().data();
    views.push_back(view);
  }
  s.classes = upload(views.data(), views.size(), s.stream);
  s.class_laws = traffic.laws;
  s.traffic = traffic.view;
  s.traffic.expected_requests = s.expected.data();
  s.traffic.classes = s.classes.data();

  s.sums.for_each(from, [&](auto const& array, auto const* host) {
    FLEETCAST_CHECK_CUDA(cudaMemcpyAsync(array.data(), host, array.size() * sizeof(*array.data()), cudaMemcpyHostToDevice, s.stream));
  });
  s.zero(s.band_values, s.band_values.size());
  s.stream.wait();
}

void DeviceSweep::run_tile(std::uint64_t first, std::uint32_t count, LedgerCallback const& ledgers) {
  State& s = *state_;
  s.rows = count;
  s.draw(first);
  s.fetch_totals();
  if (s.plan.baseline_slot) s.walk_baseline();
  for (std::uint32_t slot = 0; slot < s.plan.columns.slots; slot += s.shape.slots) {
    std::uint32_t const slots = std::min(s.shape.slots, s.plan.columns.slots - slot);
    s.walk(slot, slots);
    s.accumulate(slot, slots);
    if (ledgers) {
      s.wait();
      s.host_ledgers.resize(static_cast<std::size_t>(fixed_entries + s.plan.levels) * count * slots);
      s.download(s.tile.ledgers.data(), s.host_ledgers.data(), s.host_ledgers.size() * sizeof(std::int64_t));
      ledgers(s.host_ledgers, slot, slots);
    }
  }
  s.wait();
}

KernelSeconds DeviceSweep::kernel_seconds() const { return state_->seconds; }
std::span<RealizationTotals const> DeviceSweep::totals() const { return {state_->host_totals.data(), state_->rows}; }
std::span<std::int64_t const> DeviceSweep::work_ms() const { return {state_->host_work_ms.data(), state_->rows * state_->plan.services.size()}; }
std::span<std::uint64_t const> DeviceSweep::reference() const {
  return {state_->host_reference.data(), state_->rows * state_->plan.references.size()};
}

void DeviceSweep::read_sums(AccumulatorView const& into) {
  state_->sums.for_each(into, [&](auto const& array, auto* host) { state_->download(array.data(), host, array.size() * sizeof(*array.data())); });
}

void DeviceSweep::read_band_values(std::span<std::uint64_t> into) { state_->download(state_->band_values.data(), into.data(), into.size_bytes()); }

void use_device(int device) { FLEETCAST_CHECK_CUDA(cudaSetDevice(device)); }

DeviceLimits device_limits() {
  int device = 0;
  FLEETCAST_CHECK_CUDA(cudaGetDevice(&device));
  auto const attribute = [&](cudaDeviceAttr which) {
    int value = 0;
    FLEETCAST_CHECK_CUDA(cudaDeviceGetAttribute(&value, which, device));
    return static_cast<double>(value);
  };
  // four schedulers a multiprocessor, each issuing an instruction for 32 threads a cycle; memory moves on both clock edges
  return {attribute(cudaDevAttrMultiProcessorCount) * attribute(cudaDevAttrClockRate) * 1e3 * 4 * 32,
          attribute(cudaDevAttrMemoryClockRate) * 1e3 * 2 * attribute(cudaDevAttrGlobalMemoryBusWidth) / 8};
}

std::string device_problem() {
  int driver = 0, count = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return {};  // there is no driver
  cudaError_t const status = cudaGetDeviceCount(&count);
  cudaGetLastError();
  if (status == cudaSuccess || status == cudaErrorNoDevice) return {};
  return std::string(cudaGetErrorString(status)) + " (the driver is for CUDA " + std::to_string(driver / 1000) + "." +
         std::to_string(driver % 1000 / 10) + ", this fleetcast for " + std::to_string(CUDART_VERSION / 1000) + "." +
         std::to_string(CUDART_VERSION % 1000 / 10) + ")";
}

std::vector<std::string> device_names(std::string& reason) {
  int count = 0;
  cudaError_t const status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    cudaGetLastError();
    reason = status == cudaSuccess ? "no device" : cudaGetErrorString(status);
    return {};
  }
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    FLEETCAST_CHECK_CUDA(cudaGetDeviceProperties(&properties, i));
    names.emplace_back(properties.name);
  }
  return names;
}

}  // namespace fleetcast
