#include "host/report/run_facts.hpp"

#include <gtest/gtest.h>

#include "host/config/error.hpp"
#include "run_examples.hpp"

namespace fleetcast {
namespace {

std::string refusal(std::string const& text) {
  try {
    parse_status(text, "s.json");
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    return error.what();
  }
  return "no error";
}

TEST(Status, ReadsBackAsItWasWritten) {
  for (RunFacts const& facts : {testing::young_run(), testing::old_run(), testing::stopped_run()}) {
    std::string const text = status_json(facts).dump();

    RunFacts const read = parse_status(text, "s.json");

    EXPECT_EQ(status_json(read).dump(), text);
    EXPECT_EQ(read.updated, facts.updated);
    EXPECT_EQ(read.checkpoint.has_value(), facts.checkpoint.has_value());
    EXPECT_EQ(read.exit_code, facts.exit_code);
  }
}

TEST(Status, SaysForProgramsHowFarTheRunIs) {
  auto const status = status_json(testing::old_run());

  EXPECT_EQ(status.at("state"), "running");
  EXPECT_EQ(status.at("updated"), "2026-11-22T17:16:56.042Z");
  EXPECT_EQ(status.at("share"), 0.25);
  EXPECT_EQ(status.at("checkpoint").at("generation"), 71);
  EXPECT_EQ(status.at("best").at(0).at("settings").at("autoscaler.scale_up_at"), 154286);
  EXPECT_TRUE(status.at("exit_code").is_null());
  EXPECT_TRUE(status_json(testing::young_run()).at("eta_seconds").is_null());
}

TEST(Status, KeepsWhatIsNotKnownApart) {
  RunFacts facts = testing::old_run();
  facts.best.front().cost_low_usd.reset();
  auto const status = status_json(facts);
  EXPECT_TRUE(status.at("best").at(0).at("cost_low_usd").is_null());
  EXPECT_FALSE(parse_status(status.dump(), "s.json").best.front().cost_low_usd);
}

TEST(Status, RefusesWhatIsNone) {
  auto status = status_json(testing::old_run());
  EXPECT_NE(refusal("").find("s.json: is no status of a run (it is no JSON)"), std::string::npos);
  EXPECT_NE(refusal("[]").find("it does not say that it is one"), std::string::npos);
  EXPECT_NE(refusal(R"({"filetype": 3})").find("is no status of a run"), std::string::npos);
  EXPECT_NE(refusal(R"({"filetype": "fleetcast status"})").find("format_version"), std::string::npos);
  status["format_version"] = 2;
  EXPECT_NE(refusal(status.dump()).find("written by a newer fleetcast (status format 2, this one reads up to 1)"), std::string::npos);
}

TEST(Status, RefusesFieldsThatAreMissingOrNoSuchThing) {
  auto const status = status_json(testing::old_run());
  for (auto const& item : status.items()) {
    if (item.key() == "share") continue;  // follows from others
    auto broken = status;
    broken.erase(item.key());
    EXPECT_NE(refusal(broken.dump()), "no error") << item.key();
    broken[item.key()] = nlohmann::ordered_json::array({nlohmann::ordered_json::array()});
    EXPECT_NE(refusal(broken.dump()), "no error") << item.key();
  }
  for (auto const& [key, value] : {std::pair{"state", "sleeping"}, std::pair{"updated", "yesterday"}, std::pair{"updated", "2026-11-22T17:16:56Z"}}) {
    auto broken = status;
    broken[key] = value;
    EXPECT_NE(refusal(broken.dump()).find("is no status of a run"), std::string::npos) << value;
  }
  auto broken = status;
  broken["pid"] = 0;
  EXPECT_NE(refusal(broken.dump()).find("pid must be positive"), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
