#include "demand_series.hpp"

#include "cpu_kernels.hpp"

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

}  // namespace fleetcast
