#include "output_folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/config/error.hpp"

namespace fleetcast {

namespace fs = std::filesystem;

OutputFolder::OutputFolder(std::string path, std::string const& option) : path_(std::move(path)) {
  std::error_code problem;
  for (fs::path folder = path_; !folder.empty() && !fs::exists(folder, problem); folder = folder.parent_path()) made_.push_back(folder.string());
  fs::create_directories(path_, problem);
  if (problem || !fs::is_directory(path_))
    throw Error(ExitCode::cannot_create, fmt::format("{}: the folder can't be created: {}; name another with {}", path_,
                                                     problem ? problem.message() : "there is a file of that name", option));
}

OutputFolder::~OutputFolder() {
  std::error_code not_empty;
  for (auto const& folder : made_) fs::remove(folder, not_empty);
}

}  // namespace fleetcast
