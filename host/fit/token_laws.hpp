/// Lengths of a trace's requests: measured pairs or a parametric law, whichever serves on blocks held out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/fit/trace/trace_summary.hpp"
#include "length_drift_fit.hpp"
#include "mixture_law.hpp"
#include "simulated_record.hpp"
#include "uncertain.hpp"

namespace fleetcast {

/// How a class of requests draws its lengths.
enum class LawChoice {
  empirical,   ///< measured pairs
  parametric,  ///< log-normal mixtures tied by a Gaussian copula
};

/// Most pairs a workload may name.
inline constexpr std::size_t most_pairs = 1048576;

/// Largest distance between distribution functions, of laws fitted to one part of a trace and lengths of another.
struct HeldOutDistance {
  double empirical = 0;
  double parametric = 0;
};

/// One column of lengths, described and fitted.
struct LengthMargin {
  double mean = 0, median = 0, p99 = 0;
  std::uint32_t shortest = 0, longest = 0;
  MixtureFit fit;
  double trace_ks = 0;                    ///< of the law, its drift included, to the trace
  bool tabled = false;                    ///< a run accepts the law, `most_tokens` lowered where need be
  std::optional<HeldOutDistance> blocks;  ///< fitted to every other 5-minute block, the rest held out; mean of both ways round
  std::optional<HeldOutDistance> halves;  ///< fitted to the first half of the record, the second held out
};

struct TokenLaws {
  LawChoice choice = LawChoice::empirical;
  LengthMargin prompt, completion;
  Uncertain rank_correlation;                       ///< Spearman's rho
  std::vector<std::array<std::uint32_t, 2>> pairs;  ///< prompt and completion of each sampled request
};

/// Fits both margins, their correlation, and chooses between empirical and parametric: the parametric law where a run accepts it,
/// its held-out distances exceed the measured pairs' by no more than 0.01, and they are within 0.05 if the pairs' are.
///
/// @param prompt_drift, completion_drift  what is taken off lengths, bin by bin, before parametric laws are fitted; measured pairs hold
///        it, and distances of laws are those of law and drift together
/// @param asked  a choice made already
/// @throws Error bad_data where LawChoice::parametric is asked for and no table holds the law
TokenLaws fit_token_laws(TraceSummary const& trace, LogFactors const& prompt_drift, LogFactors const& completion_drift,
                         std::optional<LawChoice> asked);

/// A log-normal law of given mean and squared coefficient of variation, for traces that hold sums alone.
MixtureLaw law_of_moments(double mean, double variation);

/// Equally likely pairs as a run would draw them.
std::vector<LengthPair> drawn_pairs(TokenLaws const& laws);
/// The same of a law of moments for each, independent.
std::vector<LengthPair> drawn_pairs(MixtureLaw const& prompt, MixtureLaw const& completion, double rank_correlation);

}  // namespace fleetcast
