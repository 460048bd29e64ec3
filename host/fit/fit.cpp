#include "fit.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t most_bins = std::size_t{1} << 20;

/// Hours from a Monday's midnight to the middle of the first whole bin. A clock without dates is taken to start on one, as the model's
/// ledger does.
double first_hour(TraceSummary const& trace) {
  constexpr double monday = 4 * 86400;  // 5 January 1970
  double const into = (static_cast<double>(trace.whole_begin) + 0.5) * trace.bin_seconds;
  double const start =
      trace.start_unix_seconds ? static_cast<double>(*trace.start_unix_seconds) - monday : static_cast<double>(trace.first_bin) * trace.bin_seconds;
  double const hours = std::fmod((start + into) / 3600, 168);
  return hours < 0 ? hours + 168 : hours;
}

BinSeries series_of(TraceSummary const& trace) {
  auto const range = [&](auto const& all) {
    if (all.empty()) return std::vector<double>{};
    auto const begin = all.begin();
    return std::vector<double>(begin + static_cast<std::ptrdiff_t>(trace.whole_begin), begin + static_cast<std::ptrdiff_t>(trace.whole_end));
  };
  return {trace.bin_seconds / 60,
          {first_hour(trace), trace.bin_seconds / 3600},
          range(trace.requests),
          range(trace.prompt_tokens),
          range(trace.completion_tokens)};
}

void check_length(TraceSummary const& trace, BinSeries const& series) {
  if (series.bins() < fewest_bins)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: {} whole bins of {} s (drift can't be told from noise in fewer than {}); give a longer record or a "
                            "smaller --bin-seconds",
                            trace.name, series.bins(), trace.bin_seconds, fewest_bins));
  if (trace.bin_seconds > 86400)
    throw Error(ExitCode::bad_data,
                fmt::format("{}: has a row every {:.6g} days (what happens within a day can't be told from that); give a finer record", trace.name,
                            trace.bin_seconds / 86400));
  if (series.bins() > most_bins)
    throw Error(ExitCode::bad_data, fmt::format("{}: {} bins of {} s (a fit takes {} at most); give a larger --bin-seconds", trace.name,
                                                series.bins(), trace.bin_seconds, most_bins));
  if (!(std::accumulate(series.requests.begin(), series.requests.end(), 0.0) > 0))
    throw Error(ExitCode::bad_data, fmt::format("{}: no requests in its whole bins (there is no rate to fit); give another record", trace.name));
}

/// The sampled requests of bins first … last − 1 of the trace.
std::vector<LengthPair> sampled_pairs(TraceSummary const& trace, std::size_t first, std::size_t last) {
  std::vector<LengthPair> pairs;
  for (auto const& request : trace.sample)
    if (request.bin >= first && request.bin < last)
      pairs.push_back({static_cast<double>(request.prompt_tokens), static_cast<double>(request.completion_tokens)});
  return pairs;
}

/// Variation of lengths within bins: what drift of their mean adds is left out.
LengthNoise noise_within_bins(TraceSummary const& trace, std::size_t first, std::size_t last) {
  struct Sums {
    double n = 0, p = 0, d = 0, pp = 0, dd = 0, pd = 0;
  };
  std::vector<Sums> bins(last - first);
  for (auto const& request : trace.sample) {
    if (request.bin < first || request.bin >= last) continue;
    auto& sums = bins[request.bin - first];
    double const p = request.prompt_tokens, d = request.completion_tokens;
    sums.n += 1;
    sums.p += p;
    sums.d += d;
    sums.pp += p * p;
    sums.dd += d * d;
    sums.pd += p * d;
  }
  Sums within, means;
  double freedom = 0;
  for (auto const& sums : bins) {
    if (sums.n < 2) continue;
    double const p = sums.p / sums.n, d = sums.d / sums.n;
    freedom += sums.n - 1;
    within.pp += sums.pp - sums.n * p * p;
    within.dd += sums.dd - sums.n * d * d;
    within.pd += sums.pd - sums.n * p * d;
    means.pp += (sums.n - 1) * p * p;
    means.dd += (sums.n - 1) * d * d;
    means.pd += (sums.n - 1) * p * d;
  }
  if (freedom < 1 || !(means.pp > 0 && means.dd > 0)) return {};
  return {std::max(within.pp / means.pp, 1e-6), std::max(within.dd / means.dd, 1e-6), within.pd / means.pd};
}

LengthNoise noise_of_sums(BinSeries const& series) {
  return {variation_from_sums(series, series.prompt_tokens), variation_from_sums(series, series.completion_tokens), 0};
}

/// Plain Poisson arrivals: every request adds its own tokens, none knows of another.
double poisson_tokens_cv(double requests_per_window, RequestLengths const& lengths) {
  return std::sqrt((1 + lengths.total_variation()) / requests_per_window);
}

/// Parameters of a parametric law. What drift leaves uncertain of the mean length is uncertain of every median.
void add_law(std::vector<Parameter>& out, std::string const& path, MixtureFit const& fit, double log_mean_error) {
  bool const mixture = fit.law.parts.size() > 1;
  for (std::size_t j = 0; j < fit.law.parts.size(); ++j) {
    auto const& part = fit.law.parts[j];
    auto const& error = fit.errors[j];
    std::string const at = mixture ? fmt::format("{}.mixture.{}", path, j) : path;
    auto const positive = [](double value, double std_error) {
      return Uncertain{value, std_error, std::max(value - 1.959964 * std_error, 0.0), value + 1.959964 * std_error};
    };
    if (mixture) {
      Uncertain weight = positive(part.weight, error.weight);
      weight.high = std::min(weight.high, 1.0);
      out.push_back({at + ".weight", "", weight});
    }
    double const of_log = std::hypot(error.log_median, log_mean_error);
    out.push_back({at + ".median",
                   "tokens",
                   {part.median, part.median * of_log, part.median * std::exp(-1.959964 * of_log), part.median * std::exp(1.959964 * of_log)}});
    out.push_back({at + ".sigma", "", positive(part.sigma, error.sigma)});
  }
}

