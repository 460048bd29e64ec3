/// Latency curves and the load limits that stand for them in the inner loop.
#pragma once

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <utility>
#include <vector>

#include "function.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Latency of a typical request as a monotone function of utilization.
struct LatencyCurve {
  enum class Kind { none, linear, erlang_c, measured };
  Kind kind = Kind::none;
  double base_ms = 0;
  double slope_ms = 0;                           ///< linear: added at full load
  int slots = 1;                                 ///< erlang_c
  double service_ms = 0;                         ///< erlang_c
  double longest_wait_ms = 0;                    ///< erlang_c: half a tick
  std::vector<std::pair<double, double>> knots;  ///< measured: (utilization, ms), ascending

  /// Latency in ms at utilization ρ ≥ 0; above 1 only the linear curve goes on rising.
  double at(double rho) const {
    switch (kind) {
      case Kind::none: return 0.0;
      case Kind::linear: return base_ms + slope_ms * rho;
      case Kind::erlang_c: return base_ms + std::min(erlang_wait(std::min(rho, 1.0)), longest_wait_ms);
      case Kind::measured: return between_knots(std::min(rho, 1.0));
    }
    return 0.0;
  }

 private:
  /// Mean wait of M/M/c: service·C(c, ρ)/(c·(1 - ρ)), C from the Erlang B recursion.
  double erlang_wait(double rho) const {
    if (rho >= 1.0) return longest_wait_ms;
    double const offered = slots * rho;
    double blocking = 1.0;
    for (int k = 1; k <= slots; ++k) blocking = offered * blocking / (k + offered * blocking);
    double const waits = blocking / (1.0 - rho * (1.0 - blocking));
    return service_ms * waits / (slots * (1.0 - rho));
  }

  double between_knots(double rho) const {
    if (rho <= knots.front().first) return knots.front().second;
    for (std::size_t i = 1; i < knots.size(); ++i) {
      auto const [left, low] = knots[i - 1];
      auto const [right, high] = knots[i];
      if (rho <= right) return low + (high - low) * ((rho - left) / (right - left));
    }
    return knots.back().second;
  }
};

/// A tick as latency sees it, in replica-seconds.
struct TickLoad {
  double load_seconds;            ///< L_t
  double backlog_before_seconds;  ///< B_{t-1}
  double backlog_seconds;         ///< B_t
  double ready;                   ///< replicas that serve, at least one

  /// u_t, work that waits included.
  double utilization(double tick_seconds) const { return load_seconds / (ready * tick_seconds); }
};

/// Utilization that a tick's last arrival meets: at most 1 where work that finds no capacity waits.
inline double met_utilization(TickLoad const& tick, double tick_seconds, Backlog backlog) {
  double const u = tick.utilization(tick_seconds);
  return backlog == Backlog::carried && u > 1.0 ? 1.0 : u;
}

/// Time to first token of a tick in ms: the worse of what its first and its last arrival meet.
inline double tick_ttft_ms(LatencyCurve const& curve, TickLoad const& tick, double tick_seconds, Backlog backlog) {
  double const last = curve.at(met_utilization(tick, tick_seconds, backlog)) + 1000.0 * tick.backlog_seconds / tick.ready;
  if (!(tick.backlog_before_seconds > 0.0)) return last;
  return std::max(last, curve.at(1.0) + 1000.0 * tick.backlog_before_seconds / tick.ready);
}

/// Time per output token of a tick in ms, which waiting does not change.
inline double tick_tpot_ms(LatencyCurve const& curve, TickLoad const& tick, double tick_seconds, Backlog backlog) {
  double const last = curve.at(met_utilization(tick, tick_seconds, backlog));
  return tick.backlog_before_seconds > 0.0 ? std::max(last, curve.at(1.0)) : last;
}

/// A latency limit in the inner loop's terms: exceeded iff load > n·load_limit or backlog > n·backlog_limit.
struct LoadLimits {
  float load_limit;     ///< θ, seconds of work per replica; FLT_MAX if no load exceeds it, -1 if even none does
  float backlog_limit;  ///< φ, seconds of backlog per replica
};

/// Largest utilization in [0, 1] whose latency is at most `limit_ms`; the curve is at most that at 0.
inline double largest_utilization(LatencyCurve const& curve, double limit_ms) {
  double low = 0.0;
  double high = 1.0;
  for (int i = 0; i < 200; ++i) {
    double const middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (curve.at(middle) <= limit_ms ? low : high) = middle;
  }
  return low;
}

/// Limits for the time to first token: what waits in the backlog adds its own drain time.
inline LoadLimits ttft_limits(LatencyCurve const& curve, double limit_ms, double tick_seconds, double max_backlog_seconds, Backlog backlog) {
  double const spare_seconds = std::max(0.0, limit_ms - curve.at(1.0)) / 1000.0;
  LoadLimits limits{FLT_MAX, static_cast<float>(spare_seconds)};
  if (curve.at(0.0) > limit_ms) {
    limits.load_limit = -1.0F;
  } else if (backlog == Backlog::memoryless && curve.kind == LatencyCurve::Kind::linear) {
    if (curve.slope_ms > 0.0)
      limits.load_limit = static_cast<float>(std::min(tick_seconds * ((limit_ms - curve.base_ms) / curve.slope_ms), static_cast<double>(FLT_MAX)));
  } else if (curve.at(1.0) > limit_ms) {
    limits.load_limit = static_cast<float>(tick_seconds * largest_utilization(curve, limit_ms));
  } else if (backlog == Backlog::carried && spare_seconds < max_backlog_seconds) {
    limits.load_limit = static_cast<float>(tick_seconds + spare_seconds);
  }
  return limits;
}

/// Limits for the time per output token, which waiting does not change.
inline LoadLimits tpot_limits(LatencyCurve const& curve, double limit_ms, double tick_seconds, Backlog backlog) {
  if (curve.at(0.0) > limit_ms) return {-1.0F, 0.0F};
  if (backlog == Backlog::memoryless && curve.kind == LatencyCurve::Kind::linear) return ttft_limits(curve, limit_ms, tick_seconds, 0.0, backlog);
  if (curve.at(1.0) <= limit_ms) return {FLT_MAX, FLT_MAX};
  return {static_cast<float>(tick_seconds * largest_utilization(curve, limit_ms)), 0.0F};
}

/// Both limits at once.
inline LoadLimits stricter(LoadLimits a, LoadLimits b) { return {std::min(a.load_limit, b.load_limit), std::min(a.backlog_limit, b.backlog_limit)}; }

}  // namespace fleetcast::inline FLEETCAST_ISA
