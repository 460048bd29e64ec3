#include "host/io/result_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "host/config/error.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/run_details.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

constexpr char const* sweep = R"(
[sweep]
name = "reader test"
realizations = 60
minutes = 90
quantiles = [0.5]
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 8
scale_up_at = 60000
scale_down_at = 30000
[sla]
stricter_objectives = [0.9, 0.999]
[grid]
"workload.requests_per_minute" = [150, 250]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000]
"service.backlog" = [true, false]
)";

class ResultReading : public ::testing::Test {
 protected:
  ResultReading() : sums_(testing::sums_of(plan_, *make_cpu_backend(plan_, 1, "", 64 << 20))) {
    std::atomic<bool> const never{false};
    write_result(path_, plan_, sums_, digest(plan_, sums_), never, {"cpu", "test", "all realizations done", 1.0, 0.1}, nullptr);
  }
  ~ResultReading() override { std::filesystem::remove(path_); }

  /// What reading refuses with.
  std::string refusal() const {
    try {
      ResultReader(path_).tallies();
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      return error.what();
    }
    return "";
  }

  std::string path_ = testing::temporary_path("reader.h5");
  Plan plan_ = testing::plan_of(sweep, {"baseline.autoscaler.scale_up_at=90000"});
  SweepSums sums_;
};

TEST_F(ResultReading, GivesTheTalliesOfTheRun) {
  CellTallies const run = tally(plan_, sums_);

  CellTallies const read = ResultReader(path_).tallies();

  ASSERT_EQ(read.axes.size(), run.axes.size());
  for (std::size_t i = 0; i < run.axes.size(); ++i) {
    EXPECT_EQ(read.axes[i].key, run.axes[i].key);
    EXPECT_EQ(read.axes[i].values, run.axes[i].values);
    EXPECT_EQ(read.axes[i].is_workload, run.axes[i].is_workload);
    EXPECT_EQ(read.axes[i].is_flag, run.axes[i].is_flag);
  }
  EXPECT_EQ(read.confidence, run.confidence);
  EXPECT_EQ(read.look_confidence, run.look_confidence);
  EXPECT_EQ(read.reliability, run.reliability);
  EXPECT_EQ(read.looks, run.looks);
  EXPECT_EQ(read.objective_per, run.objective_per);
  EXPECT_EQ(read.ledger_ticks, run.ledger_ticks);
  EXPECT_EQ(read.tick_seconds, run.tick_seconds);
  EXPECT_EQ(read.period, run.period);
  EXPECT_EQ(read.stricter_objectives, run.stricter_objectives);
  EXPECT_EQ(read.valid, run.valid);
  EXPECT_EQ(read.realizations, run.realizations);
  EXPECT_EQ(read.met, run.met);
  EXPECT_EQ(read.violating, run.violating);
  EXPECT_EQ(read.met_at, run.met_at);
  EXPECT_EQ(read.usd, run.usd);
  EXPECT_EQ(read.objective, run.objective);
  EXPECT_EQ(read.expected_work, run.expected_work);
  for (auto const column : {&CellTallies::billed, &CellTallies::billed_square, &CellTallies::violated_ticks, &CellTallies::violated_ticks_square,
                            &CellTallies::violated_requests, &CellTallies::violated_requests_square, &CellTallies::requests,
                            &CellTallies::requests_square, &CellTallies::violated_requests_requests, &CellTallies::work, &CellTallies::work_square,
                            &CellTallies::billed_work, &CellTallies::reference, &CellTallies::reference_square, &CellTallies::billed_reference})
    EXPECT_TRUE(read.*column == run.*column);
  ASSERT_TRUE(read.baseline && run.baseline);
  EXPECT_EQ(read.baseline->cell, run.baseline->cell);
  EXPECT_TRUE(read.baseline->billed == run.baseline->billed);
  EXPECT_TRUE(read.baseline->violated_ticks == run.baseline->violated_ticks);
  EXPECT_TRUE(read.baseline->violated_requests == run.baseline->violated_requests);
}

TEST_F(ResultReading, GivesTheDetailsOfSingleCells) {
  RunDetails const run(plan_, sums_);
  ResultReader const read(path_);

  for (std::uint64_t const cell : {0U, 5U, 9U}) {
    for (auto const quantity : {Quantity::cost_usd, Quantity::shed_share, Quantity::scale_ups}) {
      Estimate const a = run.quantity(quantity, cell), b = read.quantity(quantity, cell);
      EXPECT_EQ(a.mean, b.mean);
      EXPECT_EQ(a.std_error, b.std_error);
      EXPECT_EQ(a.low, b.low);
      EXPECT_EQ(a.high, b.high);
    }
    EXPECT_EQ(read.billed(cell).counts, run.billed(cell).counts);
    EXPECT_EQ(read.billed(cell).bins.exact_bits, run.billed(cell).bins.exact_bits);
    EXPECT_EQ(read.violated(cell).counts, run.violated(cell).counts);
  }
}

