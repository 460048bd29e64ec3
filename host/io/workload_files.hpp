/// The files of a generated realization: requests-K and minutes-K. results/README.md describes them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "csv_writer.hpp"
#include "host/config/sweep_config.hpp"
#include "host/engine/minute_counter.hpp"
#include "host/engine/request_stream.hpp"

namespace fleetcast {

inline constexpr int workload_format_version = 1;

enum class WorkloadFormat { csv, hdf5 };

/// A folder for the files of realizations, and how they are written.
struct WorkloadFolder {
  std::string path;
  WorkloadFormat format;
  Compression compression;

  /// Names of a realization's files: requests-K and minutes-K, with the suffix of the format.
  std::string requests(std::uint64_t realization) const;
  std::string minutes(std::uint64_t realization) const;
};

/// Whether a file is called like a table of a realization, in any format.
bool is_workload_name(std::string const& name);

/// Which realization the files hold, and where they go.
struct WorkloadTarget {
  WorkloadFolder const& folder;
  SweepConfig const& sweep;  ///< of the one scenario
  std::uint64_t realization;
  std::uint64_t requests;  ///< rows to come
  std::uint64_t minutes;   ///< rows to come
};

struct WrittenFile {
  std::string path;
  std::uint64_t rows;
  std::uint64_t bytes;
};

/// Both tables of a realization, written as they come. Without commit() neither file appears.
class WorkloadFiles {
 public:
  virtual ~WorkloadFiles() = default;
  /// Requests in order of time. @throws Error io
  virtual void add(std::span<Request const> requests) = 0;
  /// Minutes one after the other. @throws Error io
  virtual void add(MinuteTotals const& minute) = 0;
  /// Gives both files their names. @throws Error io
  virtual std::vector<WrittenFile> commit() = 0;
};

/// @throws Error cannot_create
std::unique_ptr<WorkloadFiles> open_workload_files(WorkloadTarget const& target);

/// What the files call the request classes: their `name`, or their number in the sweep file.
std::vector<std::string> class_names(WorkloadConfig const& workload);

}  // namespace fleetcast
