#include "workload_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <regex>

#include "workload_hdf5.hpp"

namespace fleetcast {

namespace {

std::string path_of(WorkloadFolder const& folder, char const* table, std::uint64_t realization) {
  char const* const suffix = folder.format == WorkloadFormat::hdf5 ? "h5" : folder.compression == Compression::gzip ? "csv.gz" : "csv";
  return (std::filesystem::path(folder.path) / fmt::format("{}-{}.{}", table, realization, suffix)).string();
}

class CsvWorkload final : public WorkloadFiles {
 public:
  explicit CsvWorkload(WorkloadTarget const& target)
      : class_names_(class_names(target.sweep.workload)),
        requests_path_(target.folder.requests(target.realization)),
        minutes_path_(target.folder.minutes(target.realization)),
        requests_(requests_path_, target.folder.compression, "time_s,class,prompt_tokens,completion_tokens"),
        minutes_(minutes_path_, target.folder.compression, "minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second") {}

  void add(std::span<Request const> requests) override {
    for (Request const& request : requests) {
      requests_.seconds(request.time_us);
      requests_.text(class_names_[request.request_class]);
      requests_.whole(request.prompt_tokens);
      requests_.whole(request.completion_tokens);
      requests_.end_row();
    }
  }

  void add(MinuteTotals const& minute) override {
    minutes_.whole(minute.minute);
    for (std::uint64_t const value : {minute.requests, minute.prompt_tokens, minute.completion_tokens,
                                      minute.prompt_tokens + minute.completion_tokens, minute.peak_requests_per_second})
      minutes_.whole(value);
    minutes_.end_row();
  }

  std::vector<WrittenFile> commit() override {
    std::uint64_t const requests_bytes = requests_.commit();
    return {{requests_path_, requests_.rows(), requests_bytes}, {minutes_path_, minutes_.rows(), minutes_.commit()}};
  }

 private:
  std::vector<std::string> class_names_;
  std::string requests_path_, minutes_path_;
  CsvWriter requests_, minutes_;
};

}  // namespace

std::string WorkloadFolder::requests(std::uint64_t realization) const { return path_of(*this, "requests", realization); }
std::string WorkloadFolder::minutes(std::uint64_t realization) const { return path_of(*this, "minutes", realization); }

bool is_workload_name(std::string const& name) {
  static std::regex const pattern(R"((requests|minutes)-\d+\.(csv|csv\.gz|h5))");
  return std::regex_match(name, pattern);
}

std::unique_ptr<WorkloadFiles> open_workload_files(WorkloadTarget const& target) {
  if (target.folder.format == WorkloadFormat::hdf5) return open_workload_hdf5(target);
  return std::make_unique<CsvWorkload>(target);
}

std::vector<std::string> class_names(WorkloadConfig const& workload) {
  std::vector<std::string> names;
  for (auto const& request_class : workload.classes)
    names.push_back(request_class.name.empty() ? fmt::format("{}", names.size()) : request_class.name);
  return names;
}

}  // namespace fleetcast
