/// Those who tell of a run while it goes on.
#pragma once

#include <nlohmann/json.hpp>

#include "run_facts.hpp"

namespace fleetcast {

/// Something that happened to a run.
struct RunEvent {
  enum class Kind { prepare, start, resumed, progress, look, checkpoint, warning, fault, audit, result, stopped, done, error };

  Kind kind;
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();  ///< what only this event knows; none for progress, of which there is too much
};

/// Told of every event, after the facts have taken it in. What it can't write it warns of once: a run does not fail because nobody can watch.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void notice(RunEvent const& event, RunFacts const& facts) = 0;
};

}  // namespace fleetcast
