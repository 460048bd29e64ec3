#include "host/report/metrics_text.hpp"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "run_examples.hpp"

namespace fleetcast {
namespace {

struct Exposition {
  std::map<std::string, double> samples;  ///< by name and labels
  std::map<std::string, std::string> types;
};

/// Reads Prometheus' text format (exposition format 0.0.4) and holds it to more than Prometheus does: every metric has a HELP and a TYPE line right
/// before its samples, names follow the conventions, no sample comes twice.
Exposition read_strictly(std::string const& text) {
  static std::regex const help("# HELP ([a-z_]+) [A-Z0-9].*\\.");
  static std::regex const type("# TYPE ([a-z_]+) (counter|gauge)");
  static std::regex const sample(R"re(([a-z_]+)(\{([a-z_]+="([^"\\]|\\["\\n])*"(,|(?=\})))*\}) (-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?))re");
  EXPECT_TRUE(text.empty() || text.back() == '\n') << "the last line must end";
  Exposition out;
  std::istringstream lines(text);
  std::string helped;
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      helped = match[1];
    } else if (std::regex_match(line, match, type)) {
      name = match[1];
      EXPECT_EQ(name, helped);
      EXPECT_EQ(name.rfind("fleetcast_", 0), 0U) << name;
      EXPECT_EQ(match[2] == "counter", name.size() > 6 && name.substr(name.size() - 6) == "_total") << name;
      EXPECT_TRUE(out.types.emplace(name, match[2]).second) << name << " comes twice";
    } else if (std::regex_match(line, match, sample)) {
      EXPECT_EQ(match[1], name) << "a sample outside its metric";
      EXPECT_TRUE(out.samples.emplace(match[1].str() + match[2].str(), std::stod(match[6])).second) << line << " comes twice";
    } else {
      ADD_FAILURE() << "not the text format: " << line;
    }
  }
  return out;
}

constexpr char const* labels = "{sweep=\"baseline\",output=\"/data/results/baseline.h5\"}";

TEST(Metrics, TellWhatIsKnownInBaseUnits) {
  auto const metrics = read_strictly(metrics_text(testing::old_run()));

  auto const value = [&](std::string const& name) { return metrics.samples.at(name + labels); };
  EXPECT_EQ(value("fleetcast_realizations_total"), 1000);
  EXPECT_EQ(value("fleetcast_realizations_planned"), 4000);
  EXPECT_EQ(value("fleetcast_requests_total"), 1.5e9);
  EXPECT_EQ(value("fleetcast_policy_steps_total"), 4e12);
  EXPECT_EQ(value("fleetcast_run_seconds_total"), 5400);
  EXPECT_EQ(value("fleetcast_eta_seconds"), 12000);
  EXPECT_EQ(value("fleetcast_looks_total"), 2);
  EXPECT_EQ(value("fleetcast_checkpoints_total"), 31);
  EXPECT_EQ(value("fleetcast_checkpoint_size_bytes"), 14 << 20);
  EXPECT_EQ(value("fleetcast_faults_total"), 2);
  EXPECT_NEAR(value("fleetcast_update_timestamp_seconds"), 1795367816.042, 1e-3);  // date -d 2026-11-22T17:16:56Z +%s
}

TEST(Metrics, TellTheStateAsOneOfFour) {
  auto const metrics = read_strictly(metrics_text(testing::stopped_run()));

  std::map<std::string, double> states;
  for (auto const& [name, value] : metrics.samples)
    if (name.rfind("fleetcast_run_state", 0) == 0) states[name.substr(name.rfind("state="))] = value;
  EXPECT_EQ(states, (std::map<std::string, double>{
                        {"state=\"running\"}", 0}, {"state=\"finished\"}", 0}, {"state=\"stopped\"}", 1}, {"state=\"failed\"}", 0}}));
  EXPECT_EQ(metrics.samples.at(std::string("fleetcast_exit_code") + labels), 143);
}

TEST(Metrics, LeaveOutWhatIsNotKnownYet) {
  auto const metrics = read_strictly(metrics_text(testing::young_run()));

  for (auto const* name : {"fleetcast_eta_seconds", "fleetcast_exit_code", "fleetcast_checkpoint_size_bytes", "fleetcast_looks_total"})
    EXPECT_EQ(metrics.types.count(name), 0U) << name;
  EXPECT_EQ(metrics.types.count("fleetcast_realizations_total"), 1U);
}

TEST(Metrics, EscapeLabels) {
  RunFacts facts = testing::young_run();
  facts.sweep = "a \"b\" \\ c\nd";

  auto const metrics = read_strictly(metrics_text(facts));

  EXPECT_EQ(metrics.samples.count("fleetcast_realizations_total{sweep=\"a \\\"b\\\" \\\\ c\\nd\",output=\"/data/results/baseline.h5\"}"), 1U);
}

}  // namespace
}  // namespace fleetcast
