#include "origin.hpp"

#include <fmt/chrono.h>

#include <cstdlib>
#include <ctime>

#include "host/config/keys.hpp"
#include "host/version.hpp"

namespace fleetcast {

namespace {

std::string utc_date() {
  std::time_t now = std::time(nullptr);
  if (char const* const epoch = std::getenv("SOURCE_DATE_EPOCH")) now = static_cast<std::time_t>(std::strtoll(epoch, nullptr, 10));
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace

void write_origin(hdf5::Writer& file, std::string const& filetype, int format_version, SweepConfig const& sweep) {
  file.attribute("filetype", filetype);
  file.attribute("format_version", std::int64_t{format_version});
  file.attribute("Conventions", std::string("CF-1.8"));
  file.attribute("title", sweep.sweep.name);
  file.attribute("fleetcast_version", std::string(version::number));
  file.attribute("git_sha", std::string(version::git_sha));
  file.attribute("seed", static_cast<std::int64_t>(sweep.sweep.seed));
  file.attribute("rng", std::string("Philox4x32-10"));
  file.attribute("sweep", resolved_toml(sweep));
  file.attribute("date", utc_date());
}

}  // namespace fleetcast
