#include "generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace fleetcast {

Generator::Generator(GenerateJob const& job, SignalWatch const& watch, bool quiet) : job_(job), watch_(watch), quiet_(quiet) {}

void Generator::run(int threads) {
  progress_.emplace(quiet_);
  {
    std::vector<std::jthread> workers;
    for (int i = 1; i < threads; ++i) workers.emplace_back([this] { work(); });
    work();
  }
  progress_.reset();
}

void Generator::throw_problem() const {
  if (problem_) std::rethrow_exception(problem_);
}

std::vector<GeneratedRealization> Generator::finished() const {
  auto sorted = finished_;
  std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.realization < b.realization; });
  return sorted;
}

double Generator::seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

void Generator::work() {
  for (std::uint32_t next = next_++; next < job_.plan.realizations && !stopped(); next = next_++) {
    try {
      auto const written = generate_realization(
          job_, next, [this] { return stopped(); }, [this](GenerateStep step) { report(step); });
      std::lock_guard const lock(mutex_);
      if (written) finished_.push_back(*written);
    } catch (...) {
      std::lock_guard const lock(mutex_);
      if (!problem_) problem_ = std::current_exception();
      failed_ = true;
    }
  }
}

void Generator::report(GenerateStep step) {
  std::lock_guard const lock(mutex_);
  requests_ += static_cast<double>(step.requests);
  realizations_ += step.realizations;
  double const share = realizations_ / job_.plan.realizations;
  progress_->show(share, seconds() * (1 - share) / share, fmt::format("{:.3g} requests/s", requests_ / seconds()));
}

}  // namespace fleetcast
