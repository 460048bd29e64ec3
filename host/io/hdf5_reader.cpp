#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <type_traits>

#include "hdf5.hpp"
#include "host/config/error.hpp"

namespace fleetcast::hdf5 {

namespace {

/// Deflate's best: a dataset that claims more values than its bytes can hold is damaged, and must not be made room for.
constexpr double most_compression = 1032;

[[noreturn]] void refuse(std::string const& path, std::string const& problem) {
  throw Error(ExitCode::bad_data, fmt::format("{}: {}; is the file damaged?", path, problem));
}

/// A handle of something in the file at `path`, whose absence is the file's fault.
Handle opened(hid_t id, herr_t (*close)(hid_t), std::string const& path, std::string const& what) {
  if (id < 0) refuse(path, what + " can't be opened");
  return {id, close, what};
}

Handle open_for_reading(std::string const& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) throw Error(ExitCode::no_input, path + ": " + (problem ? problem.message() : "does not exist"));
  hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) throw Error(ExitCode::bad_data, path + ": is no HDF5 file (or is damaged, or open for writing); fleetcast run writes one");
  return {file, H5Fclose, path};
}

bool is_number(hid_t type) { return H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT; }

/// An attribute that holds one value.
Handle open_single(hid_t object, std::string const& name, std::string const& path) {
  Handle attribute = opened(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, path, "attribute " + name);
  Handle const space = opened(H5Aget_space(attribute), H5Sclose, path, "attribute " + name);
  if (H5Sget_simple_extent_npoints(space) != 1) refuse(path, fmt::format("attribute {} is no single value", name));
  return attribute;
}

std::string read_text(hid_t object, std::string const& name, std::string const& path) {
  Handle const attribute = open_single(object, name, path);
  Handle const type = opened(H5Aget_type(attribute), H5Tclose, path, "attribute " + name);
  char* data = nullptr;
  if (H5Tis_variable_str(type) <= 0 || H5Aread(attribute, type, static_cast<void*>(&data)) < 0)
    refuse(path, fmt::format("attribute {} is no text", name));
  std::string text = data == nullptr ? "" : data;
  H5free_memory(data);
  if (!simdjson::validate_utf8(text)) refuse(path, fmt::format("attribute {} is no UTF-8", name));
  return text;
}

template <class Value>
hid_t native_type() {
  if constexpr (std::is_same_v<Value, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<Value, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<Value, std::uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::is_same_v<Value, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::is_same_v<Value, std::uint8_t>) return H5T_NATIVE_UINT8;
}

/// The shape of a dataset of numbers, each of which stands in the file.
std::vector<hsize_t> shape_of(hid_t dataset, std::string const& path, std::string const& name) {
  Handle const type = opened(H5Dget_type(dataset), H5Tclose, path, name);
  Handle const space = opened(H5Dget_space(dataset), H5Sclose, path, name);
  int const rank = H5Sget_simple_extent_ndims(space);
  if (!is_number(type) || rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL) refuse(path, name + " holds no numbers");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  double bytes = static_cast<double>(H5Tget_size(type));
  for (hsize_t const size : sizes) bytes *= static_cast<double>(size);
  if (bytes > most_compression * static_cast<double>(H5Dget_storage_size(dataset))) refuse(path, name + " holds fewer values than its shape says");
  return sizes;
}

std::size_t product(std::vector<hsize_t> const& sizes) { return std::accumulate(sizes.begin(), sizes.end(), std::size_t{1}, std::multiplies<>{}); }

}  // namespace

bool is_shut(std::string const& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (H5Fis_hdf5(path.c_str()) == 0) return false;
  hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) H5Fclose(file);
  return file < 0;
}

Reader::Reader(std::string const& path) : path_(path), file_(open_for_reading(path)) {}

bool Reader::has_attribute(std::string const& name) const { return H5Aexists(file_, name.c_str()) > 0; }

void Reader::require_attribute(std::string const& name) const {
  if (!has_attribute(name)) throw Error(ExitCode::bad_data, fmt::format("{}: has no attribute {}; was it written by fleetcast?", path_, name));
}

std::string Reader::text(std::string const& name) const {
  require_attribute(name);
  return read_text(file_, name, path_);
}

double Reader::number(std::string const& name) const {
  require_attribute(name);
  Handle const attribute = open_single(file_, name, path_);
  Handle const type = opened(H5Aget_type(attribute), H5Tclose, path_, "attribute " + name);
  double value = 0;
  if (!is_number(type) || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0) refuse(path_, fmt::format("attribute {} is no number", name));
  return value;
}

std::uint32_t Reader::whole(std::string const& name, std::uint32_t smallest, std::uint32_t largest) const {
  double const value = number(name);
  if (!(value >= smallest && value <= largest) || value != std::floor(value))
    refuse(path_, fmt::format("attribute {} is {}, no whole number from {} to {}", name, value, smallest, largest));
  return static_cast<std::uint32_t>(value);
}

bool Reader::has_dataset(std::string const& name) const { return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0; }

Handle Reader::open(std::string const& dataset) const {
  if (!has_dataset(dataset)) throw Error(ExitCode::bad_data, fmt::format("{}: has no dataset {}", path_, dataset));
  return opened(H5Dopen2(file_, dataset.c_str(), H5P_DEFAULT), H5Dclose, path_, dataset);
}

std::size_t Reader::size(std::string const& dataset) const { return product(shape_of(open(dataset), path_, dataset)); }

template <class Value>
std::vector<Value> Reader::values_as(std::string const& dataset) const {
  Handle const object = open(dataset);
  std::vector<Value> values(product(shape_of(object, path_, dataset)));
  if (H5Dread(object, native_type<Value>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) refuse(path_, dataset + " can't be read");
  return values;
}

template <class Value>
std::vector<Value> Reader::values_at(std::string const& dataset, std::span<std::size_t const> position) const {
  if (position.empty()) return values_as<Value>(dataset);
  Handle const object = open(dataset);
  std::vector<hsize_t> count = shape_of(object, path_, dataset);
  std::vector<hsize_t> start(count.size(), 0);
  for (std::size_t i = 0; i < position.size(); ++i) {
    if (i >= count.size() || position[i] >= count[i]) refuse(path_, dataset + " has no value at the place asked for");
    start[i] = position[i];
    count[i] = 1;
  }
  hsize_t const size = product(count);
  Handle const space = opened(H5Dget_space(object), H5Sclose, path_, dataset);
  Handle const into(H5Screate_simple(1, &size, nullptr), H5Sclose, dataset);
  std::vector<Value> values(size);
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
      H5Dread(object, native_type<Value>(), into, space, H5P_DEFAULT, values.data()) < 0)
    refuse(path_, dataset + " can't be read");
  return values;
}

template std::vector<double> Reader::values_as(std::string const&) const;
template std::vector<std::int64_t> Reader::values_as(std::string const&) const;
template std::vector<std::uint64_t> Reader::values_as(std::string const&) const;
template std::vector<std::uint32_t> Reader::values_as(std::string const&) const;
template std::vector<std::uint8_t> Reader::values_as(std::string const&) const;
template std::vector<double> Reader::values_at(std::string const&, std::span<std::size_t const>) const;
template std::vector<std::uint32_t> Reader::values_at(std::string const&, std::span<std::size_t const>) const;

std::string Reader::text_on(std::string const& dataset, std::string const& name) const { return read_text(open(dataset), name, path_); }

}  // namespace fleetcast::hdf5
