/// The chi-square test of draws against exact probabilities.
#pragma once

#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <cstdint>
#include <vector>

namespace fleetcast::test {

/// Chance that one statistical check rejects a correct law. tests/cuda/model holds fewer than 100 such checks, so one
/// run of all of them fails by chance with at most 100·5·1e-9 < 1e-6. The 5: bins expect 500 draws or more, and the
/// skewness 1/√500 of a bin's count makes the tail at six standard deviations at most e^(6³/(6·√500)) = 5 times
/// the normal one.
inline constexpr double false_alarm_rate = 1e-9;
inline constexpr double least_expected = 500.0;
/// Standard deviations that a normal variate exceeds, on either side, with that chance (6.109 to be exact).
inline constexpr double largest_deviation = 6.2;

/// How far counts are from what their bins' probabilities lead to expect.
class ChiSquare {
 public:
  explicit ChiSquare(std::vector<double> probabilities) : probabilities_(std::move(probabilities)), counts_(probabilities_.size(), 0) {}

  void count(std::size_t bin) { ++counts_[bin]; }

  double statistic() const {
    double draws = 0.0;
    for (auto const c : counts_) draws += static_cast<double>(c);
    double sum = 0.0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      double const expected = draws * probabilities_[i];
      EXPECT_GE(expected, 0.999 * least_expected) << "bin " << i << " is too small for the chi-square law";
      sum += (static_cast<double>(counts_[i]) - expected) * (static_cast<double>(counts_[i]) - expected) / expected;
    }
    return sum;
  }

  /// What a correct law's statistic exceeds with the false-alarm rate.
  double threshold() const {
    boost::math::chi_squared const law(static_cast<double>(probabilities_.size() - 1));
    return boost::math::quantile(boost::math::complement(law, false_alarm_rate));
  }

 private:
  std::vector<double> probabilities_;
  std::vector<std::uint64_t> counts_;
};

/// Bins of consecutive integers from 0 on, each probable enough; the last has no upper end.
class IntegerBins {
 public:
  /// @param probability  of each integer from `first` to `last`; what lies outside is taken for impossible, and
  ///                     counts into the first or last bin
  template <class Probability>
  IntegerBins(std::int64_t first, std::int64_t last, double least_probability, Probability probability) : first_(first) {
    double open = 0.0;
    double left = 1.0;
    for (std::int64_t k = first; k <= last; ++k) {
      bin_of_.push_back(probabilities_.size());
      open += probability(k);
      if (open >= least_probability && left - open >= least_probability) {
        probabilities_.push_back(open);
        left -= open;
        open = 0.0;
      }
    }
    probabilities_.push_back(left);
  }

  std::size_t bin(double k) const {
    auto const place = static_cast<std::int64_t>(k) - first_;
    if (place < 0) return 0;
    return place < static_cast<std::int64_t>(bin_of_.size()) ? bin_of_[static_cast<std::size_t>(place)] : probabilities_.size() - 1;
  }
  std::vector<double> const& probabilities() const { return probabilities_; }

 private:
  std::int64_t first_;
  std::vector<std::size_t> bin_of_;
  std::vector<double> probabilities_;
};

}  // namespace fleetcast::test
