#include "fit_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace fleetcast {

namespace {

constexpr std::size_t records_drawn = 200;

/// 5%, 50% and 95% of equally likely values.
std::array<double, 3> band(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  auto const at = [&](double share) { return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))]; };
  return {at(0.05), at(0.5), at(0.95)};
}

/// Autocorrelation of counts at lags 1 … most.
std::vector<double> autocorrelation(std::vector<double> const& values, std::size_t most) {
  double mean = 0, variance = 0;
  auto const n = static_cast<double>(values.size());
  for (double const value : values) mean += value / n;
  for (double const value : values) variance += (value - mean) * (value - mean);
  std::vector<double> out(most);
  for (std::size_t lag = 1; lag <= most; ++lag) {
    for (std::size_t i = lag; i < values.size(); ++i) out[lag - 1] += (values[i] - mean) * (values[i - lag] - mean);
    if (variance > 0) out[lag - 1] /= variance;
  }
  return out;
}

class ReportTables {
 public:
  explicit ReportTables(FitReport const& report) : report_(report), lengths_(drawn(report)) {
    FitRandom random(report.options.seed + 3);
    auto const& draws = report.model.draws;
    for (std::size_t i = 0; i < records_drawn; ++i)
      records_.push_back(simulate_record(draws[i * draws.size() / records_drawn], lengths_, nullptr, report.series.clock, report.series.bin_minutes,
                                         report.series.bins(), random));
  }

  /// The record bin by bin, one record of the model beside it, and the band of many in the same bin.
  std::string minutes() const {
    auto const& series = report_.series;
    auto const& model = records_.front();
    bool const has_tokens = series.has_tokens();
    fmt::memory_buffer out;
    put(out,
        "minute,requests,prompt_tokens,completion_tokens,model_requests,model_prompt_tokens,model_completion_tokens,model_requests_low,"
        "model_requests_median,model_requests_high,model_tokens_low,model_tokens_median,model_tokens_high\n");
    std::vector<double> requests(records_.size()), tokens(records_.size());
    for (std::size_t bin = 0; bin < series.bins(); ++bin) {
      for (std::size_t i = 0; i < records_.size(); ++i) {
        requests[i] = records_[i].requests[bin];
        tokens[i] = records_[i].prompt_tokens[bin] + records_[i].completion_tokens[bin];
      }
      auto const of_requests = band(requests), of_tokens = band(tokens);
      put(out, "{:.6g},{:.9g},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f}\n",
          static_cast<double>(bin) * series.bin_minutes, series.requests[bin], has_tokens ? series.prompt_tokens[bin] : 0.0,
          has_tokens ? series.completion_tokens[bin] : 0.0, model.requests[bin], model.prompt_tokens[bin], model.completion_tokens[bin],
          of_requests[0], of_requests[1], of_requests[2], of_tokens[0], of_tokens[1], of_tokens[2]);
    }
    return fmt::to_string(out);
  }

  /// Autocorrelation of counts by lag and index of dispersion by window, with the model's bands.
  std::string structure() const {
    auto const& series = report_.series;
    fmt::memory_buffer out;
    put(out, "quantity,minutes,trace,model_low,model_median,model_high\n");
    std::size_t const most_lags = std::min<std::size_t>(series.bins() / 4, 120);
    auto const trace = autocorrelation(series.requests, most_lags);
    std::vector<std::vector<double>> model;
    for (auto const& record : records_) model.push_back(autocorrelation(record.requests, most_lags));
    for (std::size_t lag = 0; lag < most_lags; ++lag) {
      std::vector<double> here;
      for (auto const& values : model) here.push_back(values[lag]);
      put_band(out, "autocorrelation", static_cast<double>(lag + 1) * series.bin_minutes, trace[lag], here);
    }
    for (std::size_t size = 1; series.bins() / size >= fewest_windows; size = size < 4 ? size + 1 : size * 5 / 4) {
      auto const of_trace = dispersion(series.requests, size);
      std::vector<double> here;
      for (auto const& record : records_)
        if (auto const value = dispersion(record.requests, size)) here.push_back(*value);
      if (of_trace && !here.empty()) put_band(out, "dispersion", static_cast<double>(size) * series.bin_minutes, *of_trace, here);
    }
    return fmt::to_string(out);
  }

  /// Distribution functions of the trace's lengths and of the laws with their drift.
  std::string length_laws() const {
    fmt::memory_buffer out;
    put(out, "kind,tokens,trace,law\n");
    put_distribution(out, "prompt", 0, spread_by_drift(report_.laws->prompt.fit.law, report_.model.middle.lengths.prompt.log_sd));
    put_distribution(out, "completion", 1, spread_by_drift(report_.laws->completion.fit.law, report_.model.middle.lengths.completion.log_sd));
    return fmt::to_string(out);
  }

 private:
  template <class... Values>
  static void put(fmt::memory_buffer& out, fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
  }
  static void put_band(fmt::memory_buffer& out, char const* quantity, double minutes, double trace, std::vector<double>& model) {
    auto const [low, middle, high] = band(model);
    put(out, "{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", quantity, minutes, trace, low, middle, high);
  }
  void put_distribution(fmt::memory_buffer& out, char const* kind, std::size_t column, MixtureLaw const& law) const {
    std::vector<std::uint32_t> lengths;
    for (auto const& pair : report_.laws->pairs) lengths.push_back(pair[column]);
    std::sort(lengths.begin(), lengths.end());
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      std::uint32_t const k = lengths[(i + 1) * lengths.size() / 400 - 1];
      if (i > 0 && k == before) continue;
      before = k;
      auto const upto =
          static_cast<double>(std::upper_bound(lengths.begin(), lengths.end(), k) - lengths.begin()) / static_cast<double>(lengths.size());
      put(out, "{},{},{:.6g},{:.6g}\n", kind, k, upto, distribution(law, k));
    }
  }
  static RequestLengths drawn(FitReport const& report) {
    if (report.laws) return RequestLengths(drawn_pairs(*report.laws));
    if (report.summed) return RequestLengths(drawn_pairs(report.summed->prompt, report.summed->completion, 0));
    return RequestLengths({});
  }

  FitReport const& report_;
  RequestLengths lengths_;
  std::vector<BinSeries> records_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> fit_tables(FitReport const& report) {
  ReportTables const tables(report);
  std::vector<std::pair<std::string, std::string>> out{{"fit-minutes.csv", tables.minutes()}, {"fit-structure.csv", tables.structure()}};
  if (report.laws && report.laws->pairs.size() >= 400) out.emplace_back("fit-lengths.csv", tables.length_laws());
  return out;
}

}  // namespace fleetcast
