/// Laws of the token sums of 2^k requests as quantile tables, built with portable arithmetic, their errors declared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "exponential.cuh"
#include "length_law.hpp"
#include "records.cuh"
#include "special_functions.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Tables of the sums of 2^k requests, k a binary digit of a count of requests.
///
/// The lengths of N requests add up to one draw for every set digit of N: of N's low `first_digit` bits request by
/// request, of the digits from there on from the tables, where N >> last digit draws are taken of the last. A draw is an
/// equally likely entry of each table, 14 bits a table. With P the sum of the prompts' entries and bases and R that of the
/// rests', the completions' sum is R + slope·P, rounded to the nearest integer once for all digits; with slope = 0 it is R.
///
/// Pairs: slope = cov(P, D)/var(P), so the rest D - slope·P is uncorrelated with P, and drawn apart from it. Means,
/// variances and the covariance of the sums are right; what is lost is dependence beyond correlation, which falls as
/// 2^(-k/2): `coskewness_lost` says how much of it was there. Lost with it is the bound of D by N shortest and N longest
/// completions (the caller clamps at 0), and the rounding of slope·P may add a variance of 1/12 token².
struct CompoundLaw {
  std::uint32_t first_digit = 0;          ///< 0 for independent lengths, first_digit_of_pairs for pairs
  std::uint32_t digits = 0;               ///< tables, of 2^first_digit to 2^(first_digit + digits - 1) requests; 0: no table fits
  double slope = 0;                       ///< completion tokens that go with a prompt token
  std::vector<std::int64_t> prompt_base;  ///< [digit], tokens
  std::vector<std::int64_t> rest_base;    ///< [digit], tokens; may be negative
  std::vector<std::uint32_t> prompt;      ///< [digit][quantile_table_size], tokens above the base, ascending
  std::vector<std::uint32_t> rest;        ///< likewise
  LawErrors errors{};                     ///< the worst of all tables; a rest's are relative to the completions' mean and variance
  /// The larger third cumulant of (P, P, R) and (P, R, R), over the standard deviations, of the sums of the first digit.
  double coskewness_lost = 0;
};

inline constexpr std::uint32_t first_digit_of_pairs = 5;
inline constexpr std::uint32_t largest_compound_digit = 30;

/// The law of the sum of two independent draws from a law on a grid, by a fast Fourier transform (Cooley & Tukey 1965).
///
/// Radix 2; decimation in frequency there, in time back, so that nothing is put in order between. The even and odd bins are
/// the real and imaginary part of a transform of half the length.
class SelfConvolver {
 public:
  /// @param mass  n masses, n ≥ 1
  /// @return      2n - 1 masses, each within about 2^-50·Σ mass²; may be as far below 0
  std::vector<double> operator()(std::vector<double> const& mass) {
    std::size_t const length = 2 * mass.size() - 1;
    std::size_t points = 2;
    while (2 * points < length) points *= 2;
    prepare_roots(points);

    wave_.clear();
    wave_.resize(points);
    for (std::size_t i = 0; i < mass.size(); ++i) (i % 2 == 0 ? wave_.real : wave_.imaginary)[i / 2] = mass[i];
    transform();
    square();
    transform_back();

    double const scale = 1.0 / static_cast<double>(points);
    std::vector<double> sum(length);
    for (std::size_t i = 0; i < length; ++i) sum[i] = scale * (i % 2 == 0 ? wave_.real : wave_.imaginary)[i / 2];
    return sum;
  }

 private:
  struct Complex {
    double real, imaginary;
    friend Complex operator+(Complex a, Complex b) { return {a.real + b.real, a.imaginary + b.imaginary}; }
    friend Complex operator-(Complex a, Complex b) { return {a.real - b.real, a.imaginary - b.imaginary}; }
    friend Complex operator*(Complex a, Complex b) {
      return {a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real};
    }
  };
  static Complex conjugate(Complex a) { return {a.real, -a.imaginary}; }
  static Complex times_i(Complex a) { return {-a.imaginary, a.real}; }

