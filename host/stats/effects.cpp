#include "effects.hpp"

#include <cmath>
#include <limits>

namespace fleetcast {

namespace {

/// Counts and means of the values in each of some groups.
struct Groups {
  std::vector<double> mean, count;

  Groups(std::size_t groups, std::span<double const> values, auto group_of) : mean(groups, 0.0), count(groups, 0.0) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      std::size_t const group = group_of(i);
      count[group] += 1.0;
      mean[group] += (values[i] - mean[group]) / count[group];
    }
  }
};

}  // namespace

std::vector<AxisEffect> axis_effects(std::span<std::size_t const> shape, std::span<double const> values) {
  Groups const all(1, values, [](std::size_t) { return std::size_t{0}; });
  double variation = 0;
  for (double const value : values)
    if (!std::isnan(value)) variation += (value - all.mean[0]) * (value - all.mean[0]);

  std::vector<AxisEffect> effects;
  std::size_t stride = values.size();
  for (std::size_t const length : shape) {
    stride /= length;
    Groups const levels(length, values, [&](std::size_t i) { return i / stride % length; });
    double between = 0;
    for (std::size_t level = 0; level < length; ++level)
      between += levels.count[level] * (levels.mean[level] - all.mean[0]) * (levels.mean[level] - all.mean[0]);

    auto const others = [&](std::size_t i) { return i / (stride * length) * stride + i % stride; };
    Groups const rest(values.size() / length, values, others);
    double within = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      double const off = values[i] - rest.mean[others(i)];
      within += off * off;
    }
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    effects.push_back(variation > 0.0 ? AxisEffect{between / variation, within / variation} : AxisEffect{nan, nan});
  }
  return effects;
}

}  // namespace fleetcast
