#include "host/engine/audit.hpp"

#include <gtest/gtest.h>

#include "cuda/model/rows.cuh"
#include "host/commands/golden_sweeps.hpp"
#include "tests/host/engine/lost_device.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::LostDevice;
using testing::plan_of;

constexpr std::uint64_t memory = 2ULL << 20;

/// What a faulty device does to what comes home from it.
using Fault = std::function<void(CellSums& cells, BandValues* bands)>;

/// A backend that spoils what it computes of realizations from `from` on.
class FaultyBackend final : public Backend {
 public:
  FaultyBackend(Plan const& plan, std::uint64_t from, Fault fault)
      : inner_(make_cpu_backend(plan, 1, "", memory)), from_(from), fault_(std::move(fault)) {}

  std::string name() const override { return "faulty"; }
  std::string device() const override { return "a device gone bad"; }
  std::uint32_t tile_realizations() const override { return 16; }
  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    cells_ = &sums;
    bands_ = bands;
    inner_->begin_scenario(scenario, sums, bands);
  }
  void run_tile(Tile const& tile, LedgerSink* raw) override {
    inner_->run_tile(tile, raw);
    spoiled_ = tile.first + tile.realizations > from_;
  }
  TileTotals totals() const override { return inner_->totals(); }
  KernelSeconds kernel_seconds() const override { return inner_->kernel_seconds(); }
  void bring_home() override {
    inner_->bring_home();
    if (spoiled_) fault_(*cells_, bands_);
    spoiled_ = false;
  }

 private:
  std::shared_ptr<Backend> inner_;
  std::uint64_t from_;
  Fault fault_;
  bool spoiled_ = false;
  CellSums* cells_ = nullptr;
  BandValues* bands_ = nullptr;
};

/// Flips one bit of the n-th value of the n-th array of sums.
void flip_a_bit(CellSums& cells, std::size_t array_number) {
  std::size_t next = 0;
  cells.for_each([&](auto array, Combine) {
    using Value = typename decltype(array)::value_type;
    if (next++ == array_number && !array.empty()) array[array.size() / 2] ^= Value{1} << 5;
  });
}

std::unique_ptr<Backend> reference(Plan const& plan) { return make_cpu_backend(plan, 1, "baseline", memory); }

std::string run_audited(Plan const& plan, Audit& audit, Fault const& fault, std::uint64_t from = 0) {
  RunState state(plan);
  LocalCrew crew(plan, {[&](Plan const& p) { return std::make_shared<FaultyBackend>(p, from, fault); }}, {.audit = &audit});
  run(plan, state, crew, {});
  return digest(plan, state.sums).hex();
}

TEST(Audit, CatchesABitFlippedInAnyArrayOfABackendsOutput) {
  Plan const plan = plan_of(golden_sweeps[0].toml);
  std::size_t arrays = 0;
  CellSums const sums(plan);
  sums.for_each([&](auto array, Combine) { arrays += array.empty() ? 0 : 1; });
  ASSERT_GE(arrays, 10U);
  std::size_t caught = 0, number = 0;
  sums.for_each([&](auto array, Combine) {
    std::size_t const n = number++;
    if (array.empty() || array.size() == sums.realizations(0)) return;
    Audit audit(0.01, reference);
    try {
      run_audited(plan, audit, [n](CellSums& cells, BandValues*) { flip_a_bit(cells, n); });
    } catch (Error const& error) {
      ++caught;
      EXPECT_EQ(error.code(), ExitCode::internal);
      EXPECT_NE(std::string(error.what()).find("a device gone bad"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("of scenario 0"), std::string::npos) << error.what();
    }
  });
  EXPECT_EQ(caught, arrays);
}

TEST(Audit, CatchesBandsThatAreOff) {
  Plan const plan = plan_of(golden_sweeps[0].toml);
  Audit audit(0.01, reference);
  EXPECT_THROW(run_audited(plan, audit, [](CellSums&, BandValues* bands) { bands->values()[3] ^= 1; }), Error);
}

TEST(Audit, LeavesTheDigestOfAGoodDeviceAlone) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    for (double const share : {0.01, 0.3, 1.0}) {
      Audit audit(share, reference);
      EXPECT_EQ(run_audited(plan, audit, [](CellSums&, BandValues*) {}), sweep.digest) << sweep.name;
      EXPECT_GE(static_cast<double>(audit.realizations()), share * plan.realizations) << sweep.name;
    }
  }
}

TEST(Audit, LooksAtTheShareItIsAskedFor) {
  Audit const audit(0.01, reference);
  double owed = 1;
  std::uint64_t audited = 0;
  for (int tile = 0; tile < 1000; ++tile) audited += audit.due(64, owed);
  EXPECT_NEAR(static_cast<double>(audited), 640, interleave + 1);
}

TEST(DeviceFaults, LeaveAStateThatAnotherDeviceGoesOnFrom) {
  for (auto const fails : {LostDevice::Fails::in_a_tile, LostDevice::Fails::bringing_home})
    for (auto const& sweep : golden_sweeps) {
      Plan const plan = plan_of(sweep.toml);
      RunState state(plan);
      int saves = 0;
      int const most_saves = 1;
      LocalCrew lost(plan, {[&](Plan const& p) { return std::make_shared<LostDevice>(p, 2, fails); }});
      try {
        run(plan, state, lost, {.save_due = [&] { return saves < most_saves; }, .save = [&](RunState const&) { ++saves; }});
        if (plan.realizations > 32) ADD_FAILURE() << sweep.name;
      } catch (DeviceFault const& fault) {
        EXPECT_EQ(fault.device(), 3);
      }
      LocalCrew other(plan, {[](Plan const& p) { return make_cpu_backend(p, 1, "", memory); }});
      EXPECT_TRUE(run(plan, state, other, {}));
      EXPECT_EQ(digest(plan, state.sums).hex(), sweep.digest) << sweep.name;
    }
}

}  // namespace
}  // namespace fleetcast
