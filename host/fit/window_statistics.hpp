/// What a record's minutes look like in a few numbers: the ones a fit is judged by.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "traffic_model.hpp"

namespace fleetcast {

/// Fewest windows from which a statistic is made; fewer give none.
inline constexpr std::size_t fewest_windows = 8;

/// A named number; none where the record is too short for it, or its bins too wide.
struct Statistic {
  std::string name;
  std::optional<double> value;
};

/// What one prompt and one completion token cost a replica, in seconds.
struct TokenWork {
  double prefill_tokens_per_second = 8000;
  double decode_tokens_per_second = 1200;
};

/// Standard deviation (divisor n − 1) over mean.
std::optional<double> coefficient_of_variation(std::span<double const> values);
/// Variance over mean of sums over `size` neighbours: 1 at any size for plain Poisson counts, in the units of the values else.
std::optional<double> dispersion(std::span<double const> values, std::size_t size);
/// Correlation of neighbours.
std::optional<double> lag_one_correlation(std::span<double const> values);

/// Every statistic of a record, in a fixed order: for requests, tokens, prompt_tokens, completion_tokens and work (replica-seconds) per
/// minute (or per bin, where bins do not divide a minute) `S_per_minute_cv`, `…_dispersion_1min`, `_5min`, `_15min`, `_lag1`, `_q05`,
/// `_q50`, `_q95`, `_q99`, then `empty_minutes_share`. Without tokens those of requests alone.
std::vector<Statistic> record_statistics(BinSeries const& record, TokenWork const& work);

/// Minutes in a window of record_statistics: 1, or a bin.
double window_minutes(double bin_minutes);

}  // namespace fleetcast