  /// Parts apart: where they lie side by side, g++ 12 at -O3 fuses products and sums even with -ffp-contract=off.
  struct ComplexArray {
    std::vector<double> real, imaginary;
    std::size_t size() const { return real.size(); }
    Complex operator[](std::size_t i) const { return {real[i], imaginary[i]}; }
    void set(std::size_t i, Complex value) {
      real[i] = value.real;
      imaginary[i] = value.imaginary;
    }
    void clear() {
      real.clear();
      imaginary.clear();
    }
    void resize(std::size_t size) {
      real.resize(size);
      imaginary.resize(size);
    }
  };

  /// roots_[half + j] = exp(iπ·j/half) for every power of two half < points.
  void prepare_roots(std::size_t points) {
    std::size_t const known = std::max<std::size_t>(roots_.size(), 1);
    if (points <= known) return;
    roots_.resize(points);
    for (std::size_t half = known; half < points; half *= 2) {
      for (std::size_t j = 0; j < half; ++j) {
        auto const [sine, cosine] = sine_cosine_of_turns(0.5 * static_cast<double>(j) / static_cast<double>(half));
        roots_.set(half + j, {cosine, sine});
      }
    }
  }

  /// Natural order to bit-reversed order.
  void transform() {
    for (std::size_t half = wave_.size() / 2; half >= 1; half /= 2) {
      for (std::size_t block = 0; block < wave_.size(); block += 2 * half) {
        for (std::size_t j = 0; j < half; ++j) {
          Complex const a = wave_[block + j];
          Complex const b = wave_[block + half + j];
          wave_.set(block + j, a + b);
          wave_.set(block + half + j, (a - b) * conjugate(roots_[half + j]));
        }
      }
    }
  }

  /// Bit-reversed order to natural order, unscaled.
  void transform_back() {
    for (std::size_t half = 1; half < wave_.size(); half *= 2) {
      for (std::size_t block = 0; block < wave_.size(); block += 2 * half) {
        for (std::size_t j = 0; j < half; ++j) {
          Complex const a = wave_[block + j];
          Complex const b = wave_[block + half + j] * roots_[half + j];
          wave_.set(block + j, a + b);
          wave_.set(block + half + j, a - b);
        }
      }
    }
  }

  /// With E and O the transforms of even and odd bins, (E + xO)² has the even bins E² + x²O² and the odd bins 2EO; at
  /// frequency k, x² is exp(-2πi·k/points). In bit-reversed order, k at 2^b + r has -k at 2^(b+1) - 1 - r.
  void square() {
    std::size_t const points = wave_.size();
    for (std::size_t at = 0; at < 2; ++at) {
      auto const [even, odd] = wave_[at];
      wave_.set(at, {even * even + (at == 0 ? odd * odd : -(odd * odd)), 2.0 * even * odd});
    }
    std::size_t frequency = 0;
    for (std::size_t at = 2, top = 2; at < points; at += 2) {
      if (at == 2 * top) top = at;
      std::size_t bit = points / 4;  // one more, the highest bit counting as one
      for (; (frequency & bit) != 0; bit /= 2) frequency ^= bit;
      frequency ^= bit;
      std::size_t const opposite = at ^ (top - 1);
      Complex const a = wave_[at];
      Complex const b = conjugate(wave_[opposite]);
      Complex const even = Complex{0.5, 0.0} * (a + b);
      Complex const odd = Complex{0.0, -0.5} * (a - b);
      Complex const evens = even * even + conjugate(roots_[points / 2 + frequency]) * (odd * odd);
      Complex const odds = Complex{2.0, 0.0} * (even * odd);
      wave_.set(at, evens + times_i(odds));
      wave_.set(opposite, conjugate(evens) + times_i(conjugate(odds)));
    }
  }

  ComplexArray roots_;
  ComplexArray wave_;
};

/// Mean and variance of a single length.
struct LengthMoments {
  double mean;
  double variance;

