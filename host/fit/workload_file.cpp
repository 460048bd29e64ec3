#include "workload_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "host/config/keys.hpp"

namespace fleetcast {

namespace {

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
  explicit TomlWriter(FitReport const& report) : report_(report) {}

  void comment(std::string const& text) { text_ += text.empty() ? "#\n" : "# " + text + "\n"; }
  void plain(std::string const& text) { text_ += text + "\n"; }
  void key(std::string const& name, std::string const& value, std::string const& meaning) {
    text_ += fmt::format("{:<38}  # {}\n", name + " = " + value, meaning);
  }
  /// A key with what is known of its estimate.
  void estimate(std::string const& name, double value, std::string const& parameter, std::string const& meaning) {
    key(name, number(value), meaning + interval(parameter));
  }
  std::string interval(std::string const& parameter) const {
    auto const& all = report_.parameters;
    auto const at = std::find_if(all.begin(), all.end(), [&](Parameter const& p) { return p.key == parameter; });
    if (at == all.end()) return "";
    return fmt::format("; std. error {:.2g}, 95% interval {:.3g} to {:.3g}", at->estimate.std_error, at->estimate.low, at->estimate.high);
  }
  std::string take() { return std::move(text_); }

 private:
  FitReport const& report_;
  std::string text_;
};

void write_heading(TomlWriter& out, FitReport const& r, std::string const& trace_name) {
  out.comment(fmt::format("Traffic fitted by `fleetcast fit` to {}:", one_line(trace_name)));
  out.comment(fmt::format("{:.0f} requests in {:.1f} minutes, in {} whole bins of {} s. In a sweep file: workload.file.", r.requests,
                          r.duration_minutes, r.series.bins(), number(60 * r.series.bin_minutes)));
  auto const* const cv = r.in_sample.find("tokens_per_minute_cv");
  if (cv != nullptr && cv->trace && cv->model_mean) {
    out.comment("");
    out.comment("How much the tokens of a minute vary (standard deviation over mean):");
    out.comment(fmt::format("  {:.3f}  in the trace", *cv->trace));
    out.comment(fmt::format("  {:.3f}  in this model over records as long, on average; nine in ten from {:.3f} to {:.3f}", *cv->model_mean, cv->low,
                            cv->high));
    out.comment(fmt::format("  {:.3f}  with plain Poisson arrivals of the same lengths", r.poisson_tokens_cv));
  }
  bool const tells_days = r.model.structure.daily, tells_weeks = r.model.structure.week != RateStructure::Week::none;
  if (!tells_days && !tells_weeks) out.comment("The record does not tell days or weeks: daily_amplitude and weekday_factors are left out.");
  if (!tells_days && tells_weeks) out.comment("The record does not tell the hours of a day: daily_amplitude is left out.");
  out.plain("");
}

void write_drift(TomlWriter& out, std::vector<DriftScale> const& drift) {
  for (std::size_t j = 0; j < drift.size(); ++j) {
    std::string const path = fmt::format("workload.drift.{}.", j);
    out.plain("\n[[workload.drift]]");
    out.estimate("log_sd", drift[j].log_sd, path + "log_sd", "sd of the log of this scale of the slow drift");
    out.estimate("half_life_minutes", drift[j].half_life_minutes, path + "half_life_minutes", "min");
  }
}

void write_length_drift(TomlWriter& out, char const* name, LengthDrift const& drift) {
  std::string const path = std::string(name) + "_drift_";
  out.estimate(path + "log_sd", drift.log_sd, "workload." + path + "log_sd", fmt::format("sd of the log of the drift of {} lengths", name));
  out.estimate(path + "half_life_minutes", drift.half_life_minutes, "workload." + path + "half_life_minutes", "min");
}

void write_rate(TomlWriter& out, FitReport const& r) {
  auto const& rate = r.model.middle.rate;
  out.plain("[workload]");
  out.estimate("requests_per_minute", rate.requests_per_minute, "workload.requests_per_minute", "1/min; the mean over whole days and weeks");
  if (r.model.structure.daily) {
    out.estimate("daily_amplitude", rate.daily_amplitude, "workload.daily_amplitude", "around the mean, a cosine");
    out.estimate("daily_peak_hour", rate.daily_peak_hour, "workload.daily_peak_hour", "h, by the trace's own clock");
  }
  if (!rate.weekday_factors.empty()) {
    std::vector<std::string> factors;
    for (double const factor : rate.weekday_factors) factors.push_back(number(factor));
    bool const weekend = r.model.structure.week == RateStructure::Week::weekend;
    out.key("weekday_factors", fmt::format("[{}]", fmt::join(factors, ", ")),
            fmt::format("from Monday{}; Sunday's{}", weekend ? ", working days against Saturday and Sunday" : "",
                        out.interval("workload.weekday_factors.6").substr(1)));
  }
  if (rate.drift.size() == 1) {
    out.estimate("drift_log_sd", rate.drift[0].log_sd, "workload.drift_log_sd", "sd of the log of the slow drift");
    out.estimate("drift_half_life_minutes", rate.drift[0].half_life_minutes, "workload.drift_half_life_minutes", "min");
  }
  out.estimate("burst_cv", rate.burst_cv, "workload.burst_cv", "cv of the rate from bin to bin, beyond drift and Poisson noise");
  out.key("burst_seconds", number(60 * r.series.bin_minutes), "s; the bin of the fit; sweep.tick_seconds must divide it");
  if (r.model.structure.silence) {
    out.estimate("silence_share", rate.silence_share, "workload.silence_share", "of all bins, without any traffic");
    out.estimate("silence_seconds", 60 * rate.silence_minutes, "workload.silence_seconds", "s; mean length of a silence");
  }
  auto const& lengths = r.model.middle.lengths;
  if (r.model.prompt_drifts) write_length_drift(out, "prompt", lengths.prompt);
  if (r.model.completion_drifts) write_length_drift(out, "completion", lengths.completion);
  if (r.model.prompt_drifts || r.model.completion_drifts) {
    out.plain("\n[workload.drift_correlation]");
    auto const tie = [&](char const* name, double value) {
      out.estimate(name, value, std::string("workload.drift_correlation.") + name, "of the changes from bin to bin");
    };
    if (r.model.prompt_drifts) tie("rate_prompt", lengths.correlation.rate_prompt);
    if (r.model.completion_drifts) tie("rate_completion", lengths.correlation.rate_completion);
    if (r.model.prompt_drifts && r.model.completion_drifts) tie("prompt_completion", lengths.correlation.prompt_completion);
  }
  if (rate.drift.size() > 1) write_drift(out, rate.drift);
}

std::string law_toml(MixtureLaw const& law) {
  std::string const bounds = fmt::format("min = {}, max = {}", law.least_tokens, law.most_tokens);
  if (law.parts.size() == 1)
    return fmt::format("{{ median = {}, sigma = {}, {} }}", shortest(law.parts[0].median), shortest(law.parts[0].sigma), bounds);
  std::vector<std::string> parts;
  for (auto const& part : law.parts)
    parts.push_back(fmt::format("{{ weight = {}, median = {}, sigma = {} }}", shortest(part.weight), shortest(part.median), shortest(part.sigma)));
  return fmt::format("{{ {}, mixture = [{}] }}", bounds, fmt::join(parts, ", "));
}

std::string margin_meaning(LengthMargin const& margin) {
  std::string text = fmt::format("tokens; maximum likelihood, KS distance to the trace {:.3f}", margin.trace_ks);
  if (!margin.tabled) return text + "; a run would refuse it: no table holds it well enough";
  if (margin.fit.law.most_tokens < std::max(margin.longest, 1U))
    text += fmt::format("; max lowered from {}, where the law's table is too coarse", margin.longest);
  return text;
}

void describe_margin(TomlWriter& out, char const* what, LengthMargin const& m) {
  out.comment(
      fmt::format("{} tokens in the trace: mean {:.1f}, median {:.0f}, p99 {:.0f}, {} to {}", what, m.mean, m.median, m.p99, m.shortest, m.longest));
  if (m.blocks)
    out.comment(fmt::format("  KS distance to 5-minute blocks held out: measured lengths {:.3f}, parametric law {:.3f}", m.blocks->empirical,
                            m.blocks->parametric));
}

void write_laws(TomlWriter& out, TokenLaws const& laws, std::string const& pairs_file) {
  describe_margin(out, "prompt", laws.prompt);
  describe_margin(out, "completion", laws.completion);
  bool const empirical = laws.choice == LawChoice::empirical;
  if (empirical) {
    out.key("pairs", quoted(pairs_file), fmt::format("{} measured pairs, their correlation kept", laws.pairs.size()));
    out.comment("To draw from fitted laws in place of the pairs:");
  }
  std::string const off = empirical ? "# " : "";
  out.key(off + "prompt", law_toml(laws.prompt.fit.law), margin_meaning(laws.prompt));
  out.key(off + "completion", law_toml(laws.completion.fit.law), margin_meaning(laws.completion));
  out.key(off + "rank_correlation", number(std::clamp(laws.rank_correlation.value, -0.99, 0.99)),
          fmt::format("Spearman's rho; std. error {:.2g}", laws.rank_correlation.std_error));
}

void write_class(TomlWriter& out, FitReport const& r, std::string const& pairs_file) {
  if (!r.laws && !r.summed) {
    out.comment("The trace tells nothing of lengths: those of the defaults are drawn.");
    return;
  }
  out.plain("\n[[workload.class]]");
  out.key("share", "1.0", "of all arrivals");
  if (r.laws) {
    write_laws(out, *r.laws, pairs_file);
  } else {
    std::string const meaning = "tokens; mean and variance as the sums of bins tell them: the trace has no single lengths";
    out.key("prompt", law_toml(r.summed->prompt), meaning);
    out.key("completion", law_toml(r.summed->completion), meaning);
  }
}

}  // namespace

std::string workload_toml(FitReport const& report, std::string const& trace_name, std::string const& pairs_file) {
  TomlWriter out(report);
  write_heading(out, report, trace_name);
  write_rate(out, report);
  write_class(out, report, pairs_file);
  return out.take();
}

void write_pairs_csv(std::ostream& out, TokenLaws const& laws) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "prompt_tokens,completion_tokens\n");
  for (auto const& [prompt, completion] : laws.pairs) fmt::format_to(std::back_inserter(text), "{},{}\n", prompt, completion);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace fleetcast
