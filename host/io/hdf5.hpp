/// The little of HDF5 that a result needs, with handles that close themselves and errors that are thrown.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fleetcast::hdf5 {

/// Owns an HDF5 identifier.
class Handle {
 public:
  /// @throws Error io if `id` is negative
  Handle(hid_t id, herr_t (*closing)(hid_t), std::string const& what);
  ~Handle();
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&&) = delete;
  operator hid_t() const { return id_; }
  /// Closes it now; negative if that failed.
  herr_t close();

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// A dimension of a dataset: the name of its scale and its length.
struct Dimension {
  std::string name;
  std::size_t size;
};

/// Names and units a reader sees.
struct Labels {
  std::string units;  ///< "" for none
  std::string long_name;
};

/// How a dataset lies in the file: in pieces of about a megabyte.
enum class Layout {
  plain,
  checked,   ///< with a checksum a piece (Fletcher-32), which readers look at unasked
  deflated,  ///< shuffled and deflated at level 1, which has a checksum, too (Adler-32)
};

/// A one-dimensional dataset that is filled from front to back.
class Column {
 public:
  /// @throws Error io
  void append(std::span<double const> values) { append(H5T_NATIVE_DOUBLE, values.data(), values.size()); }
  void append(std::span<std::int64_t const> values) { append(H5T_NATIVE_INT64, values.data(), values.size()); }
  void append(std::span<std::uint64_t const> values) { append(H5T_NATIVE_UINT64, values.data(), values.size()); }
  void append(std::span<std::uint32_t const> values) { append(H5T_NATIVE_UINT32, values.data(), values.size()); }
  void append(std::span<std::uint8_t const> values) { append(H5T_NATIVE_UINT8, values.data(), values.size()); }

 private:
  friend class Writer;
  Column(Handle dataset, std::string what) : dataset_(std::move(dataset)), what_(std::move(what)) {}
  void append(hid_t type, void const* values, std::size_t count);

  Handle dataset_;
  std::string what_;
  std::size_t filled_ = 0;
};

/// Writes a file that netCDF-4 readers take for their own: every dimension has a scale, every dataset its scales.
class Writer {
 public:
  /// @param shown_path  what messages call the file
  /// @throws Error cannot_create
  Writer(std::string const& path, std::string const& shown_path);

  void attribute(std::string const& name, std::string const& text);
  void attribute(std::string const& name, double value);
  void attribute(std::string const& name, std::int64_t value);

  /// A dimension with its coordinate values.
  void dimension(std::string const& name, std::span<double const> values, Labels const& labels);
  void dimension(std::string const& name, std::span<std::int64_t const> values, Labels const& labels);

  /// A dataset over dimensions defined before, row-major and checked.
  void dataset(std::string const& name, std::vector<Dimension> const& over, std::span<double const> values, Labels const& labels);
  void dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::int64_t const> values, Labels const& labels);
  void dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint64_t const> values, Labels const& labels);
  void dataset(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint8_t const> values, Labels const& labels);
  /// Histogram counts: mostly zero, so deflated.
  void compressed(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint32_t const> values, Labels const& labels);
  /// Says what the values 0, 1, … of a dataset of bytes mean: one word each.
  void meanings_on(std::string const& dataset, std::span<std::string const> meanings);
  /// A flag with the meaning of 0 and 1.
  void flags(std::string const& name, std::vector<Dimension> const& over, std::span<std::uint8_t const> values, std::string const& meaning_of_0,
             std::string const& meaning_of_1, std::string const& long_name);

  /// A column over a dimension, to be filled afterwards and let go before close(). The one that bears the dimension's name is its scale
  /// and comes first.
  Column column(std::string const& name, Dimension const& over, hid_t file_type, Layout layout, Labels const& labels);

  /// A text attribute on a dataset.
  void attribute_on(std::string const& dataset, std::string const& name, std::string const& text);

  /// Flushes to disk and closes. @throws Error io
  void close();

 private:
  Handle create(std::string const& name, std::vector<Dimension> const& over, hid_t type, Layout layout);
  void attach_scales(hid_t dataset, std::string const& name, std::vector<Dimension> const& over);
  void write(std::string const& name, std::vector<Dimension> const& over, hid_t file_type, hid_t memory_type, void const* values, Layout layout,
             Labels const& labels);
  void label(hid_t object, Labels const& labels);
  void scale(std::string const& name, std::size_t size, hid_t file_type, hid_t memory_type, void const* values, Labels const& labels);

  std::string path_;
  std::vector<Handle> file_;  ///< one, or none once closed
};

/// Whether a file that may be HDF5 can't be opened: another program has it open for writing, or was killed while it had, or it is damaged, or
/// can't be read at all.
bool is_shut(std::string const& path);

/// Reads attributes and datasets. What is not there, or not what it should be, is an Error bad_data.
class Reader {
 public:
  /// @throws Error no_input, bad_data (not HDF5)
  explicit Reader(std::string const& path);
  bool has_attribute(std::string const& name) const;
  std::string text(std::string const& name) const;
  double number(std::string const& name) const;
  /// A whole number within bounds.
  std::uint32_t whole(std::string const& name, std::uint32_t smallest, std::uint32_t largest) const;
  bool has_dataset(std::string const& name) const;
  /// Values in a numeric dataset.
  std::size_t size(std::string const& dataset) const;
  /// Values of a numeric dataset of any number of dimensions, row-major, as double, std::int64_t, std::uint64_t, std::uint32_t or std::uint8_t.
  template <class Value>
  std::vector<Value> values_as(std::string const& dataset) const;
  std::vector<double> values(std::string const& dataset) const { return values_as<double>(dataset); }
  /// Of these, the ones at a position along the leading dimensions: a single value, or all along the dimensions that follow.
  template <class Value>
  std::vector<Value> values_at(std::string const& dataset, std::span<std::size_t const> position) const;
  std::string text_on(std::string const& dataset, std::string const& name) const;
  std::string const& path() const { return path_; }

 private:
  void require_attribute(std::string const& name) const;
  Handle open(std::string const& dataset) const;

  std::string path_;
  Handle file_;
};

}  // namespace fleetcast::hdf5
