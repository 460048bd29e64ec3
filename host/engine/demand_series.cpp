#include "demand_series.hpp"

#include <fmt/format.h>

#include "cpu_kernels.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

DemandSeries draw_demand(Plan const& plan, std::uint32_t scenario, std::uint64_t realization) {
  std::uint32_t const ticks = plan.total_ticks();
  std::vector<RequestClassView> classes;
  TrafficView const traffic = traffic_view(plan, plan.scenarios[scenario], classes);
  DemandSeries series{plan.warmup_ticks, std::vector<std::uint32_t>(ticks), std::vector<std::uint64_t>(ticks), std::vector<std::uint64_t>(ticks)};
  std::vector<std::uint32_t> class_requests(static_cast<std::size_t>(ticks) * classes.size());
  std::uint32_t clamped_ticks = 0;
  DemandView demand = series.view();
  demand.class_requests = class_requests.data();
  demand.clamped_ticks = &clamped_ticks;
  CpuKernels const& kernels = widest_cpu_kernels();
  kernels.draw_arrivals(traffic, realization, 1, 0, 1, demand);
  kernels.draw_tokens(traffic, realization, 1, 0, 0, ticks, demand);
  if (traffic.length_drift.drifts) kernels.scale_lengths(traffic, realization, 0, 1, demand);
  return series;
}

DemandSeries in_longer_ticks(DemandSeries const& series, std::uint32_t times) {
  std::uint32_t const ticks = series.ticks() / times;
  DemandSeries longer{series.warmup_ticks / times, std::vector<std::uint32_t>(ticks), std::vector<std::uint64_t>(ticks),
                      std::vector<std::uint64_t>(ticks)};
  for (std::uint32_t tick = 0; tick < ticks; ++tick) {
    std::uint64_t requests = 0;
    for (std::uint32_t part = tick * times; part < (tick + 1) * times; ++part) {
      requests += series.requests[part];
      longer.prompt_tokens[tick] += series.prompt_tokens[part];
      longer.completion_tokens[tick] += series.completion_tokens[part];
    }
    if (requests >> 31 != 0)
      throw Error(ExitCode::bad_data,
                  fmt::format("{} requests come in one tick (2^31 can't be counted); use shorter ticks or a lower rate", requests));
    longer.requests[tick] = static_cast<std::uint32_t>(requests);
  }
  return longer;
}

}  // namespace fleetcast
