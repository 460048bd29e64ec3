#include "policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/io/csv.hpp"

namespace fleetcast {

namespace {

/// Ticks of a window whose 65536ths of utilization (up to 64 each) still add up within 32 bits.
constexpr std::uint32_t longest_utilization_window = 1023;

std::vector<std::pair<double, double>> read_curve(std::string const& path) {
  CsvReader csv(path);
  int const utilization = csv.column({"utilization"});
  int const latency = csv.column({"latency_ms"});
  if (utilization < 0 || latency < 0) throw Error(ExitCode::bad_data, path + ":1: a latency curve needs the columns utilization and latency_ms");
  std::vector<std::pair<double, double>> knots;
  while (csv.next()) {
    double const u = csv.number(utilization);
    double const ms = csv.number(latency);
    if (u < 0 || u > 1) csv.fail(utilization, "must lie in 0 to 1");
    if (ms < 0) csv.fail(latency, "must not be negative");
    if (!knots.empty() && u <= knots.back().first) csv.fail(utilization, "must rise from row to row");
    if (!knots.empty() && ms < knots.back().second) csv.fail(latency, "must not fall: more load is never faster");
    knots.emplace_back(u, ms);
  }
  if (knots.size() < 2) throw Error(ExitCode::bad_data, path + ": a latency curve needs at least two rows");
  return knots;
}

std::string contradiction(SweepConfig const& c, std::uint32_t window_ticks) {
  auto const& a = c.autoscaler;
  if (a.min_replicas > a.max_replicas)
    return fmt::format("min_replicas {} exceeds max_replicas {}", shortest(a.min_replicas), shortest(a.max_replicas));
  if (a.scale_down_at >= a.scale_up_at)
    return fmt::format("scale_down_at {} is not below scale_up_at {}", shortest(a.scale_down_at), shortest(a.scale_up_at));
  if (a.initial_replicas >= 0 && (a.initial_replicas < a.min_replicas || a.initial_replicas > a.max_replicas))
    return fmt::format("initial_replicas {} lies outside {} to {}", shortest(a.initial_replicas), shortest(a.min_replicas), shortest(a.max_replicas));
  if (a.signal == "utilization" && window_ticks > longest_utilization_window)
    return fmt::format("window_minutes of {} ticks is too long for signal utilization (at most {})", window_ticks, longest_utilization_window);
  if (c.service.ttft.curve == "none") return "service.ttft has no curve";
  if (c.sla.tpot_ms > 0 && c.service.tpot.curve == "none") return "sla.tpot_ms is set but service.tpot has no curve";
  return {};
}

}  // namespace

std::uint32_t PolicyBuilder::ticks(double seconds) const {
  // durations round up; a relative 1e-12 forgives decimal fractions of a minute
  return static_cast<std::uint32_t>(std::ceil(seconds / tick_seconds_ * (1.0 - 1e-12)));
}

LatencyCurve PolicyBuilder::curve(CurveConfig const& config, char const* name) {
  LatencyCurve curve;
  if (config.curve == "linear") curve.kind = LatencyCurve::Kind::linear;
  if (config.curve == "erlang_c") curve.kind = LatencyCurve::Kind::erlang_c;
  if (config.curve == "measured") {
    curve.kind = LatencyCurve::Kind::measured;
    if (config.file.empty())
      throw Error(ExitCode::bad_config, fmt::format("{0}.curve = \"measured\" needs a table of latencies; name it in {0}.file", name));
    if (!measured_.contains(config.file)) measured_[config.file] = read_curve(config.file);
    curve.knots = measured_[config.file];
  }
  curve.base_ms = config.base_ms;
  curve.slope_ms = config.slope_ms;
  curve.slots = static_cast<int>(config.slots);
  curve.service_ms = config.service_ms;
  curve.longest_wait_ms = 500.0 * tick_seconds_;
  return curve;
}

LoadLimits PolicyBuilder::sla_limits(SweepConfig const& c, LatencyCurve const& ttft, LatencyCurve const& tpot) {
  Backlog const backlog = c.service.backlog ? Backlog::carried : Backlog::memoryless;
  LoadLimits limits = ttft_limits(ttft, c.sla.ttft_ms, tick_seconds_, c.service.max_backlog_seconds, backlog);
  if (c.sla.tpot_ms > 0) limits = stricter(limits, tpot_limits(tpot, c.sla.tpot_ms, tick_seconds_, backlog));
  return limits;
}

void PolicyBuilder::add(SweepConfig const& c) {
  auto const& a = c.autoscaler;
  PolicyInfo info;
  std::uint32_t const window_ticks = std::max(1U, ticks(60.0 * a.window_minutes));
  info.problem = contradiction(c, window_ticks);
  info.usd_per_replica_tick = c.price.gpus_per_replica * c.price.gpu_hour_usd * tick_seconds_ / 3600.0;
  info.objective = c.sla.objective;
  info.prefill_tokens_per_second = c.service.prefill_tokens_per_second;
  info.ttft_limit_ms = c.sla.ttft_ms;
  if (!info.problem.empty()) {
    infos_.push_back(std::move(info));
    return;
  }

  Backlog const backlog = c.service.backlog ? Backlog::carried : Backlog::memoryless;
  LatencyCurve const ttft = curve(c.service.ttft, "service.ttft");
  LatencyCurve const tpot = curve(c.service.tpot, "service.tpot");
  info.ttft_at_rest_ms = ttft.at(0.0);

  // the curves are inverted once for every distinct setting, not once a cell
  auto const curve_name = [](CurveConfig const& k) {
    return fmt::format("{} {} {} {} {} {};", k.curve, k.base_ms, k.slope_ms, k.slots, k.service_ms, k.file);
  };
  std::string const name = fmt::format("{}{}{} {} {} {}", curve_name(c.service.ttft), curve_name(c.service.tpot), c.sla.ttft_ms, c.sla.tpot_ms,
                                       c.service.backlog, c.service.max_backlog_seconds);
  auto& limits = limits_[name];
  if (limits.empty()) {
    limits.push_back(sla_limits(c, ttft, tpot));
    for (double const level : latency_levels_ms_) limits.push_back(ttft_limits(ttft, level, tick_seconds_, c.service.max_backlog_seconds, backlog));
  }

  PolicySetting s;
  s.signal = a.signal == "tokens_per_minute"    ? Signal::tokens_per_minute
             : a.signal == "tokens_per_replica" ? Signal::tokens_per_replica
                                                : Signal::utilization;
  s.backlog = backlog;
  s.window_ticks = window_ticks;
  s.interval_ticks = std::max(1U, ticks(60.0 * a.interval_minutes));
  s.boot_ticks = ticks(c.service.startup_seconds);
  s.drain_ticks = ticks(a.drain_seconds);
  s.rates = {static_cast<float>(1.0 / c.service.prefill_tokens_per_second), static_cast<float>(1.0 / c.service.decode_tokens_per_second)};
  s.scale_up_at = a.scale_up_at;
  s.scale_down_at = a.scale_down_at;
  s.max_backlog_seconds = static_cast<float>(c.service.max_backlog_seconds);
  s.limits = limits;
  s.min_replicas = static_cast<std::int32_t>(a.min_replicas);
  s.max_replicas = static_cast<std::int32_t>(a.max_replicas);
  s.initial_replicas = static_cast<std::int32_t>(a.initial_replicas < 0 ? a.min_replicas : a.initial_replicas);
  s.step_up = static_cast<std::int32_t>(a.step_up);
  s.step_down = static_cast<std::int32_t>(a.step_down);
  s.cooldown_up_ticks = static_cast<std::int32_t>(ticks(60.0 * a.cooldown_up_minutes));
  s.cooldown_down_ticks = static_cast<std::int32_t>(ticks(60.0 * a.cooldown_down_minutes));
  s.billing = c.service.bill_startup ? Billing::standing : Billing::ready;
  s.violations_allowed_ppb = violations_allowed_ppb(c.sla.objective);
  info.slot = static_cast<std::uint32_t>(settings_.size());  // its setting, until finish() lays slots out
  settings_.push_back(std::move(s));
  infos_.push_back(std::move(info));
}

std::uint64_t violations_allowed_ppb(double objective) { return 1000000000ULL - static_cast<std::uint64_t>(std::llround(objective * 1e9)); }

namespace {

/// Index of `value` in `list`, appended if it is new.
template <class T, class Same>
std::uint32_t index_in(std::vector<T>& list, T const& value, Same same) {
  auto const found = std::find_if(list.begin(), list.end(), [&](T const& other) { return same(other, value); });
  if (found != list.end()) return static_cast<std::uint32_t>(found - list.begin());
  list.push_back(value);
  return static_cast<std::uint32_t>(list.size() - 1);
}

}  // namespace

float PolicyBuilder::reference_limit(PolicySetting const& s) const {
  float const limit = s.limits.front().load_limit;
  if (s.backlog == Backlog::memoryless) return limit;
  // a tick that sheds breaks the promise whatever the curve says
  return std::min(limit, static_cast<float>(tick_seconds_) + s.max_backlog_seconds);
}

void PolicyBuilder::finish(Plan& plan) {
  std::size_t const count = settings_.size();
  std::vector<std::uint32_t> service(count), window(count), reference(count);
  std::map<std::pair<float, float>, std::uint32_t> services;
  std::map<std::tuple<std::uint32_t, float, std::int32_t, std::int32_t>, std::uint32_t> references;
  for (std::size_t i = 0; i < count; ++i) {
    PolicySetting const& s = settings_[i];
    auto const [rates, new_rates] = services.try_emplace({s.rates.seconds_per_prompt_token, s.rates.seconds_per_completion_token},
                                                         static_cast<std::uint32_t>(plan.services.size()));
    if (new_rates) plan.services.push_back(s.rates);
    service[i] = rates->second;
    if (s.signal != Signal::utilization) window[i] = index_in(plan.windows, s.window_ticks, std::equal_to<>{});
    float const limit = reference_limit(s);
    auto const [known, new_reference] =
        references.try_emplace({service[i], limit, s.min_replicas, s.max_replicas}, static_cast<std::uint32_t>(plan.references.size()));
    if (new_reference) plan.references.push_back({service[i], limit, s.min_replicas, s.max_replicas});
    reference[i] = known->second;
  }

  auto const group_key = [&](std::uint32_t i) {
    PolicySetting const& s = settings_[i];
    return std::tuple(s.signal, s.backlog, s.billing, s.cooldown(), s.steps(), service[i], window[i], s.window_ticks, s.interval_ticks, s.boot_ticks,
                      s.drain_ticks);
  };
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return group_key(a) < group_key(b); });

  std::vector<std::uint32_t> of_slot;
  std::vector<std::uint32_t> slot_of(count);
  for (std::size_t first = 0; first < count;) {
    std::size_t last = first;
    while (last < count && group_key(order[last]) == group_key(order[first])) ++last;
    PolicySetting const& s = settings_[order[first]];
    PolicyGroup group{static_cast<std::uint32_t>(of_slot.size()),
                      0,
                      static_cast<std::uint32_t>(last - first),
                      s.signal,
                      s.backlog,
                      s.billing,
                      s.cooldown(),
                      s.steps(),
                      service[order[first]],
                      window[order[first]],
                      s.window_ticks,
                      s.interval_ticks,
                      s.boot_ticks,
                      s.drain_ticks};
    for (std::size_t i = first; i < last; ++i) {
      slot_of[order[i]] = static_cast<std::uint32_t>(of_slot.size());
      of_slot.push_back(order[i]);
    }
    while (of_slot.size() % slot_alignment != 0) of_slot.push_back(of_slot.back());
    group.slot_count = static_cast<std::uint32_t>(of_slot.size()) - group.first_slot;
    plan.groups.push_back(group);
    first = last;
  }

  PolicyTable& t = plan.table;
  t.slots = static_cast<std::uint32_t>(of_slot.size());
  std::size_t const limits = 1 + latency_levels_ms_.size();
  t.load_limits.resize(limits * t.slots);
  t.backlog_limits.resize(limits * t.slots);
  for (std::uint32_t slot = 0; slot < t.slots; ++slot) {
    PolicySetting const& s = settings_[of_slot[slot]];
    t.scale_up_at.push_back(s.scale_up_at);
    t.scale_down_at.push_back(s.scale_down_at);
    t.max_backlog_seconds.push_back(s.max_backlog_seconds);
    for (std::size_t i = 0; i < limits; ++i) {
      t.load_limits[i * t.slots + slot] = s.limits[i].load_limit;
      t.backlog_limits[i * t.slots + slot] = s.limits[i].backlog_limit;
    }
    t.min_replicas.push_back(s.min_replicas);
    t.max_replicas.push_back(s.max_replicas);
    t.initial_replicas.push_back(s.initial_replicas);
    t.step_up.push_back(s.step_up);
    t.step_down.push_back(s.step_down);
    t.cooldown_up_ticks.push_back(s.cooldown_up_ticks);
    t.cooldown_down_ticks.push_back(s.cooldown_down_ticks);
    t.reference.push_back(reference[of_slot[slot]]);
    t.violations_allowed_ppb.push_back(s.violations_allowed_ppb);
    plan.slot_service.push_back(service[of_slot[slot]]);
  }
  for (auto& info : infos_)
    if (info.problem.empty()) info.slot = slot_of[info.slot];
  plan.policies = std::move(infos_);
}

PolicyColumns PolicyTable::columns() const {
  return {scale_up_at.data(),  scale_down_at.data(),          max_backlog_seconds.data(),
          load_limits.data(),  backlog_limits.data(),         min_replicas.data(),
          max_replicas.data(), initial_replicas.data(),       step_up.data(),
          step_down.data(),    cooldown_up_ticks.data(),      cooldown_down_ticks.data(),
          reference.data(),    violations_allowed_ppb.data(), slots};
}

}  // namespace fleetcast