  /// Of equally likely values, at most 2^20 of them below 2^32: the variance is rounded but at the end.
  explicit LengthMoments(std::vector<std::uint32_t> const& lengths) {
    Sum128 sum = 0;
    Sum128 square = 0;
    for (std::uint64_t const length : lengths) {
      sum += length;
      square += static_cast<Sum128>(length * length);
    }
    auto const count = static_cast<double>(lengths.size());
    mean = static_cast<double>(sum) / count;
    variance = static_cast<double>(static_cast<Sum128>(lengths.size()) * square - sum * sum) / count / count;
  }
  LengthMoments(double its_mean, double its_variance) : mean(its_mean), variance(its_variance) {}
};

/// quantile_table_size equally likely sums, ascending: base + entry.
struct SumTable {
  std::int64_t base;
  std::vector<std::uint32_t> entries;
  LawErrors errors;
};

/// The law of the sum of 2^k lengths, k going up by one at a time, as masses on a grid.
///
/// Bins are single sums as long as there are no more than enough_bins, and the law is exact but for tails of 1e-13. Then every
/// second bin is shared between its neighbours, which keeps the mean; from there on a bin's mass lies evenly within half a bin
/// around it, and the law is moved and stretched to its known mean and variance. The error of its distribution function
/// is of second order in the spacing, so one more coarsening would add three times as much: that is computed and declared
/// with the tables' own error. A law that would lose more than 1e-6 keeps more bins, 2^20 for the first digits, 2^16 for late ones.
class SumLaw {
 public:
  /// Equally likely lengths.
  explicit SumLaw(std::vector<std::uint32_t> const& lengths) : moments_(lengths), on_grid_(true) {
    least_ = *std::min_element(lengths.begin(), lengths.end());
    std::uint32_t longest = 0;
    std::uint32_t divisor = 0;
    for (std::uint32_t const length : lengths) {
      longest = std::max(longest, length - least_);
      divisor = std::gcd(divisor, length - least_);
    }
    unit_ = std::max(divisor, 1U);
    mass_.assign(longest / unit_ + 1, 0.0);
    for (std::uint32_t const length : lengths) mass_[(length - least_) / unit_] += 1.0;
    for (double& mass : mass_) mass /= static_cast<double>(lengths.size());
    mean_ = (moments_.mean - least_) / unit_;
    variance_ = moments_.variance / unit_ / unit_;
    coarsen_as_needed();
  }

  /// Equally likely rests of any sign, shared between the bins of a grid of 2^13 to 2^14. A variance of 0 makes them all the mean.
  SumLaw(std::vector<double> const& rests, LengthMoments moments) : moments_(moments), mean_(moments.mean), variance_(moments.variance) {
    if (variance_ == 0.0) {
      mass_ = {1.0};
      return;
    }
    auto const [least, most] = std::minmax_element(rests.begin(), rests.end());
    double spacing = 1.0;
    while ((*most - *least) / spacing > enough_bins - 2) spacing *= 2.0;
    while (2.0 * (*most - *least) / spacing < enough_bins - 2) spacing *= 0.5;
    mass_.assign(enough_bins, 0.0);
    double const share = 1.0 / static_cast<double>(rests.size());
    for (double const rest : rests) {
      double const place = (rest - *least) / spacing;
      auto const bin = static_cast<std::size_t>(place);
      double const beyond = place - static_cast<double>(bin);
      mass_[bin] += (1.0 - beyond) * share;
      mass_[bin + 1] += beyond * share;
    }
  }

  LengthMoments const& moments() const { return moments_; }

  /// From the sum of 2^k lengths to that of 2^(k+1).
  void add_as_many(SelfConvolver& convolve) {
    double square = 0.0;
    for (double const mass : mass_) square += mass * mass;
    mass_ = convolve(mass_);
    double const noise = 0x1p-50 * square;
    double sum = 0.0;
    for (double& mass : mass_) {
      if (mass < noise) mass = 0.0;
      sum += mass;
    }
    for (double& mass : mass_) mass /= sum;
    requests_ *= 2.0;
    first_ *= 2;
    trim();
    coarsen_as_needed();
  }

