/// The folder a command writes several files to.
#pragma once

#include <string>
#include <vector>

namespace fleetcast {

/// Makes the folder where it is missing, and those above it. What it made and nothing was put into is removed in the end.
class OutputFolder {
 public:
  /// @param option  that names it
  /// @throws Error cannot_create
  explicit OutputFolder(std::string path, std::string const& option = "-o");
  ~OutputFolder();
  OutputFolder(OutputFolder const&) = delete;
  OutputFolder& operator=(OutputFolder const&) = delete;

  std::string const& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> made_;  ///< innermost first
};

}  // namespace fleetcast
