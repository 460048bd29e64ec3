/// A fit shown: to people, to programs, and as a folder of tables to draw.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/fit/fit.hpp"

namespace fleetcast {

class FitOutput {
 public:
  /// @param trace, workload  paths, as the user gave them
  FitOutput(FitReport const& report, std::string trace, std::string workload);

  /// Tables for a terminal.
  std::string text() const;
  /// Everything, for programs (results/README.md).
  nlohmann::ordered_json json() const;
  /// fit.json and the CSV tables a drawing needs (results/README.md), into a folder that is there; those of an earlier report go.
  /// @throws Error cannot_create, io
  void write_folder(std::string const& folder) const;
  /// Refuses a folder in which that would write over the trace.
  /// @throws Error usage
  static void refuse_inputs(std::string const& folder, std::string const& trace);

 private:
  FitReport const& report_;
  std::string trace_, workload_;
};

}  // namespace fleetcast
