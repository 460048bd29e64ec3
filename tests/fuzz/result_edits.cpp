#include "result_edits.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <bit>
#include <limits>

namespace fleetcast::fuzz {

namespace {

constexpr int most_edits = 12;

/// Closes what an identifier stands for.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  Id(Id const&) = delete;
  Id& operator=(Id const&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Numbers at which programs go wrong, or any other.
double number(FuzzedDataProvider& bytes) {
  static constexpr std::array special{0.0,
                                      -0.0,
                                      1.0,
                                      -1.0,
                                      0.5,
                                      2.0,
                                      3.0,
                                      60.0,
                                      64.0,
                                      65.0,
                                      0x1p31,
                                      0x1p32,
                                      0x1p63,
                                      0x1p64,
                                      1e18,
                                      1e300,
                                      1e-300,
                                      -1e300,
                                      1e9,
                                      1e15,
                                      0x1p53,
                                      -2.0,
                                      0.9999999999,
                                      std::numeric_limits<double>::quiet_NaN(),
                                      std::numeric_limits<double>::infinity()};
  auto const choice = bytes.ConsumeIntegral<std::uint8_t>();
  return choice < special.size() ? special[choice] : std::bit_cast<double>(bytes.ConsumeIntegral<std::uint64_t>());
}

hid_t text_type(std::size_t size) {
  hid_t const type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  return type;
}

/// A type that an attribute or a dataset may be given.
hid_t any_type(FuzzedDataProvider& bytes) {
  switch (bytes.ConsumeIntegralInRange(0, 11)) {
    case 0: return H5Tcopy(H5T_IEEE_F64LE);
    case 1: return H5Tcopy(H5T_STD_I64LE);
    case 2: return H5Tcopy(H5T_STD_U64LE);
    case 3: return H5Tcopy(H5T_STD_U8LE);
    case 4: return H5Tcopy(H5T_STD_I8BE);
    case 5: return H5Tcopy(H5T_IEEE_F32BE);
    case 6: return text_type(H5T_VARIABLE);
    case 7: return text_type(bytes.ConsumeIntegralInRange<std::size_t>(1, 40));
    case 8: return H5Tcreate(H5T_OPAQUE, 8);
    case 9: return H5Tvlen_create(H5T_NATIVE_DOUBLE);
    case 10: {
      hid_t const pair = H5Tcreate(H5T_COMPOUND, 16);
      H5Tinsert(pair, "a", 0, H5T_NATIVE_DOUBLE);
      H5Tinsert(pair, "b", 8, H5T_NATIVE_INT64);
      return pair;
    }
    default: {
      hsize_t const size = bytes.ConsumeIntegralInRange<hsize_t>(1, 200);
      return H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &size);
    }
  }
}

/// A shape; `most` bounds each of its sizes.
hid_t any_space(FuzzedDataProvider& bytes, hsize_t most) {
  int const rank = bytes.ConsumeIntegralInRange(-1, 5);
  if (rank < 0) return H5Screate(H5S_NULL);
  if (rank == 0) return H5Screate(H5S_SCALAR);
  std::array<hsize_t, 5> sizes{};
  for (int i = 0; i < rank; ++i)
    sizes[static_cast<std::size_t>(i)] =
        bytes.ConsumeBool() ? bytes.ConsumeIntegralInRange<hsize_t>(0, most) : bytes.ConsumeIntegralInRange<hsize_t>(0, 4);
  return H5Screate_simple(rank, sizes.data(), nullptr);
}

void set_text(hid_t file, std::string const& name, std::string const& text) {
  H5Adelete(file, name.c_str());
  Id const type(text_type(H5T_VARIABLE), H5Tclose);
  Id const space(H5Screate(H5S_SCALAR), H5Sclose);
  Id const attribute(H5Acreate2(file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  char const* const data = text.c_str();
  H5Awrite(attribute, type, &data);
}

void set_number(hid_t file, std::string const& name, double value) {
  H5Adelete(file, name.c_str());
  Id const space(H5Screate(H5S_SCALAR), H5Sclose);
  Id const attribute(H5Acreate2(file, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
}

/// An attribute of any type and shape, unless it is huge: HDF5 keeps attributes in memory, whole. A value only where none needs memory of its own.
void reshape_attribute(hid_t file, std::string const& name, FuzzedDataProvider& bytes) {
  constexpr hssize_t most_values = 10'000;
  H5Adelete(file, name.c_str());
  Id const type(any_type(bytes), H5Tclose);
  Id const space(any_space(bytes, 100), H5Sclose);
  if (H5Sget_simple_extent_npoints(space) > most_values) return;
  Id const attribute(H5Acreate2(file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute < 0 || H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0) return;
  std::vector<char> const zeros(H5Tget_size(type) * static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)) + 1, '1');
  H5Awrite(attribute, type, zeros.data());
}

std::string text_of(hid_t file, std::string const& name) {
  Id const attribute(H5Aopen(file, name.c_str(), H5P_DEFAULT), H5Aclose);
  Id const type(H5Aget_type(attribute), H5Tclose);
  if (H5Tis_variable_str(type) <= 0) return {};
  char* data = nullptr;
  if (H5Aread(attribute, type, static_cast<void*>(&data)) < 0 || data == nullptr) return {};
  std::string text(data);
  H5free_memory(data);
  return text;
}

/// Puts other letters somewhere into an attribute's text.
void edit_text(hid_t file, std::string const& name, FuzzedDataProvider& bytes) {
  std::string text = text_of(file, name);
  std::size_t const at = bytes.ConsumeIntegralInRange<std::size_t>(0, text.size());
  std::size_t const length = bytes.ConsumeIntegralInRange<std::size_t>(0, std::min<std::size_t>(text.size() - at, 32));
  text.replace(at, length, bytes.ConsumeRandomLengthString(32));
  if (text.find("/") == std::string::npos) set_text(file, name, text);
}

/// One value of a dataset, or all of them.
void set_values(hid_t file, std::string const& name, FuzzedDataProvider& bytes) {
  Id const dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) return;
  Id const type(H5Dget_type(dataset), H5Tclose);
  Id const space(H5Dget_space(dataset), H5Sclose);
  hssize_t const count = H5Sget_simple_extent_npoints(space);
  if (count < 1 || count > 100'000 || H5Tget_size(type) > 8 || (H5Tget_class(type) != H5T_INTEGER && H5Tget_class(type) != H5T_FLOAT)) return;
  std::vector<std::uint64_t> words(static_cast<std::size_t>(count));
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words.data()) < 0) return;
  std::size_t const width = H5Tget_size(type);
  std::uint64_t const value = H5Tget_class(type) == H5T_FLOAT ? std::bit_cast<std::uint64_t>(number(bytes)) : bytes.ConsumeIntegral<std::uint64_t>();
  auto* const raw = reinterpret_cast<char*>(words.data());
  bool const all = bytes.ConsumeBool();
  std::size_t const chosen = bytes.ConsumeIntegralInRange<std::size_t>(0, words.size() - 1);
  for (std::size_t i = all ? 0 : chosen; i < (all ? words.size() : chosen + 1); ++i)
    std::copy_n(reinterpret_cast<char const*>(&value), width, raw + i * width);
  H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw);
}

/// A dataset of any type and shape, however large: it takes no room until it is written to.
void reshape_dataset(hid_t file, std::string const& name, FuzzedDataProvider& bytes) {
  H5Ldelete(file, name.c_str(), H5P_DEFAULT);
  Id const type(any_type(bytes), H5Tclose);
  Id const space(any_space(bytes, hsize_t{1} << 50), H5Sclose);
  Id const creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  int const rank = H5Sget_simple_extent_ndims(space);
  if (rank > 0) {
    std::array<hsize_t, 5> const chunk{1, 1, 1, 1, 16};
    H5Pset_chunk(creation, rank, chunk.data());
  }
  Id const dataset(H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose);
}

void replace_dataset(hid_t file, std::string const& name, FuzzedDataProvider& bytes) {
  H5Ldelete(file, name.c_str(), H5P_DEFAULT);
  switch (bytes.ConsumeIntegralInRange(0, 3)) {
    case 0: return;
    case 1: {
      Id const group(H5Gcreate2(file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
      return;
    }
    case 2: H5Lcreate_soft(("/" + name).c_str(), file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT); return;
    default: H5Lcreate_external("absent.h5", "/x", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
}

}  // namespace

ResultNames::ResultNames(std::string const& path) {
  Id const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  hsize_t at = 0;
  auto const add_attribute = [](hid_t, char const* name, H5A_info_t const*, void* into) {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return herr_t{0};
  };
  H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, &at, add_attribute, &attributes);
  at = 0;
  auto const add_dataset = [](hid_t, char const* name, H5L_info_t const*, void* into) {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return herr_t{0};
  };
  H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, &at, add_dataset, &datasets);
}

void edit_result(std::string const& path, ResultNames const& names, FuzzedDataProvider& bytes) {
  Id const file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  for (int edit = 0; edit < most_edits && bytes.remaining_bytes() > 0; ++edit) {
    int const kind = bytes.ConsumeIntegralInRange(0, 7);
    auto const& attribute = names.attributes[bytes.ConsumeIntegral<std::uint8_t>() % names.attributes.size()];
    auto const& dataset = names.datasets[bytes.ConsumeIntegral<std::uint8_t>() % names.datasets.size()];
    switch (kind) {
      case 0: H5Adelete(file, attribute.c_str()); break;
      case 1: set_number(file, attribute, number(bytes)); break;
      case 2: edit_text(file, attribute, bytes); break;
      case 3: reshape_attribute(file, attribute, bytes); break;
      case 4: edit_text(file, "sweep", bytes); break;
      case 5: set_values(file, dataset, bytes); break;
      case 6: reshape_dataset(file, dataset, bytes); break;
      default: replace_dataset(file, dataset, bytes);
    }
  }
}

}  // namespace fleetcast::fuzz
