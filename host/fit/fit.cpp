#include "fit.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "moments.hpp"

namespace fleetcast {

namespace {

/// Fewest windows whose variation says something.
constexpr std::size_t fewest_windows = fewest_bins;

/// How many bins make the window tokens are compared over: those of a minute, where that can be.
std::size_t bins_a_window(BinnedTrace const& binned) {
  auto const bin_seconds = static_cast<std::size_t>(binned.bin_seconds);
  std::size_t const bins = bin_seconds <= 60 && 60 % bin_seconds == 0 ? 60 / bin_seconds : 1;
  return binned.bins() / bins >= fewest_windows ? bins : 1;
}

std::vector<double> window_sums(std::vector<double> const& bins, std::size_t bins_each) {
  std::vector<double> sums(bins.size() / bins_each);
  for (std::size_t i = 0; i < sums.size() * bins_each; ++i) sums[i / bins_each] += bins[i];
  return sums;
}

/// Covariances of the tokens in windows from those of the requests: a compound law.
std::vector<double> token_autocovariance(std::vector<double> const& counts, double mean_requests, TokenMoments const& request) {
  std::vector<double> tokens(counts.size());
  for (std::size_t lag = 0; lag < counts.size(); ++lag) tokens[lag] = request.mean * request.mean * counts[lag];
  tokens[0] += mean_requests * request.variance;
  return tokens;
}

double expected_sample_variance(std::vector<double> const& autocovariance) {
  auto const n = static_cast<double>(autocovariance.size());
  return expected_sample_autocovariance(autocovariance, 0)[0] * n / (n - 1);
}

TokenVariation token_variation(BinnedTrace const& binned, RateModel const& rate, TokenMoments const& request) {
  std::size_t const bins_each = bins_a_window(binned);
  std::vector<double> const sums = window_sums(binned.tokens, bins_each);
  double const requests = rate.requests_per_bin * static_cast<double>(bins_each);
  double const mean = requests * request.mean;
  auto counts = count_autocovariance(rate, binned.bins() - 1);
  auto const tokens = token_autocovariance(aggregated_autocovariance(counts, bins_each), requests, request);
  double const poisson_variance = requests * (request.variance + request.mean * request.mean);
  auto const cv = [&](double variance) { return mean > 0 ? std::sqrt(variance) / mean : 0.0; };
  return {binned.bin_seconds * static_cast<double>(bins_each),
          sums.size(),
          sample_cv(sums),
          cv(expected_sample_variance(tokens)),
          cv(tokens[0]),
          cv(poisson_variance)};
}

/// Correlation of two columns; 0 where one is constant.
double correlation(std::vector<std::uint32_t> const& a, double mean_a, std::vector<std::uint32_t> const& b, double mean_b) {
  double both = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double const off_a = a[i] - mean_a;
    double const off_b = b[i] - mean_b;
    both += off_a * off_b;
    square_a += off_a * off_a;
    square_b += off_b * off_b;
  }
  return square_a > 0 && square_b > 0 ? both / std::sqrt(square_a * square_b) : 0.0;
}

void require_tabled(Trace const& trace, LengthFit const& fit, char const* what) {
  if (!fit.law_tabled)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: no log-normal law of the {} lengths (median {}, sigma {}) can be tabled well enough, however low its max; "
                            "use the empirical law",
                            trace.name, what, shortest(fit.law.median_tokens), shortest(fit.law.sigma)));
}

/// Moments of one request's tokens under the chosen law.
TokenMoments request_moments(Trace const& trace, FitReport const& report) {
  if (report.options.law == FitOptions::Law::empirical) return pair_moments(trace, pair_rows(trace.requests()));
  require_tabled(trace, report.prompt, "prompt");
  require_tabled(trace, report.completion, "completion");
  TokenMoments const prompt = law_moments(report.prompt.law);
  TokenMoments const completion = law_moments(report.completion.law);
  return {prompt.mean + completion.mean, prompt.variance + completion.variance};
}

