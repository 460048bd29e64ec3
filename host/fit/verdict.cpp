#include "verdict.hpp"

#include <algorithm>

namespace fleetcast {

namespace {

/// Quantile of ascending values: the k-th of n with k = share·(n + 1), which holds a further draw with that probability.
double predictive_quantile(std::vector<double> const& ascending, double share) {
  double const at = std::clamp(share * static_cast<double>(ascending.size() + 1) - 1, 0.0, static_cast<double>(ascending.size() - 1));
  auto const below = static_cast<std::size_t>(at);
  std::size_t const above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (at - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

VerdictRow row_of(Statistic const& trace, std::vector<double>& simulated) {
  VerdictRow row{trace.name, trace.value, std::nullopt, 0, 0, false};
  if (simulated.empty()) return row;
  std::sort(simulated.begin(), simulated.end());
  double sum = 0;
  for (double const value : simulated) sum += value;
  row.model_mean = sum / static_cast<double>(simulated.size());
  row.low = predictive_quantile(simulated, 0.05);
  row.high = predictive_quantile(simulated, 0.95);
  row.inside = trace.value && *trace.value >= row.low && *trace.value <= row.high;
  return row;
}

}  // namespace

VerdictRow const* Verdict::find(std::string const& name) const {
  auto const row = std::find_if(rows.begin(), rows.end(), [&](VerdictRow const& r) { return r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

Verdict judge(BinSeries const& judged, BinSeries const& fitted, std::span<TrafficDraw const> draws, RequestLengths const& lengths, RecordStart start,
              TokenWork const& work, std::uint64_t seed) {
  auto const of_trace = record_statistics(judged, work);
  std::vector<std::vector<double>> simulated(of_trace.size());
  FitRandom random(seed);
  LengthNoise const noise = lengths.noise();
  for (auto const& draw : draws) {
    LatentEnd end;
    bool const continued = start == RecordStart::continued;
    if (continued) joint_log_likelihood(fitted, draw.rate, draw.lengths, noise, &end);
    BinSeries record = simulate_record(draw, lengths, continued ? &end : nullptr, judged.clock, judged.bin_minutes, judged.bins(), random);
    if (!judged.has_tokens()) record.prompt_tokens.clear(), record.completion_tokens.clear();
    auto const statistics = record_statistics(record, work);
    for (std::size_t i = 0; i < statistics.size(); ++i)
      if (statistics[i].value) simulated[i].push_back(*statistics[i].value);
  }
  Verdict verdict{judged.minutes(), {}};
  for (std::size_t i = 0; i < of_trace.size(); ++i) verdict.rows.push_back(row_of(of_trace[i], simulated[i]));
  return verdict;
}

}  // namespace fleetcast
