#include "workload_hdf5.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "atomic_file.hpp"
#include "hdf5.hpp"
#include "origin.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t rows_at_once = 1U << 16;

/// A table in a file of its own; its columns lie over one dimension.
class Hdf5Table {
 public:
  /// @param rows  rows to come
  Hdf5Table(WorkloadTarget const& target, std::string path, std::string const& filetype, std::string dimension, std::uint64_t rows)
      : path_(std::move(path)),
        atomic_(path_),
        file_(atomic_.temporary_path(), path_),
        dimension_{std::move(dimension), rows},
        layout_(target.folder.compression == Compression::gzip ? hdf5::Layout::deflated : hdf5::Layout::plain) {
    write_origin(file_, filetype, workload_format_version, target.sweep);
    file_.attribute("realization", static_cast<std::int64_t>(target.realization));
  }

  hdf5::Writer& file() { return file_; }
  hdf5::Column column(std::string const& name, hid_t type, hdf5::Labels const& labels) {
    return file_.column(name, dimension_, type, layout_, labels);
  }

  /// Once all columns are let go.
  WrittenFile commit() {
    file_.close();
    atomic_.commit();
    std::error_code unknown;
    return {path_, dimension_.size, std::filesystem::file_size(path_, unknown)};
  }

 private:
  std::string path_;
  AtomicFile atomic_;
  hdf5::Writer file_;
  hdf5::Dimension dimension_;
  hdf5::Layout layout_;
};

/// A column and the values that wait to be written to it.
template <class T>
class BufferedColumn {
 public:
  explicit BufferedColumn(hdf5::Column column) : column_(std::move(column)) { waiting_.reserve(rows_at_once); }

  void add(T value) {
    waiting_.push_back(value);
    if (waiting_.size() == rows_at_once) flush();
  }
  void flush() {
    column_.append(std::span<T const>(waiting_));
    waiting_.clear();
  }

 private:
  hdf5::Column column_;
  std::vector<T> waiting_;
};

struct RequestColumns {
  explicit RequestColumns(Hdf5Table& table)
      : time(table.column("time_s", H5T_IEEE_F64LE, {"s", "arrival, from the ledger's start; negative in the warm-up"})),
        request_class(table.column("class", H5T_STD_U8LE, {"1", "request class"})),
        prompt(table.column("prompt_tokens", H5T_STD_U32LE, {"1", "prompt tokens"})),
        completion(table.column("completion_tokens", H5T_STD_U32LE, {"1", "completion tokens"})) {}

  void flush() {
    time.flush();
    request_class.flush();
    prompt.flush();
    completion.flush();
  }

  BufferedColumn<double> time;
  BufferedColumn<std::uint8_t> request_class;
  BufferedColumn<std::uint32_t> prompt, completion;
};

struct MinuteColumns {
  explicit MinuteColumns(Hdf5Table& table)
      : minute(table.column("minute", H5T_STD_I64LE, {"min", "minute, from the ledger's start; negative in the warm-up"})),
        requests(table.column("requests", H5T_STD_U64LE, {"1", "requests in the minute"})),
        prompt(table.column("prompt_tokens", H5T_STD_U64LE, {"1", "prompt tokens in the minute"})),
        completion(table.column("completion_tokens", H5T_STD_U64LE, {"1", "completion tokens in the minute"})),
        total(table.column("total_tokens", H5T_STD_U64LE, {"1", "prompt and completion tokens in the minute"})),
        peak(table.column("peak_requests_per_second", H5T_STD_U64LE, {"1/s", "most requests in a whole second of the minute"})) {}

  void flush() {
    minute.flush();
    for (auto* const column : {&requests, &prompt, &completion, &total, &peak}) column->flush();
  }

  BufferedColumn<std::int64_t> minute;
  BufferedColumn<std::uint64_t> requests, prompt, completion, total, peak;
};

class Hdf5Workload final : public WorkloadFiles {
 public:
  explicit Hdf5Workload(WorkloadTarget const& target)
      : requests_table_(target, target.folder.requests(target.realization), "fleetcast requests", "time_s", target.requests),
        minutes_table_(target, target.folder.minutes(target.realization), "fleetcast minutes", "minute", target.minutes),
        requests_(std::in_place, requests_table_),
        minutes_(std::in_place, minutes_table_) {
    requests_table_.file().meanings_on("class", class_names(target.sweep.workload));
  }

  void add(std::span<Request const> requests) override {
    for (Request const& request : requests) {
      requests_->time.add(static_cast<double>(request.time_us) / 1e6);
      requests_->request_class.add(static_cast<std::uint8_t>(request.request_class));
      requests_->prompt.add(request.prompt_tokens);
      requests_->completion.add(request.completion_tokens);
    }
  }

  void add(MinuteTotals const& minute) override {
    minutes_->minute.add(minute.minute);
    minutes_->requests.add(minute.requests);
    minutes_->prompt.add(minute.prompt_tokens);
    minutes_->completion.add(minute.completion_tokens);
    minutes_->total.add(minute.prompt_tokens + minute.completion_tokens);
    minutes_->peak.add(minute.peak_requests_per_second);
  }

  std::vector<WrittenFile> commit() override {
    requests_->flush();
    minutes_->flush();
    requests_.reset();
    minutes_.reset();
    return {requests_table_.commit(), minutes_table_.commit()};
  }

 private:
  Hdf5Table requests_table_, minutes_table_;
  std::optional<RequestColumns> requests_;
  std::optional<MinuteColumns> minutes_;
};

}  // namespace

std::unique_ptr<WorkloadFiles> open_workload_hdf5(WorkloadTarget const& target) { return std::make_unique<Hdf5Workload>(target); }

}  // namespace fleetcast
