/// A rank that computes what rank 0 deals.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "mpi_introduction.hpp"
#include "mpi_messages.hpp"
#include "mpi_reduction.hpp"
#include "ranks.hpp"

namespace fleetcast::mpi {

class MpiHelper {
 public:
  MpiHelper(std::function<Helper()> const& prepare, Reduction& reduction);
  /// Obeys rank 0 until it is told to leave.
  void serve();

 private:
  struct Work {
    Helper with;
    RunState state;  ///< of the present round
  };
  void compute(Command const& command);
  /// How a round ended.
  struct End {
    Report report;
    std::string problem;  ///< "" if there is none
  };
  /// Computes until nothing more is dealt.
  End run_round();
  void reduce(Command const& command);
  void forget_round();

  Introduction me_;
  Reduction& reduction_;
  std::optional<Work> work_;        ///< none: it could not prepare
  std::vector<std::uint8_t> left_;  ///< [cell], as in RunState
  std::optional<Field> field_;
  std::set<std::uint32_t> touched_;  ///< scenarios of this round
  bool is_out_ = false;              ///< it gets no more work
};

}  // namespace fleetcast::mpi