TEST_F(ResultReading, RefusesAFileThatLacksASum) {
  hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, "product_billed_work_lo", H5P_DEFAULT);
  H5Fclose(file);

  EXPECT_NE(refusal().find("has no dataset product_billed_work_lo, needed by decisions"), std::string::npos);
  EXPECT_NE(refusal().find("run its sweep again"), std::string::npos);
}

/// An HDF5 file that is open for writing, and what is done to it.
class Damage {
 public:
  explicit Damage(std::string const& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, path) {}

  /// Gives an attribute another type and shape, and a value.
  void attribute(char const* name, hid_t type, std::vector<hsize_t> const& sizes, void const* value) {
    H5Adelete(file_, name);
    hdf5::Handle const space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose, name);
    hdf5::Handle const attribute(H5Acreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
    H5Awrite(attribute, type, value);
  }
  void number(char const* name, double value) { attribute(name, H5T_NATIVE_DOUBLE, {1}, &value); }
  void text(char const* name, char const* value) {
    hdf5::Handle const type(H5Tcopy(H5T_C_S1), H5Tclose, name);
    H5Tset_size(type, H5T_VARIABLE);
    attribute(name, type, {1}, &value);
  }

  /// Gives a dataset another type and shape; nothing is written to it.
  void dataset(char const* name, hid_t type, std::vector<hsize_t> const& sizes) {
    H5Ldelete(file_, name, H5P_DEFAULT);
    hdf5::Handle const creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
    H5Pset_chunk(creation, static_cast<int>(sizes.size()), std::vector<hsize_t>(sizes.size(), 1).data());
    hdf5::Handle const space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose, name);
    hdf5::Handle const dataset(H5Dcreate2(file_, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose, name);
  }
  void group(char const* name) {
    H5Ldelete(file_, name, H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file_, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  /// Fills a dataset with one value.
  template <class Value>
  void fill(char const* name, hid_t type, Value value) {
    hdf5::Handle const dataset(H5Dopen2(file_, name, H5P_DEFAULT), H5Dclose, name);
    hdf5::Handle const space(H5Dget_space(dataset), H5Sclose, name);
    std::vector<Value> const values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)), value);
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }

 private:
  hdf5::Handle file_;
};

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_F(ResultReading, RefusesAttributesOfAnotherKind) {
  std::vector<double> const many(1000, 1.0);
  Damage(path_).attribute("format_version", H5T_NATIVE_DOUBLE, {1000}, many.data());
  EXPECT_PRED2(says, refusal(), "attribute format_version is no single value");

  Damage(path_).text("format_version", "two");
  EXPECT_PRED2(says, refusal(), "attribute format_version is no number");

  Damage(path_).number("filetype", 1);
  EXPECT_PRED2(says, refusal(), "attribute filetype is no text");

  Damage(path_).text("filetype", "\xff\xfe");
  EXPECT_PRED2(says, refusal(), "attribute filetype is no UTF-8");
}

TEST_F(ResultReading, RefusesNumbersThatNoRunHas) {
  for (auto const& [name, value] : {std::pair("tick_seconds", 1e300), std::pair("ledger_ticks", std::nan("")), std::pair("looks", -1.0)}) {
    double const before = open_result(path_).number(name);
    Damage(path_).number(name, value);
    EXPECT_PRED2(says, refusal(), fmt::format("attribute {} is", name));
    Damage(path_).number(name, before);
  }
  Damage(path_).number("confidence", 1.0);
  EXPECT_PRED2(says, refusal(), "attribute confidence is 1, which must lie in 0.01 to 0.9999");
}

TEST_F(ResultReading, RefusesASweepThatIsNone) {
  Damage(path_).text("sweep", "[sweep");
  EXPECT_PRED2(says, refusal(), "sweep:1:7: not valid TOML");

  Damage(path_).text(
      "sweep", "[grid]\n\"sla.ttft_ms\" = { from = 1, to = 2, count = 100000 }\n\"price.gpu_hour_usd\" = { from = 1, to = 2, count = 100000 }\n");
  EXPECT_PRED2(says, refusal(), "more cells than a run can have");
}

TEST_F(ResultReading, RefusesDatasetsOfAnotherShapeOrKind) {
  Damage(path_).dataset("usd_per_replica_tick", H5T_NATIVE_DOUBLE, {1ULL << 40, 1ULL << 18});
  EXPECT_PRED2(says, refusal(), "usd_per_replica_tick holds fewer values than its shape says");

  hdf5::Handle const text(H5Tcopy(H5T_C_S1), H5Tclose, "text");
  Damage(path_).dataset("usd_per_replica_tick", text, {16});
  EXPECT_PRED2(says, refusal(), "usd_per_replica_tick holds no numbers");

  Damage(path_).group("usd_per_replica_tick");
  EXPECT_PRED2(says, refusal(), "usd_per_replica_tick can't be opened");
}

