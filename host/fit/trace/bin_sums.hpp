/// Sums in bins of time that grow at both ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fleetcast {

/// Requests and tokens per bin, for bins first() to last() without a hole. Memory: 24 bytes a bin, at most twice that while growing.
class BinSums {
 public:
  /// Bins a trace may have: 16 years of minutes, 97 days of seconds.
  static constexpr std::int64_t most_bins = std::int64_t{1} << 23;

  /// Index of a bin among those kept, made if need be; nothing else is added. False if the bins would be more than most_bins.
  bool reach(std::int64_t bin);

  /// Adds to a bin that reach() has made.
  void add(std::int64_t bin, double requests, std::uint64_t prompt_tokens, std::uint64_t completion_tokens) {
    auto const i = static_cast<std::size_t>(bin - origin_);
    requests_[i] += requests;
    prompt_tokens_[i] += prompt_tokens;
    completion_tokens_[i] += completion_tokens;
  }

  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

  /// Hands the sums of first() to last() over; the object is empty afterwards.
  struct Vectors {
    std::vector<double> requests;
    std::vector<std::uint64_t> prompt_tokens, completion_tokens;
  };
  Vectors take();

 private:
  void resize(std::size_t before, std::size_t after);

  std::int64_t origin_ = 0;             ///< bin of the vectors' entry 0
  std::int64_t first_ = 0, last_ = -1;  ///< bins reached
  std::vector<double> requests_;
  std::vector<std::uint64_t> prompt_tokens_, completion_tokens_;
};

}  // namespace fleetcast