double log_mean_error(ModelFit const& model, bool drifts, LengthDrift LengthDynamics::*which) {
  if (!drifts) return 0;
  std::vector<double> values;
  for (auto const& draw : model.draws) values.push_back((draw.lengths.*which).log_mean_tokens);
  return uncertain_from(std::move(values)).std_error;
}

/// Fits lengths of the whole record and gives what simulations draw.
RequestLengths fit_lengths(TraceSummary const& trace, LengthNoise const& noise, FitReport& report) {
  auto const& series = report.series;
  if (!series.has_tokens()) return RequestLengths({});
  auto const& middle = report.model.middle.lengths;
  if (trace.sample.empty()) {
    report.summed = SummedLengths{law_of_moments(std::exp(middle.prompt.log_mean_tokens), noise.prompt_variation),
                                  law_of_moments(std::exp(middle.completion.log_mean_tokens), noise.completion_variation)};
    return RequestLengths(drawn_pairs(report.summed->prompt, report.summed->completion, 0));
  }
  // requests outside the whole bins have no factor of their own: they take the nearest one
  auto const factors = [&](bool drifts, std::vector<double> const& tokens, LengthDrift const& drift, double variation) {
    if (!drifts) return LogFactors{};
    LogFactors const inner = smoothed_log_factors(series, tokens, drift, variation);
    LogFactors all{{}, {}, inner.log_sd};
    for (std::size_t bin = 0; bin < trace.requests.size(); ++bin) {
      std::size_t const at = std::clamp(bin, trace.whole_begin, trace.whole_end - 1) - trace.whole_begin;
      all.mean.push_back(inner.mean[at]);
      all.variance.push_back(inner.variance[at]);
    }
    return all;
  };
  report.laws = fit_token_laws(trace, factors(report.model.prompt_drifts, series.prompt_tokens, middle.prompt, noise.prompt_variation),
                               factors(report.model.completion_drifts, series.completion_tokens, middle.completion, noise.completion_variation),
                               report.options.law);
  auto const& laws = *report.laws;
  if (laws.choice == LawChoice::parametric) {
    add_law(report.parameters, "workload.class.0.prompt", laws.prompt.fit,
            log_mean_error(report.model, report.model.prompt_drifts, &LengthDynamics::prompt));
    add_law(report.parameters, "workload.class.0.completion", laws.completion.fit,
            log_mean_error(report.model, report.model.completion_drifts, &LengthDynamics::completion));
    report.parameters.push_back({"workload.class.0.rank_correlation", "", laws.rank_correlation});
  }
  return RequestLengths(drawn_pairs(laws));
}

/// Fits the first part and judges the rest.
void judge_rest(TraceSummary const& trace, FitReport& report) {
  auto const& series = report.series;
  report.first_bins = static_cast<std::size_t>(std::floor(report.options.first_part * static_cast<double>(series.bins())));
  if (report.first_bins < fewest_bins || series.bins() - report.first_bins < fewest_bins) return;
  BinSeries const first = series.part(0, report.first_bins), rest = series.part(report.first_bins, series.bins() - report.first_bins);
  std::size_t const begin = trace.whole_begin, end = begin + report.first_bins;
  bool const sampled = !trace.sample.empty();
  LengthNoise const noise = !series.has_tokens() ? LengthNoise{} : sampled ? noise_within_bins(trace, begin, end) : noise_of_sums(first);
  ModelFit const model = fit_model(first, noise, report.options.seed);
  auto const& middle = model.middle.lengths;
  auto const summed = [&] {
    return drawn_pairs(law_of_moments(std::exp(middle.prompt.log_mean_tokens), noise.prompt_variation),
                       law_of_moments(std::exp(middle.completion.log_mean_tokens), noise.completion_variation), 0);
  };
  RequestLengths const lengths(!series.has_tokens() ? std::vector<LengthPair>{} : sampled ? sampled_pairs(trace, begin, end) : summed());
  report.verdict = judge(rest, first, model.draws, lengths, RecordStart::continued, report.options.work, report.options.seed + 2);
}

}  // namespace

FitReport fit_trace(TraceSummary const& trace, FitOptions const& options) {
  FitReport report;
  report.options = options;
  report.series = series_of(trace);
  check_length(trace, report.series);
  auto const& series = report.series;
  report.requests = std::accumulate(trace.requests.begin(), trace.requests.end(), 0.0);
  report.duration_minutes = trace.duration_seconds / 60;
  LengthNoise const noise = !series.has_tokens()   ? LengthNoise{}
                            : trace.sample.empty() ? noise_of_sums(series)
                                                   : noise_within_bins(trace, trace.whole_begin, trace.whole_end);
  report.model = fit_model(series, noise, options.seed);
  report.parameters = report.model.parameters;
  RequestLengths const lengths = fit_lengths(trace, noise, report);
  report.in_sample = judge(series, series, report.model.draws, lengths, RecordStart::stationary, options.work, options.seed + 1);
  if (series.has_tokens())
    report.poisson_tokens_cv = poisson_tokens_cv(report.model.middle.rate.requests_per_minute * window_minutes(series.bin_minutes), lengths);
  judge_rest(trace, report);
  return report;
}

}  // namespace fleetcast
