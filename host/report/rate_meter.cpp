#include "rate_meter.hpp"

namespace fleetcast {

namespace {

constexpr double window_seconds = 60;
constexpr double spacing_seconds = 1;

}  // namespace

void RateMeter::add(Totals const& now) {
  now_ = now;
  if (past_.empty() || now.seconds - past_.back().seconds >= spacing_seconds) past_.push_back(now);
  // the oldest kept is the last that is not younger than the window
  while (past_.size() > 1 && past_[1].seconds <= now.seconds - window_seconds) past_.pop_front();
}

RateMeter::Totals RateMeter::per_second() const {
  if (past_.empty() || !(now_.seconds > past_.front().seconds)) return {};
  Totals const& then = past_.front();
  double const seconds = now_.seconds - then.seconds;
  return {1, (now_.realizations - then.realizations) / seconds, (now_.requests - then.requests) / seconds, (now_.steps - then.steps) / seconds};
}

}  // namespace fleetcast
