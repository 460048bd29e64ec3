#include "snapshot_file.hpp"

#include <fmt/format.h>

#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "standard_error.hpp"

namespace fleetcast {

SnapshotFile::SnapshotFile(std::string path, Render render, std::chrono::steady_clock::duration interval)
    : path_(std::move(path)), render_(std::move(render)), due_(interval) {
  AtomicFile const probe(path_);  // what can't be created is told before the work
}

void SnapshotFile::notice(RunEvent const& event, RunFacts const& facts) {
  bool const at_an_end = event.kind == RunEvent::Kind::prepare || event.kind == RunEvent::Kind::start || facts.phase != RunPhase::running;
  if (!due_.opens() && !at_an_end) return;
  try {
    write_text_file(path_, render_(facts), Durability::replaced);
  } catch (Error const& error) {
    if (!warned_) write_stderr("warning: {}; the run goes on\n", error.what());
    warned_ = true;
  }
}

}  // namespace fleetcast
