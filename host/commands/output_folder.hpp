/// The folder a command writes several files to.
#pragma once

#include <string>
#include <vector>

namespace fleetcast {

/// Makes the folder where it is missing, and those above it. What it made and nothing was put into is removed in the end.
class OutputFolder {
 public:
  /// @throws Error cannot_create
  explicit OutputFolder(std::string path);
  ~OutputFolder();
  OutputFolder(OutputFolder const&) = delete;
  OutputFolder& operator=(OutputFolder const&) = delete;

  std::string const& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> made_;  ///< innermost first
};

}  // namespace fleetcast
