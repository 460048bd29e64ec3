/// Options that every command working on a sweep shares.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/crew.hpp"
#include "host/engine/plan.hpp"
#include "host/engine/ranks/ranks.hpp"
#include "host/engine/tile_shape.hpp"

namespace fleetcast {

struct SweepOptions {
  std::string sweep_file;
  std::vector<std::string> settings;            ///< --set
  std::vector<std::string> seed, realizations;  ///< at most one each
  std::vector<std::string> baseline;            ///< --baseline
  int threads = 0;
  std::string memory = "256M";
  std::string device = "auto";
  std::string simd;

  /// Adds all of them.
  void add_to(CLI::App& command);
  /// Adds the sweep file and --set alone.
  void add_sweep_file(CLI::App& command);
  /// Adds --threads, --device and --simd alone.
  void add_machine_options(CLI::App& command);
  /// Reads the sweep file and applies the overrides.
  SweepConfig config() const;
  /// The plan of that.
  Plan plan() const { return plan(config()); }
  /// The plan of what was made of it; what is wrong with the whole is told of the sweep file.
  Plan plan(SweepConfig const& config) const;
  /// Makes the backend --device asks for; auto takes a GPU where there is one that works, and warns where it can't.
  std::unique_ptr<Backend> backend(Plan const& plan, Warn const& warn) const;
  /// One a device: this process's share of the GPUs, without those that have failed twice, or what backend() makes. Valid as long as this.
  std::vector<BackendMaker> backend_makers(Warn const& warn, NodeShare const& share) const;
  std::unique_ptr<Backend> cpu_backend(Plan const& plan) const;
  /// What computes tiles again that one of them has computed.
  std::unique_ptr<Backend> audit_backend(Plan const& plan) const;
  /// What backend() is going to use, without touching it.
  struct Choice {
    std::string backend, device;
    TileShape shape;
  };
  Choice choice(Plan const& plan) const;
  /// CUDA devices that may be used, whether they work or not; none where something else is asked for.
  std::vector<std::string> gpus() const;
  std::uint64_t memory_bytes() const;
  /// Refuses an output that is a file the sweep is made from.
  /// @param option  that named it
  /// @throws Error usage
  void refuse_input_as_output(std::string const& output, SweepConfig const& config, std::string const& option = "-o") const;
};

}  // namespace fleetcast