  /// Cuts the law into equally likely cells, each of which gives one entry.
  ///
  /// A cell gives the root mean square of its sums' distances from the mean, which meets the variance, less what that adds
  /// to the mean; rounded, with the rounding carried from cell to cell, so that the mean is met, but always between the cell's own
  /// quantiles, so that the distribution function is met within a cell.
  ///
  /// @param of  what errors of mean and variance are relative to, of a single length
  /// @return    whether the entries fit in 32 bits
  bool read(LengthMoments const& of, SumTable& table) {
    place_bins();
    find_cells();
    round_with_carry();
    if (!write(table)) return false;
    measure(of, table);
    return true;
  }

 private:
  static constexpr double cells = quantile_table_size;
  static constexpr std::size_t enough_bins = std::size_t{1} << 14;
  static constexpr std::size_t most_bins = std::size_t{1} << 20;
  static constexpr double negligible_loss = 1e-6;
  static constexpr double negligible_mass = 1e-13;

  struct Cell {
    double mean, square;  // of the distances from the law's mean
    double low, high;
  };

  /// Adds the masses beyond negligible tails to the ends of what is left.
  void trim() {
    std::size_t low = 0;
    double below = 0.0;
    while (below + mass_[low] < negligible_mass) below += mass_[low++];
    std::size_t high = mass_.size() - 1;
    double above = 0.0;
    while (above + mass_[high] < negligible_mass) above += mass_[high--];
    mass_[low] += below;
    mass_[high] += above;
    mass_.resize(high + 1);
    mass_.erase(mass_.begin(), mass_.begin() + static_cast<std::ptrdiff_t>(low));
    first_ += static_cast<std::int64_t>(low);
  }

  double mass_at(std::size_t bin) const { return bin < mass_.size() ? mass_[bin] : 0.0; }

  /// Largest difference that a coarsening makes to the distribution function, half way between bins.
  double coarsening_loss() const {
    double worst = 0.0;
    double before = 0.0;
    for (std::size_t bin = 0; bin <= mass_.size(); bin += 2) {
      double const here = mass_at(bin);
      double const after = mass_at(bin + 1);
      double const next = mass_at(bin + 2);
      double const shared = here + 0.5 * (before + after);
      worst = std::max(worst, std::fabs(0.75 * shared - 0.5 * before - here));
      worst = std::max(worst, std::fabs(0.25 * (next + 0.5 * (after + mass_at(bin + 3))) - 0.5 * after));
      before = after;
    }
    return worst;
  }

  void coarsen_as_needed() {
    auto const most = std::clamp(static_cast<std::size_t>(4 * most_bins / requests_), 4 * enough_bins, most_bins);
    while (mass_.size() > most || (mass_.size() > enough_bins && coarsening_loss() <= negligible_loss)) coarsen();
  }

  void coarsen() {
    std::vector<double> coarse(mass_.size() / 2 + 1);
    for (std::size_t bin = 0; bin < coarse.size(); ++bin) {
      double const before = bin == 0 ? 0.0 : mass_[2 * bin - 1];
      coarse[bin] = mass_at(2 * bin) + 0.5 * (before + mass_at(2 * bin + 1));
    }
    mass_ = std::move(coarse);
    on_grid_ = false;
  }

  /// Where bins lie, in units above the integer `center_`.
  void place_bins() {
    double const mean = requests_ * mean_;
    center_ = round_down<ScalarDrawLane>(mean);
    mean_above_ = mean - center_;
    bins_ = &mass_;
    if (on_grid_) {
      origin_ = static_cast<double>(first_) - center_;
      step_ = 1.0;
      half_width_ = 0.0;
      return;
    }
    double grid_mean = 0.0;
    for (std::size_t bin = 0; bin < mass_.size(); ++bin) grid_mean += mass_[bin] * static_cast<double>(bin);
    double square = 0.0;
    for (std::size_t bin = 0; bin < mass_.size(); ++bin) {
      double const distance = static_cast<double>(bin) - grid_mean;
      square += mass_[bin] * (distance * distance);
    }
    double const unrounded = std::max(0.0, requests_ * variance_ - 1.0 / 12.0);  // rounding to integers adds the rest
    step_ = std::sqrt(unrounded / (square + 1.0 / 12.0));
    origin_ = mean_above_ - step_ * grid_mean;
    half_width_ = 0.5 * step_;
    if (step_ < 1.0) round_bins();
  }

