#include "resolved_sweep.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/config/keys.hpp"
#include "host/version.hpp"

namespace fleetcast {

std::string resolved_sweep(SweepConfig config, std::string const& command) {
  for (auto const& key : bind_keys(config)) {
    if (!key.is_file()) continue;
    auto& path = *std::get<std::string*>(key.target);
    if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
  }
  return fmt::format("# fleetcast {} ({}) {}\n{}", version::number, version::git_sha, command, resolved_toml(config));
}

}  // namespace fleetcast
