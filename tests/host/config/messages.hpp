/// What a bad sweep file is answered.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/config/error.hpp"
#include "host/config/toml_reader.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast::testing {

/// The message a bad sweep gives, from reading it or from planning it.
inline std::string message(std::string const& toml, std::vector<std::string> const& overrides = {}, ExitCode code = ExitCode::bad_config) {
  try {
    make_plan(parse_sweep(toml, "s.toml", overrides));
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

inline bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
#define EXPECT_SAYS(text, part) EXPECT_PRED2(::fleetcast::testing::says, text, part)

}  // namespace fleetcast::testing
