/// Files that are either whole or absent.
#pragma once

#include <string>

namespace fleetcast {

/// Whether a file's new content shall outlive the machine's sudden end, or only replace the old one as a whole.
enum class Durability { synced, replaced };

/// How many may be writing a file at the same time. One, who holds a lock: what it writes aside always bears the same name, so that what a killed
/// process left there is written over. Any number: each writes aside under a name with its process id.
enum class Writers { any, one };

/// What a symbolic link points to; any other path as it is.
std::string target_of(std::string path);

/// Refuses a path under which no file can be: a folder, what is no regular file, or one in a folder that does not exist. Touches nothing.
/// @throws Error cannot_create
void check_creatable(std::string const& path);

/// A file written aside under a temporary name in the same folder; commit() syncs it, if asked to, and gives it its final name.
/// Without commit() the destructor removes it and what stood under the final name stays.
class AtomicFile {
 public:
  /// A symbolic link is followed: what it points to is replaced.
  /// @throws Error cannot_create if the folder does not exist or can't be written to, or the path is no regular file
  explicit AtomicFile(std::string final_path, Writers writers = Writers::any);
  ~AtomicFile();
  AtomicFile(AtomicFile const&) = delete;
  AtomicFile& operator=(AtomicFile const&) = delete;

  std::string const& temporary_path() const { return temporary_; }
  /// @throws Error io
  void commit(Durability durability = Durability::synced);

 private:
  std::string final_, temporary_;
  bool committed_ = false;
};

/// Writes a whole text file atomically.
void write_text_file(std::string const& path, std::string const& text, Durability durability = Durability::synced);

}  // namespace fleetcast
