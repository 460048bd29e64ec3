#include "trace_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace fleetcast {

void note(std::vector<TraceNote>& notes, OddRows const& rows, std::string what) {
  if (rows.count > 0) notes.push_back({std::move(what), rows.count, rows.first_row});
}

std::string time_span(double seconds) {
  if (seconds >= 172800) return fmt::format("{:.3g} days", seconds / 86400);
  if (seconds >= 7200) return fmt::format("{:.3g} h", seconds / 3600);
  if (seconds >= 120) return fmt::format("{:.3g} min", seconds / 60);
  return fmt::format("{:.3g} s", seconds);
}

void note_gaps(TraceSummary& summary) {
  constexpr double shortest_seconds = 600;
  constexpr double mean_gaps = 100;
  double const requests = std::accumulate(summary.requests.begin(), summary.requests.end(), 0.0);
  if (requests <= 0) return;
  double const record_seconds = static_cast<double>(summary.requests.size()) * summary.bin_seconds;
  double const shortest = std::max(shortest_seconds, mean_gaps * record_seconds / requests);
  std::uint64_t gaps = 0;
  double longest = 0;
  std::size_t longest_begin = 0;
  for (std::size_t begin = 0; begin < summary.requests.size();) {
    std::size_t end = begin;
    while (end < summary.requests.size() && summary.requests[end] == 0) ++end;
    double const seconds = static_cast<double>(end - begin) * summary.bin_seconds;
    if (seconds >= shortest) ++gaps;
    if (seconds > longest) longest = seconds, longest_begin = begin;
    begin = end + 1;
  }
  if (gaps > 0)
    summary.notes.push_back(
        {fmt::format("gaps of {} or more without a request, the longest {}, {} after the start (taken as silence)", time_span(shortest),
                     time_span(longest), time_span(static_cast<double>(longest_begin) * summary.bin_seconds)),
         gaps, 0});
}

}  // namespace fleetcast
