/// Numbers of 200 bits (MPFR): the truth that errors are measured against.
#pragma once

#include <mpfr.h>

#include <cmath>
#include <utility>

namespace fleetcast::test {

class Precise {
 public:
  Precise(double x = 0.0) {
    mpfr_init2(value_, 200);
    mpfr_set_d(value_, x, MPFR_RNDN);
  }
  Precise(Precise const& other) : Precise() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Precise& operator=(Precise other) {
    mpfr_swap(value_, other.value_);
    return *this;
  }
  ~Precise() { mpfr_clear(value_); }

  /// A function of MPFR's at x, for example Precise::of(mpfr_log, x).
  static Precise of(int (*function)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t), Precise const& x) {
    Precise result;
    function(result.value_, x.value_, MPFR_RNDN);
    return result;
  }
  static Precise pi() {
    Precise result;
    mpfr_const_pi(result.value_, MPFR_RNDN);
    return result;
  }

  friend Precise operator+(Precise a, Precise const& b) { return a.take(mpfr_add, b); }
  friend Precise operator-(Precise a, Precise const& b) { return a.take(mpfr_sub, b); }
  friend Precise operator*(Precise a, Precise const& b) { return a.take(mpfr_mul, b); }
  friend Precise operator/(Precise a, Precise const& b) { return a.take(mpfr_div, b); }
  friend Precise log(Precise const& x) { return of(mpfr_log, x); }
  friend Precise exp(Precise const& x) { return of(mpfr_exp, x); }
  friend Precise sqrt(Precise const& x) { return of(mpfr_sqrt, x); }

  double rounded() const { return mpfr_get_d(value_, MPFR_RNDN); }
  /// Distance of neighbouring doubles around this (normal) number.
  double ulp() const { return std::ldexp(1.0, static_cast<int>(mpfr_get_exp(value_)) - 53); }

 private:
  Precise& take(int (*function)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t), Precise const& b) {
    function(value_, value_, b.value_, MPFR_RNDN);
    return *this;
  }
  mpfr_t value_;
};

inline double absolute_error(double got, Precise const& exact) { return std::fabs((Precise(got) - exact).rounded()); }
inline double relative_error(double got, Precise const& exact) { return std::fabs(((Precise(got) - exact) / exact).rounded()); }
/// In units of the exact value's last place.
inline double ulp_error(double got, Precise const& exact) { return std::fabs(((Precise(got) - exact) / Precise(exact.ulp())).rounded()); }

/// The largest error seen, and where. A NaN counts as larger than anything.
struct WorstError {
  double error = 0.0;
  double at = 0.0;

  void see(double seen, double where) {
    if (std::isnan(error) || seen <= error) return;
    error = seen;
    at = where;
  }
};

}  // namespace fleetcast::test
