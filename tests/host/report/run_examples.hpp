/// Runs at several ages, for what is told of them.
#pragma once

#include "host/io/utc_time.hpp"
#include "host/report/run_facts.hpp"

namespace fleetcast::testing {

/// Just started: nothing is known that takes time to know.
inline RunFacts young_run() {
  RunFacts facts;
  facts.sweep = "baseline";
  facts.plan_hash = "0123456789abcdef";
  facts.output = "/data/results/baseline.h5";
  facts.backend = "cpu";
  facts.device = "2 threads, AVX-512";
  facts.process = {"node7", 4711, 123456};
  facts.started = *parse_utc("2026-11-22T16:00:00.000Z");
  facts.updated = *parse_utc("2026-11-22T16:00:01.500Z");
  facts.total = 4000;
  return facts;
}

/// A quarter done, resumed once, with looks, a best setting, a checkpoint and some trouble.
inline RunFacts old_run() {
  RunFacts facts = young_run();
  facts.updated = *parse_utc("2026-11-22T17:16:56.042Z");
  facts.done = 1000;
  facts.elapsed_seconds = 5400;
  facts.earlier_seconds = 1800;
  facts.requests = 1.5e9;
  facts.steps = 4e12;
  facts.realizations_per_second = 0.25;
  facts.requests_per_second = 375000;
  facts.steps_per_second = 1e9;
  facts.eta_seconds = 12000;
  facts.looks_taken = 2;
  facts.looks_planned = 7;
  facts.best = {{"", "scale_up_at 154286, scale_down_at 131429", {{"autoscaler.scale_up_at", 154286}}, 6451.4, 6411.0, 6491.2, "day"}};
  facts.checkpoint = {*parse_utc("2026-11-22T17:16:46.042Z"), 71, 960, 14 << 20, 0.043};
  facts.checkpoints = 31;
  facts.checkpoint_seconds = 1.25;
  facts.warnings = 1;
  facts.faults = 2;
  facts.audited_realizations = 5;
  return facts;
}

/// The same after SIGTERM.
inline RunFacts stopped_run() {
  RunFacts facts = old_run();
  facts.phase = RunPhase::stopped;
  facts.eta_seconds.reset();
  facts.exit_code = 143;
  facts.message = "stopped by SIGTERM";
  return facts;
}

}  // namespace fleetcast::testing
