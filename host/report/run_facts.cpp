#include "run_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "host/config/error.hpp"
#include "host/io/utc_time.hpp"

namespace fleetcast {

namespace {

using Json = nlohmann::ordered_json;

constexpr char const* filetype = "fleetcast status";
constexpr int format_version = 1;

// The fields of each kind of facts, each told once: `field(key, member)` writes or reads it.

template <class Field>
void each_field(CheckpointFacts& f, Field const& field) {
  field("written", f.written);
  field("generation", f.generation);
  field("done", f.done);
  field("bytes", f.bytes);
  field("seconds", f.seconds);
}

template <class Field>
void each_field(BestSetting& f, Field const& field) {
  field("conditions", f.conditions);
  field("setting", f.setting);
  field("settings", f.settings);
  field("cost_usd", f.cost_usd);
  field("cost_low_usd", f.cost_low_usd);
  field("cost_high_usd", f.cost_high_usd);
  field("period", f.period);
}

template <class Field>
void each_field(RunFacts& f, Field const& field) {
  field("state", f.phase);
  field("sweep", f.sweep);
  field("plan_hash", f.plan_hash);
  field("output", f.output);
  field("backend", f.backend);
  field("device", f.device);
  field("host", f.process.host);
  field("pid", f.process.pid);
  field("pid_start_ticks", f.process.start_ticks);
  field("started", f.started);
  field("updated", f.updated);
  field("done", f.done);
  field("total", f.total);
  field("elapsed_seconds", f.elapsed_seconds);
  field("earlier_seconds", f.earlier_seconds);
  field("eta_seconds", f.eta_seconds);
  field("realizations_per_second", f.realizations_per_second);
  field("requests_per_second", f.requests_per_second);
  field("steps_per_second", f.steps_per_second);
  field("requests", f.requests);
  field("steps", f.steps);
  field("looks_taken", f.looks_taken);
  field("looks_planned", f.looks_planned);
  field("best", f.best);
  field("checkpoint", f.checkpoint);
  field("checkpoints", f.checkpoints);
  field("checkpoint_seconds", f.checkpoint_seconds);
  field("warnings", f.warnings);
  field("faults", f.faults);
  field("audited_realizations", f.audited_realizations);
  field("exit_code", f.exit_code);
  field("message", f.message);
  field("digest", f.digest);
}

constexpr std::array phases{std::pair{RunPhase::running, "running"}, std::pair{RunPhase::finished, "finished"},
                            std::pair{RunPhase::stopped, "stopped"}, std::pair{RunPhase::failed, "failed"}};

struct Writer {
  Json& out;

  template <class T>
  void operator()(char const* key, T const& value) const {
    out[key] = value;
  }
  void operator()(char const* key, RunFacts::Time const& time) const { out[key] = utc_text(time); }
  void operator()(char const* key, RunPhase const& phase) const { out[key] = phase_name(phase); }
  template <class T>
  void operator()(char const* key, std::optional<T> const& value) const {
    if (value)
      (*this)(key, *value);
    else
      out[key] = nullptr;
  }
  void operator()(char const* key, CheckpointFacts const& facts) const { out[key] = object(facts); }
  void operator()(char const* key, std::vector<BestSetting> const& settings) const {
    Json& list = out[key] = Json::array();
    for (BestSetting const& one : settings) list.push_back(object(one));
  }

  template <class Facts>
  static Json object(Facts facts) {
    Json json;
    each_field(facts, Writer{json});
    return json;
  }
};

/// Throws nlohmann's exceptions, or runtime_error, where a field is missing or no such thing.
struct Reader {
  Json const& in;

  template <class T>
  void operator()(char const* key, T& value) const {
    in.at(key).get_to(value);
  }
  void operator()(char const* key, RunFacts::Time& time) const {
    auto const parsed = parse_utc(in.at(key).get_ref<std::string const&>());
    if (!parsed) throw std::runtime_error(fmt::format("{} is no time", key));
    time = *parsed;
  }
  void operator()(char const* key, RunPhase& phase) const {
    auto const& name = in.at(key).get_ref<std::string const&>();
    auto const found = std::find_if(phases.begin(), phases.end(), [&](auto const& p) { return p.second == name; });
    if (found == phases.end()) throw std::runtime_error(fmt::format("there is no {} {}", key, name));
    phase = found->first;
  }
  template <class T>
  void operator()(char const* key, std::optional<T>& value) const {
    if (!in.at(key).is_null()) (*this)(key, value.emplace());
  }
  void operator()(char const* key, CheckpointFacts& facts) const { each_field(facts, Reader{in.at(key)}); }
  void operator()(char const* key, std::vector<BestSetting>& settings) const {
    for (Json const& one : in.at(key)) each_field(settings.emplace_back(), Reader{one});
  }
};

}  // namespace

char const* phase_name(RunPhase phase) {
  return std::find_if(phases.begin(), phases.end(), [&](auto const& p) { return p.first == phase; })->second;
}

Json status_json(RunFacts const& facts) {
  Json out{{"filetype", filetype}, {"format_version", format_version}};
  out.update(Writer::object(facts));
  out["share"] = facts.share();
  return out;
}

RunFacts parse_status(std::string const& text, std::string const& place) {
  RunFacts facts;
  try {
    Json const in = Json::parse(text, nullptr, false);
    if (in.is_discarded()) throw std::runtime_error("it is no JSON");
    if (!in.is_object() || in.value("filetype", "") != filetype) throw std::runtime_error("it does not say that it is one");
    if (int const version = in.at("format_version").get<int>(); version > format_version)
      throw Error(ExitCode::bad_data, fmt::format("{}: written by a newer fleetcast (status format {}, this one reads up to {}); take that one",
                                                  place, version, format_version));
    each_field(facts, Reader{in});
    if (facts.process.pid <= 0) throw std::runtime_error("pid must be positive");
  } catch (Error const&) {
    throw;
  } catch (std::exception const& problem) {  // nlohmann's, and those from above
    throw Error(ExitCode::bad_data, fmt::format("{}: is no status of a run ({}); name a file that run --status writes", place, problem.what()));
  }
  return facts;
}

}  // namespace fleetcast
