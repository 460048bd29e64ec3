#include "fit_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "fit_tables.hpp"
#include "host/commands/options/input_guard.hpp"
#include "host/config/error.hpp"
#include "host/io/atomic_file.hpp"
#include "host/report/text_table.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(std::optional<T> const& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json row_json(VerdictRow const& row) {
  Json out{{"trace", or_null(row.trace)}, {"model_mean", or_null(row.model_mean)}, {"band90", nullptr}, {"inside", nullptr}};
  if (row.model_mean) out["band90"] = {row.low, row.high};
  if (row.model_mean && row.trace) out["inside"] = row.inside;
  return out;
}

Json verdict_json(Verdict const& verdict) {
  Json out = Json::object();
  for (auto const& row : verdict.rows) out[row.name] = row.trace ? row_json(row) : Json(nullptr);
  return out;
}

Json law_json(MixtureLaw const& law) {
  Json parts = Json::array();
  for (auto const& part : law.parts) parts.push_back({{"weight", part.weight}, {"median", part.median}, {"sigma", part.sigma}});
  return {{"min", law.least_tokens}, {"max", law.most_tokens}, {"mixture", parts}};
}

Json distance_json(std::optional<HeldOutDistance> const& distance) {
  if (!distance) return nullptr;
  return {{"empirical", distance->empirical}, {"parametric", distance->parametric}};
}

Json margin_json(LengthMargin const& m) {
  return {{"mean", m.mean},
          {"median", m.median},
          {"p99", m.p99},
          {"shortest", m.shortest},
          {"longest", m.longest},
          {"law", law_json(m.fit.law)},
          {"trace_ks", m.trace_ks},
          {"tabled", m.tabled},
          {"held_out_blocks_ks", distance_json(m.blocks)},
          {"held_out_half_ks", distance_json(m.halves)}};
}

Json parameters_json(std::vector<Parameter> const& parameters) {
  Json out = Json::object();
  for (auto const& p : parameters)
    out[p.key] = {
        {"value", p.estimate.value}, {"unit", p.unit}, {"std_error", p.estimate.std_error}, {"low", p.estimate.low}, {"high", p.estimate.high}};
  return out;
}

std::string parameters_text(std::vector<Parameter> const& parameters) {
  TextTable table({"parameter", "estimate", "std. error", "95% low", "95% high"});
  auto const number = [](double x) { return fmt::format("{:.4g}", x); };
  for (auto const& p : parameters)
    table.add({p.key, number(p.estimate.value), fmt::format("{:.2g}", p.estimate.std_error), number(p.estimate.low), number(p.estimate.high)});
  return table.render();
}

/// The rows a person looks at first; --json has all.
bool shown(std::string const& name) {
  for (char const* const end : {"_cv", "_dispersion_1min", "_dispersion_5min", "_dispersion_15min", "_lag1"})
    if (name.ends_with(end)) return name.starts_with("requests") || name.starts_with("tokens") || name.ends_with("_cv");
  return name == "empty_minutes_share" || name == "tokens_per_minute_q50" || name == "tokens_per_minute_q95";
}

std::string verdict_text(Verdict const& verdict) {
  TextTable table({"statistic", "trace", "model", "90% from", "to", "inside"});
  auto const number = [](double x) { return fmt::format("{:.4g}", x); };
  for (auto const& row : verdict.rows)
    if (shown(row.name) && row.trace && row.model_mean)
      table.add({row.name, number(*row.trace), number(*row.model_mean), number(row.low), number(row.high), row.inside ? "yes" : "NO"});
  return table.render();
}

std::string margin_text(char const* what, LengthMargin const& m) {
  std::string text = fmt::format("  {:<18} mean {:.0f}, median {:.0f}, p99 {:.0f}", what, m.mean, m.median, m.p99);
  if (m.blocks) text += fmt::format("; KS on held-out blocks: measured {:.3f}, law {:.3f}", m.blocks->empirical, m.blocks->parametric);
  if (m.halves) text += fmt::format("; first half to second: {:.3f}, {:.3f}", m.halves->empirical, m.halves->parametric);
  return text + "\n";
}

}  // namespace

