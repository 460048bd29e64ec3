/// `fleetcast fit`: a workload model from a trace, and the verdict on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/fit/trace/trace_summary.hpp"
#include "model_fit.hpp"
#include "token_laws.hpp"
#include "verdict.hpp"

namespace fleetcast {

struct FitOptions {
  std::optional<LawChoice> law;  ///< none: chosen on held-out blocks
  double first_part = 0.5;       ///< share of the record that the verdict's model is fitted to, in (0, 1)
  TokenWork work;
  std::uint64_t seed = 1;  ///< of the posterior's chains and of simulated records
};

/// How a class of requests draws its lengths where the trace holds token sums alone.
struct SummedLengths {
  MixtureLaw prompt, completion;
};

struct FitReport {
  FitOptions options;
  BinSeries series;  ///< the whole bins of the record
  double requests = 0;
  double duration_minutes = 0;
  ModelFit model;                       ///< of the whole record
  std::optional<TokenLaws> laws;        ///< where single lengths are known
  std::optional<SummedLengths> summed;  ///< where sums alone are
  std::vector<Parameter> parameters;    ///< the model's and the laws'
  Verdict in_sample;                    ///< the whole record beside records of its length drawn from its own fit
  double poisson_tokens_cv = 0;         ///< of tokens per minute with plain Poisson arrivals of the same lengths; 0 without tokens
  std::optional<Verdict> verdict;       ///< fitted to the first part, judged on the rest; none where either has fewer than fewest_bins bins
  std::size_t first_bins = 0;           ///< in the first part
};

/// Fits the record and judges the fit.
/// @throws Error bad_data: fewer than fewest_bins whole bins, no requests, or no law a run would accept where LawChoice::parametric is
///         asked for
FitReport fit_trace(TraceSummary const& trace, FitOptions const& options);

}  // namespace fleetcast
