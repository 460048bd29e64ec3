/// What fuzzing targets share: a claim that libFuzzer notices when it fails, and a folder for files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace fleetcast::fuzz {

/// Aborts, which libFuzzer reports with the input, unless `holds`.
inline void expect(bool holds) {
  if (!holds) std::abort();
}

/// A new folder, in memory where there is such a place, that goes with this object.
class ScratchFolder {
 public:
  ScratchFolder() {
    path_ = std::string(std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp") + "/fleetcast-fuzz-XXXXXX";
    expect(::mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchFolder() {
    std::error_code problem;
    std::filesystem::remove_all(path_, problem);
  }
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;

  std::string file(std::string const& name) const { return path_ + "/" + name; }

  /// Writes a file and returns its path.
  std::string write(std::string const& name, std::string_view bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

 private:
  std::string path_;
};

}  // namespace fleetcast::fuzz
