/// Many realizations at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "generated_realization.hpp"
#include "host/report/progress_line.hpp"
#include "signals.hpp"

namespace fleetcast {

/// Draws the realizations of a job, each by one thread, and shows how far it has come.
class Generator {
 public:
  Generator(GenerateJob const& job, SignalWatch const& watch, bool quiet);

  /// Draws all of the plan's realizations, or as many as are whole when a signal comes.
  void run(int threads);
  /// @throws Error  the first that a thread met, which ended the run
  void throw_problem() const;

  /// Realizations that were written whole, in order.
  std::vector<GeneratedRealization> finished() const;
  /// Since it was made.
  double seconds() const;

 private:
  void work();
  void report(GenerateStep step);
  bool stopped() const { return failed_ || watch_.raised(); }

  GenerateJob const& job_;
  SignalWatch const& watch_;
  bool quiet_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<std::uint32_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  ///< of all below
  std::optional<ProgressLine> progress_;
  std::exception_ptr problem_;
  double requests_ = 0, realizations_ = 0;  ///< written so far
  std::vector<GeneratedRealization> finished_;
};

}  // namespace fleetcast
