/// A text file that grows by whole lines.
#pragma once

#include <string>
#include <string_view>

namespace fleetcast {

/// Appends lines, each by one write() at the file's end under a lock (flock): several processes may share a file. What a killed writer or a full
/// disk left unfinished is ended by a line break first, so that it spoils no line but its own.
class AppendFile {
 public:
  /// Creates the file where there is none.
  /// @throws Error cannot_create
  explicit AppendFile(std::string const& path);
  ~AppendFile();
  AppendFile(AppendFile const&) = delete;
  AppendFile& operator=(AppendFile const&) = delete;

  /// @param line  without its line break
  /// @return      false with errno set if it could not be written whole
  bool append(std::string_view line);

 private:
  int descriptor_;
};

}  // namespace fleetcast
