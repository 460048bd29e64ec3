/// Sweeps with random settings, the same ones on every machine.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <random>
#include <string>

namespace fleetcast::testing {

/// Draws a sweep file: a few realizations of some hours, all signals, boot times, cooldowns, windows, steps, both kinds of backlog and
/// billing, several curves; grids of four cells, some of them contradictory.
class RandomSweep {
 public:
  explicit RandomSweep(std::uint32_t seed) : engine_(seed) {}

  std::string toml() {
    int const signal = below(3);
    double const high = signal == 0 ? 300000.0 : signal == 1 ? 150000.0 : 0.9;
    int const most = 2 + below(20);
    int const least = below(3);
    bool const backlog = below(3) > 0;
    int const tick = one_of({10, 30, 60, 120});
    std::string text = fmt::format(
        "[sweep]\nrealizations = 3\nminutes = {}\ntick_seconds = {}\nwarmup_minutes = {}\nseed = {}\n"
        "[workload]\nrequests_per_minute = {}\ndrift_log_sd = {}\nburst_cv = {}\nburst_seconds = 120\nprompt_drift_log_sd = {}\n",
        120 + 2 * below(90), tick, one_of({0, 2, 60}), below(1000000), one_of({0, 1, 40, 150, 400}), one_of({0, 1}), one_of({0, 2}), 0.4 * below(2));
    text += fmt::format("[service]\nstartup_seconds = {}\nbacklog = {}\nbill_startup = {}\nmax_backlog_seconds = {}\nttft = {}\n",
                        one_of({0, 45, 60, 300, 1000}), backlog, below(2) == 0, one_of({0, 5, 30}),
                        below(2) == 0 ? "{ curve = \"linear\", base_ms = 90, slope_ms = 500 }"
                                      : "{ curve = \"erlang_c\", base_ms = 200, slots = 8, service_ms = 3000 }");
    bool const paced = below(2) == 0;
    if (paced) text += "tpot = { curve = \"linear\", base_ms = 15, slope_ms = 40 }\n";
    text += fmt::format(
        "[autoscaler]\nsignal = \"{}\"\nmin_replicas = {}\nmax_replicas = {}\nstep_up = {}\nstep_down = {}\nwindow_minutes = {}\n"
        "interval_minutes = {}\ncooldown_up_minutes = {}\ncooldown_down_minutes = {}\ndrain_seconds = {}\n",
        signal == 0   ? "tokens_per_minute"
        : signal == 1 ? "tokens_per_replica"
                      : "utilization",
        least, most, one_of({1, 1, 3}), one_of({1, 1, 2}), one_of({1, 4, 15}), one_of({1, 1, 5}), one_of({0, 1, 7}), one_of({0, 3, 20}),
        one_of({0, 0, 50, 400}));
    text +=
        fmt::format("[sla]\nttft_ms = {}\ntpot_ms = {}\nper = \"{}\"\nlatency_levels_ms = [{}]\n", one_of({150, 400, 2000}),
                    paced ? one_of({0, 35, 60}) : 0, below(2) == 0 ? "requests" : "minutes", below(2) == 0 ? "" : "100, 250, 400, 600, 1000, 5000");
    return text + fmt::format("[grid]\n\"autoscaler.scale_up_at\" = [{}, {}]\n\"autoscaler.scale_down_at\" = [{}, {}]\n", high, 0.6 * high,
                              0.3 * high, 0.7 * high);
  }

 private:
  // only the engine's bits are the same everywhere, the standard's distributions are not
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }
  int one_of(std::initializer_list<int> values) { return values.begin()[below(static_cast<int>(values.size()))]; }

  std::mt19937 engine_;
};

}  // namespace fleetcast::testing
