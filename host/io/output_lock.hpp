/// One run per output at a time.
#pragma once

#include <memory>
#include <string>

namespace fleetcast {

class Descriptor;

/// Holds OUT.lock, which tells who writes OUT and what stands beside it: {"pid", "host", "started", …}.
///
/// The system's lock on the file (flock) decides; it ends with its process, however that ends, so that a file left behind stops nobody. On file
/// systems without locks the process named in the file decides: one of this host that does not run any more has left it behind, one of another
/// host is believed to run.
class OutputLock {
 public:
  /// @throws Error cannot_create if another run holds it, naming that one; or if the file can't be made
  explicit OutputLock(std::string const& output);
  /// Removes the file.
  ~OutputLock();
  OutputLock(OutputLock const&) = delete;
  OutputLock& operator=(OutputLock const&) = delete;

  std::string const& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<Descriptor> file_;
};

}  // namespace fleetcast