FitOutput::FitOutput(FitReport const& report, std::string trace, std::string workload)
    : report_(report), trace_(std::move(trace)), workload_(std::move(workload)) {}

std::string FitOutput::text() const {
  auto const& r = report_;
  std::string out = fmt::format("{}: {} requests in {}, {} whole bins of {:.0f} s\n\n{}\n", trace_, grouped(r.requests),
                                duration(60 * r.duration_minutes), r.series.bins(), 60 * r.series.bin_minutes, parameters_text(r.parameters));
  if (r.laws) {
    bool const empirical = r.laws->choice == LawChoice::empirical;
    out +=
        fmt::format("lengths: {}, rank correlation {:.3f}\n", empirical ? "measured pairs" : "log-normal mixtures", r.laws->rank_correlation.value);
    out += margin_text("prompt tokens", r.laws->prompt) + margin_text("completion tokens", r.laws->completion) + "\n";
  }
  if (auto const* const cv = r.in_sample.find("tokens_per_minute_cv"); cv != nullptr && cv->trace && cv->model_mean)
    out += fmt::format("cv of tokens per minute, fitted on all: trace {:.3f}, model {:.3f} ({:.3f} to {:.3f}), plain Poisson {:.3f}\n\n", *cv->trace,
                       *cv->model_mean, cv->low, cv->high, r.poisson_tokens_cv);
  if (r.verdict)
    out += fmt::format("fitted on the first {}, judged on the other {}:\n{}\n", duration(60 * (r.series.minutes() - r.verdict->judged_minutes)),
                       duration(60 * r.verdict->judged_minutes), verdict_text(*r.verdict));
  else
    out += "no verdict: the record is too short to be fitted on one part and judged on the rest\n";
  return out + fmt::format("  {}\n", workload_);
}

nlohmann::ordered_json FitOutput::json() const {
  auto const& r = report_;
  Json out{{"version", version::number},
           {"trace", trace_},
           {"workload", workload_},
           {"requests", r.requests},
           {"duration_minutes", r.duration_minutes},
           {"bins", r.series.bins()},
           {"bin_seconds", 60 * r.series.bin_minutes},
           {"parameters", parameters_json(r.parameters)}};
  if (r.laws)
    out["lengths"] = {{"law", r.laws->choice == LawChoice::empirical ? "empirical" : "parametric"},
                      {"rank_correlation", r.laws->rank_correlation.value},
                      {"prompt", margin_json(r.laws->prompt)},
                      {"completion", margin_json(r.laws->completion)}};
  if (r.summed) out["lengths"] = {{"law", "moments"}, {"prompt", law_json(r.summed->prompt)}, {"completion", law_json(r.summed->completion)}};
  out["in_sample"] = verdict_json(r.in_sample);
  if (auto const* const cv = r.in_sample.find("tokens_per_minute_cv")) {
    out["tokens_per_minute_cv"] = row_json(*cv);
    out["tokens_per_minute_cv"]["poisson"] = r.poisson_tokens_cv;
  }
  out["fitted_minutes"] = static_cast<double>(r.first_bins) * r.series.bin_minutes;
  out["judged_minutes"] = r.verdict ? Json(r.verdict->judged_minutes) : Json(nullptr);
  out["verdict"] = r.verdict ? verdict_json(*r.verdict) : Json(nullptr);
  return out;
}

void FitOutput::refuse_inputs(std::string const& folder, std::string const& trace) {
  std::vector<std::string> names(table_names.begin(), table_names.end());
  names.emplace_back("fit.json");
  for (auto const& name : names) refuse_input_as_output(trace, (std::filesystem::path(folder) / name).string(), "--report");
}

void FitOutput::write_folder(std::string const& folder) const {
  std::error_code problem;
  std::filesystem::path const base(folder);
  write_text_file((base / "fit.json").string(), json().dump(2) + "\n");
  auto const tables = fit_tables(report_);
  for (auto const& [name, text] : tables) write_text_file((base / name).string(), text);
  // a table that this report lacks would be an earlier one's
  for (auto const* name : table_names)
    if (std::none_of(tables.begin(), tables.end(), [&](auto const& table) { return table.first == name; }))
      std::filesystem::remove(base / name, problem);
}

}  // namespace fleetcast
