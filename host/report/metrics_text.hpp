/// A run in Prometheus' text format, as node_exporter's textfile collector reads it.
#pragma once

#include <string>

#include "run_facts.hpp"

namespace fleetcast {

/// Metrics with HELP and TYPE lines; all carry the labels `sweep` and `output`, so that several runs of a sweep may be watched at once.
/// What is not known yet is left out.
std::string metrics_text(RunFacts const& facts);

}  // namespace fleetcast