double empty_share(std::vector<double> const& counts) {
  double empty = 0;
  for (double const count : counts) empty += count == 0 ? 1 : 0;
  return empty / static_cast<double>(counts.size());
}

/// A number with six digits, as TOML.
std::string number(double value) { return fmt::format("{:.6g}", value); }

std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

/// A comment ends with its line: no control character may stand in it.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

/// Lines of the file, comments aligned.
class TomlWriter {
 public:
  void comment(std::string const& text) { text_ += text.empty() ? "#\n" : "# " + text + "\n"; }
  void plain(std::string const& text) { text_ += text + "\n"; }
  void key(std::string const& name, std::string const& value, std::string const& meaning) {
    text_ += fmt::format("{:<38}  # {}\n", name + " = " + value, meaning);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void write_heading(TomlWriter& out, FitReport const& r, std::string const& trace_name) {
  auto const& t = r.tokens;
  out.comment(fmt::format("Traffic fitted by `fleetcast fit` to {}:", one_line(trace_name)));
  out.comment(fmt::format("{} requests in {:.1f} minutes, counted in {} bins of {} s. In a sweep file: workload.file.", r.requests,
                          r.duration_minutes, r.bins, number(r.options.bin_seconds)));
  out.comment("");
  out.comment(fmt::format("How much the tokens of {} s vary (standard deviation over mean, {} windows):", number(t.window_seconds), t.windows));
  out.comment(fmt::format("  {:.3f}  in the trace", t.trace_cv));
  out.comment(fmt::format("  {:.3f}  in this model, over records as short ({:.3f} in the long run)", t.model_cv, t.model_long_run_cv));
  out.comment(fmt::format("  {:.3f}  with plain Poisson arrivals of the same lengths", t.poisson_cv));
  if (t.model_cv < 0.9 * t.trace_cv)
    out.comment("The rest is in the lengths: their means drift too, often along with the rate, and the model draws them alike all the time.");
  out.comment(fmt::format("Requests in {} s: variance over mean {:.3g} (1 for plain Poisson); {:.1f}% of bins are empty.",
                          number(r.options.bin_seconds), r.dispersion, 100 * r.empty_share));
  out.comment("A record this long may say nothing of days and weeks: daily_amplitude and weekday_factors are left out.");
  out.plain("");
}

std::string drift_note(RateLimits const& limits) {
  if (limits.no_drift) return "; none found: neighbouring bins are no more alike than noise, or bursts, make them";
  if (limits.drift_at_bound) return "; at its largest value: look at the trace before you trust it";
  return "";
}

std::string half_life_note(RateLimits const& limits) {
  if (limits.no_drift) return "; the default, without meaning while there is no drift";
  if (limits.half_life_long) return "; half the record, the longest sought: the true one may be longer, with more drift";
  return "";
}

std::string burst_note(RateLimits const& limits) {
  if (limits.burst_at_zero) return "; none found: drift and Poisson noise explain the variance";
  if (limits.burst_at_bound) return "; at its largest value: look at the trace before you trust it";
  return "";
}

void write_rate(TomlWriter& out, FitReport const& r) {
  auto const bin = number(r.options.bin_seconds);
  out.plain("[workload]");
  out.key("requests_per_minute", number(r.requests_per_minute), fmt::format("1/min; mean of the {} whole bins", r.bins));
  out.key("drift_log_sd", number(r.drift_log_sd),
          "sd of the log of the slow drift; from the counts' autocovariances, the short record's bias taken off" + drift_note(r.limits));
  out.key("drift_half_life_minutes", number(r.drift_half_life_minutes), "min; from how they fall with the lag" + half_life_note(r.limits));
  out.key("burst_cv", number(r.burst_cv), "cv of the rate from bin to bin; the variance left after drift and Poisson noise" + burst_note(r.limits));
  out.key("burst_seconds", bin, "s; the bin of the fit; sweep.tick_seconds must divide it");
}

std::string law_toml(LogNormalLaw const& law) {
  return fmt::format("{{ median = {}, sigma = {}, min = {}, max = {} }}", shortest(law.median_tokens), shortest(law.sigma), law.least_tokens,
                     law.most_tokens);
}

std::string law_meaning(LengthFit const& fit) {
  std::string text = fmt::format("tokens; maximum likelihood, KS distance to the trace {:.3f}", fit.log_normal_ks);
  if (!fit.law_tabled) return text + "; a run would refuse it: no table holds it well enough";
  if (fit.law.most_tokens < std::max(fit.longest, 1U))
    text +=
        fmt::format("; max lowered from {}, where the law's table is too coarse: {:.2g} of the law's requests exceed it", fit.longest, fit.cut_share);
  return text;
}

std::string lengths_line(char const* what, LengthFit const& fit) {
  return fmt::format("{} tokens in the trace: mean {:.1f}, median {:.0f}, p99 {:.0f}, {} to {}", what, fit.mean, fit.median, fit.p99, fit.shortest,
                     fit.longest);
}

void write_lengths(TomlWriter& out, FitReport const& r, std::string const& pairs_file) {
  bool const empirical = r.options.law == FitOptions::Law::empirical;
  out.plain("\n[[workload.class]]");
  out.key("share", "1.0", "of all arrivals");
  out.comment(lengths_line("prompt", r.prompt));
  out.comment(lengths_line("completion", r.completion));
  std::string const off = "# ";
  if (!empirical) out.comment("To draw measured pairs in place of both laws:");
  out.key((empirical ? "" : off) + "pairs", quoted(pairs_file),
          fmt::format("{} measured pairs, correlation {:.2f} kept; KS distance to the trace {:.2g} and {:.2g}", r.pairs, r.correlation,
                      r.prompt.empirical_ks, r.completion.empirical_ks));
  if (empirical) out.comment("To draw independent log-normal lengths in place of the pairs:");
  for (auto const& [name, fit] : {std::pair("prompt", &r.prompt), std::pair("completion", &r.completion)})
    out.key((empirical ? off : "") + name, law_toml(fit->law), law_meaning(*fit));
}

}  // namespace

FitReport fit_trace(Trace const& trace, FitOptions const& options) {
  BinnedTrace const binned = bin_trace(trace, options.bin_seconds);
  double const bin_minutes = options.bin_seconds / 60;
  RateFit const rate = fit_rate(binned.requests, bin_minutes);
  FitReport report;
  report.options = options;
  report.requests = trace.requests();
  report.duration_minutes = trace.duration_seconds() / 60;
  report.bins = binned.bins();
  report.requests_per_minute = rate.model.requests_per_bin / bin_minutes;
  report.drift_log_sd = rate.model.drift_log_sd;
  report.drift_half_life_minutes = rate.model.drift_half_life_bins * bin_minutes;
  report.burst_cv = rate.model.burst_cv;
  report.limits = rate.limits;
  report.dispersion = sample_variance(binned.requests) / rate.model.requests_per_bin;
  report.empty_share = empty_share(binned.requests);
  report.prompt = fit_lengths(trace.prompt_tokens);
  report.completion = fit_lengths(trace.completion_tokens);
  report.correlation = correlation(trace.prompt_tokens, report.prompt.mean, trace.completion_tokens, report.completion.mean);
  report.pairs = pair_rows(trace.requests()).size();
  report.tokens = token_variation(binned, rate.model, request_moments(trace, report));
  return report;
}

std::string workload_toml(FitReport const& report, std::string const& trace_name, std::string const& pairs_file) {
  TomlWriter out;
  write_heading(out, report, trace_name);
  write_rate(out, report);
  write_lengths(out, report, pairs_file);
  return out.take();
}

void write_pairs_csv(std::ostream& out, Trace const& trace) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "prompt_tokens,completion_tokens\n");
  for (std::size_t const row : pair_rows(trace.requests()))
    fmt::format_to(std::back_inserter(text), "{},{}\n", trace.prompt_tokens[row], trace.completion_tokens[row]);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace fleetcast
