#include "request_stream.hpp"

#include <algorithm>
#include <bit>

#include "cuda/model/arrivals.cuh"
#include "cuda/model/lengths.cuh"
#include "cuda/model/request_times.cuh"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// The four words of a block in the order of requests.
std::array<std::uint32_t, 4> in_order(PhiloxBlock<std::uint64_t> const& block) {
  return {static_cast<std::uint32_t>(block.x), static_cast<std::uint32_t>(block.y), static_cast<std::uint32_t>(block.z),
          static_cast<std::uint32_t>(block.w)};
}

/// A running sum of tokens within a tick and what it comes to under the tick's drift of lengths: requests get what it grows by, so that
/// they add up to the tick's tokens exactly.
class DriftingSum {
 public:
  explicit DriftingSum(double factor) : factor_(factor) {}

  /// Tokens of the next request.
  std::uint32_t add(std::uint32_t length) {
    drawn_ += length;
    std::uint64_t const before = scaled_;
    scaled_ = scaled_tokens(drawn_, factor_);
    return static_cast<std::uint32_t>(scaled_ - before);
  }

 private:
  double factor_;
  std::uint64_t drawn_ = 0;
  std::uint64_t scaled_ = 0;
};

}  // namespace

RequestStream::RequestStream(Plan const& plan, Scenario const& scenario, std::uint64_t realization, std::uint32_t held)
    : plan_(plan), realization_(realization), held_(held) {
  if (!scenario.problem.empty()) throw Error(ExitCode::bad_config, scenario.problem);
  if (std::any_of(scenario.classes.begin(), scenario.classes.end(), [](auto const& c) { return c->compound.digits > 0; }))
    throw Error(ExitCode::bad_config,
                "workload.sampler = \"compound\": draws the token sums of a tick at once, so no single requests stand behind them; "
                "--set workload.sampler=request draws requests, of the same law but not the same sums");
  traffic_ = traffic_view(plan, scenario, classes_);
  std::uint32_t const ticks = plan.total_ticks();
  counts_.resize(static_cast<std::size_t>(ticks) * traffic_.class_count);
  std::uint32_t clamped_ticks = 0;
  draw_arrivals<ScalarDrawLane>(traffic_, realization, 1, 0, 1, {ticks, counts_.data(), nullptr, nullptr, nullptr, &clamped_ticks});
  for (std::uint32_t const count : counts_) size_ += count;
}

std::span<Request const> RequestStream::next() {
  do {
    if (next_part_ == parts_ && !start_next_tick()) return {};
    draw_part();
  } while (drawn_.empty());
  sort_part();
  return requests_;
}

/// Moves to the next tick that has requests; false at the end.
bool RequestStream::start_next_tick() {
  while (next_tick_ < traffic_.total_ticks) {
    tick_ = next_tick_++;
    if (traffic_.length_drift.drifts) length_factors_ = length_drift_.next(traffic_, tick_, static_cast<std::uint32_t>(realization_), realization_);
    std::uint64_t count = 0;
    for (std::uint32_t c = 0; c < traffic_.class_count; ++c) count += counts_[static_cast<std::size_t>(c) * traffic_.total_ticks + tick_];
    if (count == 0) continue;
    parts_ = static_cast<std::uint32_t>((count + held_ - 1) / held_);
    next_part_ = 0;
    return true;
  }
  return false;
}

/// Draws the requests whose times lie in the next part of the tick.
void RequestStream::draw_part() {
  std::uint32_t const part = next_part_++;
  auto const realization = static_cast<std::uint32_t>(realization_);
  DriftingSum prompt_tokens(length_factors_.prompt);
  DriftingSum completion_tokens(length_factors_.completion);
  drawn_.clear();
  keys_.clear();
  for (std::uint32_t c = 0; c < traffic_.class_count; ++c) {
    LengthLawView const& law = traffic_.classes[c].lengths;
    std::uint32_t const count = counts_[static_cast<std::size_t>(c) * traffic_.total_ticks + tick_];
    std::uint32_t const length_stream = stream_word(Stream::lengths, c, realization_);
    std::uint32_t const time_stream = stream_word(Stream::request_times, c, realization_);
    for (std::uint32_t block = 0; 4 * static_cast<std::uint64_t>(block) < count; ++block) {
      auto const times = in_order(request_time_words<ScalarDrawLane>(traffic_.seed, block, tick_, realization, time_stream));
      auto const lengths = in_order(length_words<ScalarDrawLane>(traffic_.seed, block, tick_, realization, length_stream));
      for (std::uint32_t i = 0; i < 4 && 4 * block + i < count; ++i) {
        RequestLength length = request_length(law, lengths[i]);
        length = {prompt_tokens.add(length.prompt), completion_tokens.add(length.completion)};
        if (static_cast<std::uint64_t>(times[i]) * parts_ >> 32 != part) continue;
        keys_.push_back(static_cast<std::uint64_t>(times[i]) << 32 | drawn_.size());
        drawn_.push_back({c, length.prompt, length.completion});
      }
    }
  }
}

/// Puts the drawn requests in order: into as many buckets of equal time as there are requests, then by insertion, which has little
/// left to do since times are uniform. Requests of one time word stay in the order of draws.
void RequestStream::sort_part() {
  std::uint32_t const part = next_part_ - 1;
  std::uint64_t const buckets = std::bit_ceil(keys_.size());
  auto const bucket_of = [&](std::uint64_t key) { return ((key >> 32) * (parts_ * buckets) >> 32) - part * buckets; };
  bucket_ends_.assign(buckets + 1, 0);
  for (std::uint64_t const key : keys_) ++bucket_ends_[bucket_of(key) + 1];
  for (std::size_t b = 1; b <= buckets; ++b) bucket_ends_[b] += bucket_ends_[b - 1];
  sorted_keys_.resize(keys_.size());
  for (std::uint64_t const key : keys_) sorted_keys_[bucket_ends_[bucket_of(key)]++] = key;
  for (std::size_t i = 1; i < sorted_keys_.size(); ++i) {
    std::uint64_t const key = sorted_keys_[i];
    std::size_t place = i;
    for (; place > 0 && sorted_keys_[place - 1] > key; --place) sorted_keys_[place] = sorted_keys_[place - 1];
    sorted_keys_[place] = key;
  }

  std::uint64_t const tick_us = plan_.tick_seconds * std::uint64_t{1'000'000};
  std::int64_t const tick_start_us = (static_cast<std::int64_t>(tick_) - plan_.warmup_ticks) * static_cast<std::int64_t>(tick_us);
  requests_.clear();
  for (std::uint64_t const key : sorted_keys_) {
    Drawn const& drawn = drawn_[static_cast<std::uint32_t>(key)];
    requests_.push_back({tick_start_us + static_cast<std::int64_t>(request_offset_us(static_cast<std::uint32_t>(key >> 32), tick_us)),
                         drawn.request_class, drawn.prompt_tokens, drawn.completion_tokens});
  }
}

}  // namespace fleetcast
