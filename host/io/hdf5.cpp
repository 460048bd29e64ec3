#include "hdf5.hpp"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "host/config/error.hpp"

namespace fleetcast::hdf5 {

namespace {

[[noreturn]] void fail(std::string const& what) { throw Error(ExitCode::io, what + " failed; is the disk full, or the folder read-only?"); }

void check(herr_t status, std::string const& what) {
  if (status < 0) fail(what);
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

void write_text(hid_t object, std::string const& name, std::string const& text) {
  Handle const type = text_type();
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose, "H5Screate");
  Handle const attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "attribute " + name);
  char const* const data = text.c_str();
  check(H5Awrite(attribute, type, &data), "attribute " + name);
}

void write_scalar(hid_t object, std::string const& name, hid_t file_type, hid_t memory_type, void const* value) {
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose, "H5Screate");
  Handle const attribute(H5Acreate2(object, name.c_str(), file_type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "attribute " + name);
  check(H5Awrite(attribute, memory_type, value), "attribute " + name);
}

}  // namespace

Handle::Handle(hid_t id, herr_t (*closing)(hid_t), std::string const& what) : id_(id), close_(closing) {
  if (id < 0) fail(what);
}
Handle::~Handle() {
  if (id_ >= 0) close_(id_);
}
herr_t Handle::close() { return close_(std::exchange(id_, -1)); }
Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Writer::Writer(std::string const& path, std::string const& shown_path) : path_(shown_path) {
  H5dont_atexit();                              // handles close themselves; after a failed write HDF5's own clean-up at exit would crash
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are thrown, not printed
  Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate");
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_LATEST), "H5Pset_libver_bounds");
  Handle const creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "H5Pcreate");
  check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "H5Pset_link_creation_order");
  check(H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "H5Pset_attr_creation_order");
  hid_t const file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
  if (file < 0) throw Error(ExitCode::cannot_create, path_ + ": can't be created; does its folder exist, and may you write there?");
  file_.emplace_back(file, H5Fclose, path);
}

void Writer::attribute(std::string const& name, std::string const& text) { write_text(file_.front(), name, text); }
void Writer::attribute(std::string const& name, double value) { write_scalar(file_.front(), name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value); }
void Writer::attribute(std::string const& name, std::int64_t value) { write_scalar(file_.front(), name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value); }

void Writer::attribute_on(std::string const& dataset, std::string const& name, std::string const& text) {
  Handle const object(H5Dopen2(file_.front(), dataset.c_str(), H5P_DEFAULT), H5Dclose, dataset);
  write_text(object, name, text);
}

void Writer::label(hid_t object, Labels const& labels) {
  if (!labels.units.empty()) write_text(object, "units", labels.units);
  write_text(object, "long_name", labels.long_name);
}

Handle Writer::create(std::string const& name, std::vector<Dimension> const& over, hid_t type, Layout layout) {
  std::vector<hsize_t> sizes;
  for (auto const& dimension : over) sizes.push_back(dimension.size);
  Handle const space(sizes.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose,
                     "H5Screate_simple");
  Handle const creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "H5Pcreate");
  check(H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "H5Pset_attr_creation_order");
  check(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times");
  bool const empty = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
  if (sizes.empty()) {
    check(H5Pset_layout(creation, H5D_COMPACT), "H5Pset_layout");  // in the dataset's header, which HDF5 checks
  } else if (!empty) {
    // whole along the last dimensions; where one is cut, into pieces of one length, since the last is stored as long as the others
    constexpr hsize_t most_bytes = 1U << 20;
    std::vector<hsize_t> chunk(sizes.size(), 1);
    hsize_t bytes = H5Tget_size(type);
    for (std::size_t i = sizes.size(); i-- > 0 && bytes < most_bytes; bytes *= chunk[i]) {
      hsize_t const most = most_bytes / bytes;
      hsize_t const pieces = (sizes[i] + most - 1) / most;
      chunk[i] = (sizes[i] + pieces - 1) / pieces;
    }
    check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk");
    if (layout == Layout::checked) check(H5Pset_fletcher32(creation), "H5Pset_fletcher32");
    if (layout == Layout::deflated) {
      check(H5Pset_shuffle(creation), "H5Pset_shuffle");
      check(H5Pset_deflate(creation, 1), "H5Pset_deflate");
    }
  }
  return {H5Dcreate2(file_.front(), name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose, path_ + ": dataset " + name};
}

void Writer::scale(std::string const& name, std::size_t size, hid_t file_type, hid_t memory_type, void const* values, Labels const& labels) {
  Handle const dataset = create(name, {{name, size}}, file_type, Layout::checked);
  check(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path_ + ": writing " + name);
  check(H5DSset_scale(dataset, name.c_str()), path_ + ": scale " + name);
  label(dataset, labels);
}

void Writer::dimension(std::string const& name, std::span<double const> values, Labels const& labels) {
  scale(name, values.size(), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), labels);
}
void Writer::dimension(std::string const& name, std::span<std::int64_t const> values, Labels const& labels) {
  scale(name, values.size(), H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), labels);
}