  /// Gathers bins narrower than an integer's share of the law.
  void round_bins() {
    double const first = round_down<ScalarDrawLane>(origin_ - half_width_ + 0.5);
    rounded_.assign(mass_.size() + 2, 0.0);
    std::size_t bins = 0;
    for (std::size_t bin = 0; bin < mass_.size(); ++bin) {
      double const left = origin_ + step_ * static_cast<double>(bin) - half_width_;
      double const integer = round_down<ScalarDrawLane>(left + 0.5);
      double const below = integer + 0.5 - left;
      double const share = below < step_ ? below / step_ : 1.0;
      bins = static_cast<std::size_t>(integer - first);
      rounded_[bins] += share * mass_[bin];
      rounded_[bins + 1] += (1.0 - share) * mass_[bin];
    }
    rounded_.resize(bins + (rounded_[bins + 1] > 0.0 ? 2 : 1));
    bins_ = &rounded_;
    origin_ = first;
    step_ = 1.0;
    half_width_ = 0.0;
  }

  void find_cells() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto const& mass = *bins_;
    cells_.assign(quantile_table_size, {0.0, 0.0, infinity, -infinity});
    double below = 0.0;
    double sum = 0.0;
    std::size_t cell = 0;
    for (std::size_t bin = 0; bin < mass.size(); ++bin) {
      sum += mass[bin];
      double const upto = bin + 1 == mass.size() ? cells : std::min(sum * cells, cells);
      double const middle = origin_ + step_ * static_cast<double>(bin);
      double const slant = upto > below ? half_width_ / (upto - below) : 0.0;
      for (double from = below; from < upto;) {
        double const to = std::min(upto, static_cast<double>(cell + 1));
        double const low = middle + slant * (from - below - (upto - from));
        double const high = middle + slant * (to - below - (upto - to));
        double const distance = 0.5 * (low + high) - mean_above_;
        double const spread = high - low;
        auto& c = cells_[cell];
        c.mean += (to - from) * distance;
        c.square += (to - from) * (distance * distance + spread * spread * (1.0 / 12.0));
        c.low = std::min(c.low, low);
        c.high = std::max(c.high, high);
        from = to;
        if (to == static_cast<double>(cell + 1)) ++cell;
      }
      below = upto;
    }
  }

  void round_with_carry() {
    double excess = 0.0;
    for (auto& c : cells_) {
      double const distance = std::sqrt(c.square);
      c.mean = c.mean < 0.0 ? -distance : distance;
      excess += c.mean;
    }
    excess /= cells;

    sums_.resize(quantile_table_size);
    double carry = 0.0;
    for (std::size_t i = 0; i < quantile_table_size; ++i) {
      double const wish = mean_above_ + (cells_[i].mean - excess) + carry;
      sums_[i] = std::clamp(rounded(wish), rounded(cells_[i].low), rounded(cells_[i].high));
      carry = wish - sums_[i];
    }
  }

  bool write(SumTable& table) const {
    double const range = (sums_.back() - sums_.front()) * unit_;
    if (range > std::numeric_limits<std::uint32_t>::max()) return false;
    table.base = static_cast<std::int64_t>(center_ + sums_.front()) * unit_ + static_cast<std::int64_t>(requests_) * least_;
    table.entries.resize(quantile_table_size);
    for (std::size_t i = 0; i < quantile_table_size; ++i) table.entries[i] = static_cast<std::uint32_t>((sums_[i] - sums_.front()) * unit_);
    return true;
  }

  static double rounded(double x) { return round_to_integer<ScalarDrawLane>(x); }

  void measure(LengthMoments const& of, SumTable& table) const {
    double sum = 0.0;
    double square = 0.0;
    for (double const x : sums_) {
      double const distance = x - mean_above_;
      sum += distance;
      square += distance * distance;
    }
    double const mean_error = std::fabs(sum / cells) * unit_;
    double const variance = (square / cells - (sum / cells) * (sum / cells)) * unit_ * unit_;
    double const variance_error = std::fabs(variance - requests_ * moments_.variance);
    double const mean = std::fabs(of.mean) * requests_;
    table.errors.ks_distance = distribution_error();
    table.errors.mean_error = mean > 0.0 ? mean_error / mean : mean_error;
    // variances below a hundredth of a token² are rounding, not spread
    table.errors.variance_error = of.variance < 0.01 ? 0.0 : variance_error / (of.variance * requests_);
  }

  /// Largest difference of the distribution functions half way between integers, the grid's own error included.
  double distribution_error() const {
    if (variance_ == 0.0) return 0.0;
    auto const& mass = *bins_;
    double worst = 0.0;
    double sum = 0.0;  // of the bins before `bin`
    std::size_t bin = 0;
    auto const law_upto = [&](double x) {
      while (bin < mass.size() && origin_ + step_ * static_cast<double>(bin) + half_width_ <= x) sum += mass[bin++];
      if (bin == mass.size()) return 1.0;
      double const inside = x - (origin_ + step_ * static_cast<double>(bin) - half_width_);
      return inside > 0.0 ? sum + mass[bin] * (inside / step_) : sum;
    };
    for (std::size_t i = 0; i < quantile_table_size;) {
      double const here = sums_[i];
      worst = std::max(worst, std::fabs(law_upto(here - 0.5) - static_cast<double>(i) / cells));
      while (i < quantile_table_size && sums_[i] == here) ++i;
      worst = std::max(worst, std::fabs(law_upto(here + 0.5) - static_cast<double>(i) / cells));
    }
    return on_grid_ ? worst : worst + coarsening_loss();
  }

  LengthMoments moments_;  // of a single length, in tokens
  // Sums are requests·least + unit·x with x on the grid or near it; mean and variance are those of a single x
  std::uint32_t least_ = 0;
  std::uint32_t unit_ = 1;
  double mean_ = 0;
  double variance_ = 0;
  bool on_grid_ = false;  // bin b is exactly x = first + b
  std::int64_t first_ = 0;
  double requests_ = 1;
  std::vector<double> mass_;

  double center_ = 0;
  double mean_above_ = 0;
  double origin_ = 0;
  double step_ = 0;
  double half_width_ = 0;
  std::vector<double> rounded_;
  std::vector<double> const* bins_ = nullptr;  // mass_ or rounded_
  std::vector<Cell> cells_;
  std::vector<double> sums_;
};

