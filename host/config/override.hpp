/// "key = value" as it stands behind --set.
#pragma once

#include <string>

namespace fleetcast {

struct Override {
  std::string text;   ///< as given, for messages
  std::string key;    ///< dotted: "autoscaler.scale_up_at"; blanks and quotes, which TOML allows in a key, are left out
  std::string value;  ///< without blanks around it
};

/// @throws Error usage
Override override_from(std::string const& text);

}  // namespace fleetcast