TEST_F(ResultReading, RefusesSumsThatNoRunGives) {
  Damage(path_).fill("sum_objective_met", H5T_NATIVE_UINT64, std::uint64_t{61});
  EXPECT_PRED2(says, refusal(), "sum_objective_met holds what no run gives (in cell 0");
  Damage(path_).fill("sum_objective_met", H5T_NATIVE_UINT64, std::uint64_t{60});
  EXPECT_EQ(refusal(), "");

  Damage(path_).fill("square_work_replica_ms_hi", H5T_NATIVE_INT64, std::int64_t{-1});
  EXPECT_PRED2(says, refusal(), "square_work_replica_ms holds what no run gives");
}

/// Where in the file a dataset's first piece stands, and how long it is there.
struct Place {
  std::string dataset;
  haddr_t offset;
  hsize_t bytes;
};

std::vector<Place> first_pieces(std::string const& path) {
  hdf5::Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, path);
  std::vector<std::string> names;
  H5Literate(
      file, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, char const* name, H5L_info_t const*, void* to) {
        static_cast<std::vector<std::string>*>(to)->emplace_back(name);
        return 0;
      },
      &names);
  std::vector<Place> places;
  for (auto const& name : names) {
    hdf5::Handle const dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, name);
    Place place{name, HADDR_UNDEF, 0};
    hdf5::Handle const creation(H5Dget_create_plist(dataset), H5Pclose, name);
    if (H5Pget_layout(creation) == H5D_COMPACT) continue;  // a single value, within HDF5's own checksum
    hdf5::Handle const space(H5Dget_space(dataset), H5Sclose, name);
    unsigned filters = 0;
    EXPECT_GE(H5Dget_chunk_info(dataset, space, 0, nullptr, &filters, &place.offset, &place.bytes), 0) << name;
    EXPECT_EQ(filters, 0U) << name << ": a filter was left out";
    places.push_back(place);
  }
  return places;
}

void flip(std::string const& path, std::uint64_t offset, int bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  char const flipped = static_cast<char>(file.get() ^ (1 << bit));
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(flipped);
}

/// Flips bits in every dataset of a file, one after the other.
void expect_flips_noticed(std::string const& path, std::size_t fewest) {
  auto const places = first_pieces(path);
  ASSERT_GE(places.size(), fewest);
  for (auto const& place : places) {
    EXPECT_NO_THROW(hdf5::Reader(path).values(place.dataset)) << place.dataset;
    for (hsize_t const within : {hsize_t{0}, place.bytes / 2, place.bytes - 1}) {
      int const bit = static_cast<int>((place.offset + within) % 8);
      flip(path, place.offset + within, bit);
      EXPECT_THROW(hdf5::Reader(path).values(place.dataset), Error) << place.dataset << ", byte " << within;
      flip(path, place.offset + within, bit);
    }
  }
}

TEST_F(ResultReading, NoticesABitFlippedInAnyDataset) {
  expect_flips_noticed(path_, 100);

  Plan const plan = testing::plan_of("[sweep]\nrealizations = 3\nminutes = 30\n");  // no axis: single values
  SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64 << 20));
  std::atomic<bool> const never{false};
  write_result(path_, plan, sums, digest(plan, sums), never, {"cpu", "test", "all realizations done", 1.0, 0.1}, nullptr);
  expect_flips_noticed(path_, 10);  // bins, traffic by time
}

TEST_F(ResultReading, RefusesDetailsThatDoNotFit) {
  Damage(path_).fill("billed_bin", H5T_NATIVE_INT64, std::int64_t{7});
  EXPECT_THROW(ResultReader(path_).billed(0), Error);

  Damage(path_).dataset("cost_usd_mean", H5T_NATIVE_DOUBLE, {2, 2, 2, 2, 2});
  EXPECT_THROW(ResultReader(path_).quantity(Quantity::cost_usd, 0), Error);
}

TEST_F(ResultReading, RefusesAnOlderAndANewerFormat) {
  auto const set_version = [&](std::int64_t version) {
    hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t const attribute = H5Aopen(file, "format_version", H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT64, &version);
    H5Aclose(attribute);
    H5Fclose(file);
  };

  set_version(1);
  EXPECT_NE(refusal().find("has format 1, without the sums that decisions are made from"), std::string::npos);
  EXPECT_NO_THROW(open_result(path_));  // its story can still be told
  set_version(99);
  EXPECT_NE(refusal().find("has format 99, this fleetcast reads up to"), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
