/// A workload model fitted to a trace, and the files it is written to.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "lengths.hpp"
#include "rate_model.hpp"
#include "trace.hpp"

namespace fleetcast {

struct FitOptions {
  double bin_seconds = 60;  ///< whole seconds; becomes burst_seconds
  enum class Law { empirical, log_normal } law = Law::empirical;
};

/// How much the tokens of a window vary: standard deviation (divisor n − 1) over mean.
///
/// Models' values are closed forms: variance of a window = E[N]·Var[X] + E[X]²·Var[N], X the tokens of one request,
/// covariance between windows E[X]² times that of the counts.
struct TokenVariation {
  double window_seconds = 60;  ///< 60, or a bin where a bin does not divide 60 or the record has too few minutes
  std::size_t windows = 0;     ///< in the record
  double trace_cv = 0;
  double model_cv = 0;           ///< root of the expected sample variance over records as long as the trace
  double model_long_run_cv = 0;  ///< over a record without end: what a short record hides
  double poisson_cv = 0;         ///< the same mean rate and lengths, without drift and bursts
};

struct FitReport {
  FitOptions options;
  std::size_t requests = 0;
  double duration_minutes = 0;     ///< from the first to the last request
  std::size_t bins = 0;            ///< whole ones in the record
  double requests_per_minute = 0;  ///< mean over the bins
  double drift_log_sd = 0;
  double drift_half_life_minutes = 0;
  double burst_cv = 0;
  RateLimits limits;
  double dispersion = 0;   ///< variance over mean of the counts in bins; 1 for plain Poisson
  double empty_share = 0;  ///< of the bins, without any request
  LengthFit prompt;
  LengthFit completion;
  double correlation = 0;  ///< of prompt and completion length; kept by pairs, not by log-normals
  std::size_t pairs = 0;   ///< rows write_pairs_csv writes
  TokenVariation tokens;
};

/// Fits rate, drift, bursts and lengths.
/// @throws Error usage or bad_data from bin_trace; bad_data where Law::log_normal is asked for and no table holds the law
FitReport fit_trace(Trace const& trace, FitOptions const& options);

/// A commented workload file: a key a line, each with its unit and how it was estimated; the law not chosen stands as
/// comments. `workload.file` takes it.
///
/// @param trace_name  stands in the heading
/// @param pairs_file  where write_pairs_csv went, relative to the workload file
std::string workload_toml(FitReport const& report, std::string const& trace_name, std::string const& pairs_file);

/// `prompt_tokens,completion_tokens` of the trace's rows, in order; most_pairs evenly spaced ones if there are more.
void write_pairs_csv(std::ostream& out, Trace const& trace);

}  // namespace fleetcast
