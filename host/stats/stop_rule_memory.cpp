// What a StopRule remembers from one process to the next, as CBOR: it keeps infinite numbers.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/config/error.hpp"
#include "stop_rule.hpp"

namespace fleetcast {

std::string StopRule::memory() const {
  if (looks_.empty()) return {};
  nlohmann::json looks = nlohmann::json::array();
  for (auto const& look : looks_)
    looks.push_back({{"realizations", look.realizations},
                     {"confidence", look.confidence},
                     {"running", look.running},
                     {"leaving", look.leaving},
                     {"found", look.found},
                     {"limiting", look.limiting ? nlohmann::json(*look.limiting) : nlohmann::json()},
                     {"enough", look.enough}});
  std::string out;
  nlohmann::json::to_cbor({{"looks", looks}, {"out_of_time", out_of_time_}, {"left_race", nlohmann::json::binary(left_race_)}}, out);
  return out;
}

void StopRule::recall(std::string const& memory) {
  if (memory.empty()) return;
  try {
    nlohmann::json const json = nlohmann::json::from_cbor(memory);
    auto const& left = json.at("left_race").get_binary();
    if (left.size() != left_race_.size()) throw Error(ExitCode::bad_data, "it is of another number of settings");
    left_race_.assign(left.begin(), left.end());
    out_of_time_ = json.at("out_of_time").get<bool>();
    for (auto const& look : json.at("looks")) {
      LookRecord record{look.at("realizations").get<std::uint64_t>(),
                        look.at("confidence").get<double>(),
                        look.at("running").get<std::uint64_t>(),
                        look.at("leaving").get<std::uint64_t>(),
                        look.at("found").get<double>(),
                        std::nullopt,
                        look.at("enough").get<bool>()};
      if (!look.at("limiting").is_null()) record.limiting = look.at("limiting").get<std::uint64_t>();
      looks_.push_back(record);
    }
  } catch (std::exception const& error) {
    throw Error(ExitCode::bad_data, fmt::format("the checkpoint's account of the looks can't be used: {}; start over with --fresh", error.what()));
  }
}

}  // namespace fleetcast