/// Builds the tables of one request class.
class CompoundLawBuilder {
 public:
  CompoundLawBuilder(std::vector<std::uint32_t> const& prompt, std::vector<std::uint32_t> const& completion, std::uint32_t pairs,
                     std::uint32_t last_digit)
      : prompt_(prompt), completion_(completion), paired_(pairs > 0), last_digit_(last_digit), prompt_law_(prompt), completion_moments_(completion) {
    FLEETCAST_EXPECT(prompt.size() == (paired_ ? pairs : quantile_table_size) && completion.size() == prompt.size());
    FLEETCAST_EXPECT(last_digit <= largest_compound_digit);
  }

  CompoundLaw build() {
    if (paired_) law_.first_digit = first_digit_of_pairs;
    SumLaw rest_law = paired_ ? law_of_rests() : SumLaw(completion_);
    SelfConvolver convolve;
    SumTable prompt_table;
    SumTable rest_table;
    for (std::uint32_t digit = 0; digit <= std::max(last_digit_, law_.first_digit); ++digit) {
      if (digit > 0) {
        prompt_law_.add_as_many(convolve);
        rest_law.add_as_many(convolve);
      }
      if (digit < law_.first_digit) continue;
      if (digit == 0) {
        add({0, prompt_, {}}, {0, completion_, {}});
        continue;
      }
      if (!prompt_law_.read(prompt_law_.moments(), prompt_table) || !rest_law.read(completion_moments_, rest_table)) break;
      add(prompt_table, rest_table);
    }
    return std::move(law_);
  }