void Writer::write(std::string const& name, std::vector<Dimension> const& over, hid_t file_type, hid_t memory_type, void const* values, Layout layout,
                   Labels const& labels) {
  Handle const dataset = create(name, over, file_type, layout);
  check(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path_ + ": writing " + name);
  attach_scales(dataset, name, over);
  label(dataset, labels);
}

void Writer::attach_scales(hid_t dataset, std::string const& name, std::vector<Dimension> const& over) {
  for (std::size_t i = 0; i < over.size(); ++i) {
    Handle const scale(H5Dopen2(file_.front(), over[i].name.c_str(), H5P_DEFAULT), H5Dclose, over[i].name);
    check(H5DSattach_scale(dataset, scale, static_cast<unsigned>(i)), path_ + ": scale of " + name);
  }
}

Column Writer::column(std::string const& name, Dimension const& over, hid_t file_type, Layout layout, Labels const& labels) {
  Handle dataset = create(name, {over}, file_type, layout);
  if (name == over.name)
    check(H5DSset_scale(dataset, name.c_str()), path_ + ": scale " + name);
  else
    attach_scales(dataset, name, {over});
  label(dataset, labels);
  return {std::move(dataset), path_ + ": writing " + name};
}

void Column::append(hid_t type, void const* values, std::size_t count) {
  if (count == 0) return;
  hsize_t const start = filled_;
  hsize_t const length = count;
  Handle const from(H5Screate_simple(1, &length, nullptr), H5Sclose, what_);
  Handle const into(H5Dget_space(dataset_), H5Sclose, what_);
  check(H5Sselect_hyperslab(into, H5S_SELECT_SET, &start, nullptr, &length, nullptr), what_);
  check(H5Dwrite(dataset_, type, from, into, H5P_DEFAULT, values), what_);
  filled_ += count;
}

void Writer::dataset(std::string const& name, std::vector<Dimension> const& over, std::span<double const> values, Labels const& labels) {
  write(name, over, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), Layout::checked, labels);
}
void Writer::dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::int64_t const> values, Labels const& labels) {
  write(name, over, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), Layout::checked, labels);
}
void Writer::dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint64_t const> values, Labels const& labels) {
  write(name, over, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.data(), Layout::checked, labels);
}
void Writer::dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint8_t const> values, Labels const& labels) {
  write(name, over, H5T_STD_U8LE, H5T_NATIVE_UINT8, values.data(), Layout::checked, labels);
}
void Writer::compressed(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint32_t const> values, Labels const& labels) {
  write(name, over, H5T_STD_U32LE, H5T_NATIVE_UINT32, values.data(), Layout::deflated, labels);
}
void Writer::flags(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint8_t const> values, std::string const& meaning_of_0,
                   std::string const& meaning_of_1, std::string const& long_name) {
  dataset(name, over, values, {"1", long_name});
  meanings_on(name, std::array{meaning_of_0, meaning_of_1});
}

void Writer::meanings_on(std::string const& dataset, std::span<std::string const> meanings) {
  Handle const object(H5Dopen2(file_.front(), dataset.c_str(), H5P_DEFAULT), H5Dclose, dataset);
  std::vector<std::uint8_t> values(meanings.size());
  std::iota(values.begin(), values.end(), std::uint8_t{0});
  hsize_t const count = values.size();
  Handle const space(H5Screate_simple(1, &count, nullptr), H5Sclose, "H5Screate_simple");
  Handle const attribute(H5Acreate2(object, "flag_values", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, dataset);
  check(H5Awrite(attribute, H5T_NATIVE_UINT8, values.data()), dataset);
  write_text(object, "flag_meanings", fmt::format("{}", fmt::join(meanings, " ")));
}

void Writer::close() {
  check(H5Fflush(file_.front(), H5F_SCOPE_GLOBAL), path_ + ": flushing");
  check(file_.front().close(), path_ + ": closing");  // which writes that nobody writes it any more
  file_.clear();
}

}  // namespace fleetcast::hdf5
