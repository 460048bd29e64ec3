#include "replay_workload.hpp"

#include <fmt/format.h>

#include <cmath>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

constexpr double most_requests = 0x1p31 - 1;
constexpr std::size_t most_ticks = 100'000'000;

}  // namespace

DemandSeries demand_of(TraceSummary const& trace, std::uint32_t tick_seconds) {
  auto const refuse = [&](ExitCode code, std::string const& message) { throw Error(code, trace.name + ": " + message); };
  if (trace.kind == TraceSummary::Kind::rates || trace.prompt_tokens.empty() || trace.completion_tokens.empty())
    refuse(ExitCode::bad_data,
           "holds no prompt and completion tokens (a replay needs the work that came, not only its rate); add the columns, or fit a model "
           "(fleetcast fit) and replay a realization of it");
  if (trace.bin_seconds != tick_seconds)
    refuse(ExitCode::usage, fmt::format("a row covers {} s, more than the sweep's tick of {} s (what happened within a row is not known); replay it "
                                        "with --set sweep.tick_seconds={}",
                                        shortest(trace.bin_seconds), tick_seconds, shortest(trace.bin_seconds)));
  std::size_t const ticks = trace.requests.size();
  std::size_t const warmup = trace.first_bin < 0 ? static_cast<std::size_t>(-trace.first_bin) : 0;
  if (ticks <= warmup) refuse(ExitCode::bad_data, "all its times lie before minute 0 (that is warm-up, which is not billed); shift them");
  if (ticks > most_ticks) refuse(ExitCode::bad_data, fmt::format("covers {} ticks (at most {}); use longer ticks", ticks, most_ticks));

  DemandSeries series{static_cast<std::uint32_t>(warmup), std::vector<std::uint32_t>(ticks), trace.prompt_tokens, trace.completion_tokens};
  for (std::size_t i = 0; i < ticks; ++i) {
    double const requests = trace.requests[i];
    if (!(requests >= 0) || requests > most_requests || requests != std::floor(requests))
      refuse(ExitCode::bad_data,
             fmt::format("has {} requests in the tick at minute {} (a whole number up to {:.0f} can be counted); correct it", shortest(requests),
                         shortest((static_cast<double>(trace.first_bin) + static_cast<double>(i)) * tick_seconds / 60.0), most_requests));
    series.requests[i] = static_cast<std::uint32_t>(requests);
  }
  return series;
}

}  // namespace fleetcast