 private:
  /// Finds the slope, the law of what it leaves, and the dependence it leaves.
  SumLaw law_of_rests() {
    auto const count = static_cast<double>(prompt_.size());
    auto const& moments = prompt_law_.moments();
    Sum128 product = 0;
    Sum128 prompt_sum = 0;
    Sum128 completion_sum = 0;
    for (std::size_t i = 0; i < prompt_.size(); ++i) {
      product += static_cast<Sum128>(std::uint64_t{prompt_[i]} * completion_[i]);
      prompt_sum += prompt_[i];
      completion_sum += completion_[i];
    }
    auto const covariance = static_cast<double>(static_cast<Sum128>(prompt_.size()) * product - prompt_sum * completion_sum) / count / count;
    if (moments.variance == 0.0 || covariance == 0.0) {
      measure_coskewness(std::vector<double>(completion_.begin(), completion_.end()), completion_moments_);
      return SumLaw(completion_);
    }

    law_.slope = covariance / moments.variance;
    std::vector<double> rests(prompt_.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < rests.size(); ++i) {
      rests[i] = completion_[i] - law_.slope * prompt_[i];
      sum += rests[i];
    }
    double const mean = sum / count;
    double square = 0.0;
    for (double const rest : rests) square += (rest - mean) * (rest - mean);
    double variance = square / count;
    if (variance < 1e-12 * completion_moments_.variance) variance = 0.0;  // rounding, not spread
    LengthMoments const rest_moments(mean, variance);
    measure_coskewness(rests, rest_moments);
    return {rests, rest_moments};
  }

  void measure_coskewness(std::vector<double> const& rests, LengthMoments rest_moments) {
    auto const& moments = prompt_law_.moments();
    if (moments.variance == 0.0 || rest_moments.variance == 0.0) return;
    double const prompt_sd = std::sqrt(moments.variance);
    double const rest_sd = std::sqrt(rest_moments.variance);
    double two_prompts = 0.0;
    double two_rests = 0.0;
    for (std::size_t i = 0; i < rests.size(); ++i) {
      double const prompt = (prompt_[i] - moments.mean) / prompt_sd;
      double const rest = (rests[i] - rest_moments.mean) / rest_sd;
      two_prompts += prompt * prompt * rest;
      two_rests += prompt * rest * rest;
    }
    double const larger = std::max(std::fabs(two_prompts), std::fabs(two_rests)) / static_cast<double>(rests.size());
    law_.coskewness_lost = larger / std::sqrt(static_cast<double>(1U << first_digit_of_pairs));
  }

  void add(SumTable const& prompt, SumTable const& rest) {
    law_.prompt_base.push_back(prompt.base);
    law_.rest_base.push_back(rest.base);
    law_.prompt.insert(law_.prompt.end(), prompt.entries.begin(), prompt.entries.end());
    law_.rest.insert(law_.rest.end(), rest.entries.begin(), rest.entries.end());
    ++law_.digits;
    for (auto const& errors : {prompt.errors, rest.errors}) {
      law_.errors.ks_distance = std::max(law_.errors.ks_distance, errors.ks_distance);
      law_.errors.mean_error = std::max(law_.errors.mean_error, errors.mean_error);
      law_.errors.variance_error = std::max(law_.errors.variance_error, errors.variance_error);
    }
  }

  std::vector<std::uint32_t> const& prompt_;
  std::vector<std::uint32_t> const& completion_;
  bool paired_;
  std::uint32_t last_digit_;
  SumLaw prompt_law_;
  LengthMoments completion_moments_;
  CompoundLaw law_;
};

/// Tables of the sums of 2^k requests, from 2^first_digit up to 2^last_digit of them or as far as their range fits in 32 bits.
///
/// @param prompt, completion  quantile_table_size equally likely lengths each, ascending, independent of each other; or,
///                            with pairs > 0, that many equally likely pairs, at most 2^20; lengths up to 2^20 tokens
/// @param last_digit          at most largest_compound_digit; never less than first_digit_of_pairs is taken for pairs
inline CompoundLaw build_compound_law(std::vector<std::uint32_t> const& prompt, std::vector<std::uint32_t> const& completion, std::uint32_t pairs,
                                      std::uint32_t last_digit) {
  return CompoundLawBuilder(prompt, completion, pairs, last_digit).build();
}

}  // namespace fleetcast::inline FLEETCAST_ISA
