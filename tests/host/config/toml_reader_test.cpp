#include "host/config/toml_reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/config/keys.hpp"
#include "host/engine/plan.hpp"
#include "tests/host/config/messages.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::message;

TEST(SweepFile, NamesTheNearestKeyForATypo) {
  auto const said = message("[autoscaler]\nscale_up_att = 3\n");

  EXPECT_SAYS(said, "s.toml:2:16: scale_up_att is not a key of [autoscaler]");
  EXPECT_SAYS(said, "did you mean scale_up_at?");
}

TEST(SweepFile, RefusesWhatIsNoTomlWithItsPlace) { EXPECT_SAYS(message("[sweep\n"), "s.toml:1:7: not valid TOML"); }

TEST(SweepFile, RefusesWrongTypes) {
  EXPECT_SAYS(message("[sla]\nttft_ms = \"fast\"\n"), "s.toml:2:11: sla.ttft_ms must be a number, not a string");
  EXPECT_SAYS(message("[service]\nbacklog = 1\n"), "service.backlog must be true or false");
  EXPECT_SAYS(message("[autoscaler]\nsignal = 3\n"), "autoscaler.signal must be a string");
  EXPECT_SAYS(message("[sla]\nlatency_levels_ms = 250\n"), "must be a list of numbers");
}

TEST(SweepFile, RefusesNumbersOutOfBounds) {
  EXPECT_SAYS(message("[workload]\nrequests_per_minute = -4\n"), "s.toml:2:23: workload.requests_per_minute = -4 must lie in 0 to 1000000000 1/min");
  EXPECT_SAYS(message("[sweep]\nrealizations = 0\n"), "must lie in 1 to");
  EXPECT_SAYS(message("[sweep]\nrealizations = 2.5\n"), "must be a whole number");
  EXPECT_SAYS(message("[sla]\nobjective = nan\n"), "must be a finite number");
  EXPECT_SAYS(message("[service]\ndecode_tokens_per_second = 0\n"), "must lie in 0.001 to");
}

TEST(SweepFile, RefusesUnknownChoices) {
  EXPECT_SAYS(message("[autoscaler]\nsignal = \"cpu\"\n"), "choose one of tokens_per_minute, tokens_per_replica, utilization");
}

TEST(Grid, RefusesWhatCanBeNoAxis) {
  EXPECT_SAYS(message("[grid]\n\"autoscaler.scale_up\" = [1, 2]\n"), "did you mean autoscaler.scale_up_at?");
  EXPECT_SAYS(message("[grid]\n\"sweep.days\" = [1, 2]\n"), "can't be an axis");
  EXPECT_SAYS(message("[grid]\n\"autoscaler.signal\" = [\"utilization\"]\n"), "can't be an axis");
}

TEST(Grid, RefusesEmptyAxesRepeatedValuesAndBadSpreads) {
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = []\n"), "s.toml:2:17: axis sla.ttft_ms is empty");
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = [1, 1]\n"), "holds a value twice");
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = { from = 1, to = 2 }\n"), "needs from, to and count");
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = { from = 1, to = 2, count = 0 }\n"), "count = 0");
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = { from = -1, to = 2, count = 3 }\n"), "holds -1");
}

TEST(Grid, TakesAxesWithAndWithoutQuotes) {
  auto const config = parse_sweep("[grid]\nautoscaler.step_up = [2, 3]\nsla.ttft_ms = { from = 1, to = 3, count = 3 }\n", "s.toml", {});

  ASSERT_EQ(config.grid.size(), 2U);
  EXPECT_EQ(config.grid[0].key, "autoscaler.step_up");
  EXPECT_EQ(config.grid[1].values, (std::vector<double>{1, 2, 3}));
}

TEST(Grid, SuggestsTheTableOfAKeyWithoutOne) { EXPECT_SAYS(message("[grid]\nscale_up_at = [1, 2]\n"), "did you mean autoscaler.scale_up_at?"); }

TEST(Grid, RefusesAxesThatChangeNothing) {
  EXPECT_SAYS(message("[grid]\n\"service.tpot.slope_ms\" = [1, 2]\n"), "changes nothing, since service.tpot.curve is \"none\"");
  EXPECT_SAYS(message("[workload]\nprofile = \"p.csv\"\n[grid]\n\"workload.requests_per_minute\" = [1, 2]\n"),
              "changes nothing, since workload.profile");
}

TEST(Grid, RefusesAxesThatSayHowTheWholeGridIsRun) {
  EXPECT_SAYS(message("[grid]\n\"sla.reliability\" = [0.9, 0.99]\n"), "fleetcast analyze --reliability");
  EXPECT_SAYS(message("[grid]\n\"search.race\" = [true, false]\n"), "it says how the whole grid is run");
  EXPECT_SAYS(message("[grid]\n\"stop.half_width\" = [1, 2]\n"), "it says how the whole grid is run");
}

TEST(Override, MayHaveBlanksAndQuotes) {
  std::string const toml = "[grid]\n\"autoscaler.scale_up_at\" = [1e5, 2e5]\n";
  for (auto const* text : {"autoscaler.scale_up_at=180000", " autoscaler.scale_up_at = 180000 ", "autoscaler.\"scale_up_at\"=180000"}) {
    SweepConfig const config = parse_sweep(toml, "s.toml", {text});
    EXPECT_EQ(config.autoscaler.scale_up_at, 180000) << text;
    EXPECT_TRUE(config.grid.empty()) << text << ": what is set is no axis";
  }
  for (auto const* text : {"grid.autoscaler.scale_up_at=[7]", "grid.\"autoscaler.scale_up_at\" = [7]"})
    EXPECT_EQ(parse_sweep(toml, "s.toml", {text}).grid.at(0).values, std::vector<double>{7}) << text;
}

TEST(Override, OfAWorkloadFileIsOneHoweverItIsWritten) {
  std::string const file = testing::temporary_path("workload.toml");
  std::ofstream(file) << "[workload]\nrequests_per_minute = 7\n";
  for (std::string const& text : {"workload.file=" + file, "workload.file = \"" + file + "\"", "workload.file='" + file + "'"})
    EXPECT_EQ(parse_sweep("", "s.toml", {text}).workload.requests_per_minute, 7) << text;
  std::filesystem::remove(file);
}

TEST(Override, IsOneKey) {
  try {
    parse_sweep("", "s.toml", {"workload={file=\"w.toml\"}"});
    FAIL();
  } catch (Error const& error) {
    EXPECT_SAYS(error.what(), "--set workload={file=\"w.toml\"}: workload is a table; set its keys one by one");
  }
}

TEST(Grid, RefusesAnUnknownScale) {
  EXPECT_SAYS(message("[grid]\n\"sla.ttft_ms\" = { from = 1, to = 2, count = 2, scale = \"cubic\" }\n"), "it is \"linear\" or \"log\"");
}

TEST(SweepFile, RefusesIntegersADoubleCannotHold) {
  EXPECT_SAYS(message("[sweep]\nseed = 9007199254740993\n"), "sweep.seed = 9007199254740993 can't be kept to the last digit");
  EXPECT_SAYS(message("[sweep]\nseed = 9007199254740994\n"), "must lie in 0 to 9007199254740992");
  EXPECT_SAYS(message("[workload]\ndrift_half_life_minutes = 9223372036854775807\n"), "can't be kept to the last digit");
}

TEST(SweepFile, RefusesNamesThatAreNoFileNames) { EXPECT_SAYS(message("[sweep]\nname = \"../up\"\n"), "good for a file name"); }

TEST(Grid, KeepsScenariosThatCantBeRunApart) {
  // one law of the axis can't be tabled: its cells are invalid, the others run
  Plan const plan =
      make_plan(parse_sweep("[sweep]\nminutes = 10\n[[workload.class]]\nprompt = { median = 10, sigma = 1, min = 1, max = 1048576 "
                            "}\n[grid]\n\"workload.class.0.prompt.sigma\" = [1, 2]\n",
                            "s.toml", {}));

  EXPECT_EQ(plan.valid_cells(), 1U);
  EXPECT_TRUE(plan.scenarios[1].classes.empty());
}

TEST(Grid, RefusesATrillionCells) {
  std::string toml = "[grid]\n";
  for (auto const* key : {"sla.ttft_ms", "autoscaler.scale_up_at", "autoscaler.scale_down_at"})
    toml += std::string("\"") + key + "\" = { from = 1, to = 1000, count = 10000 }\n";

  EXPECT_SAYS(message(toml), "too many cells (100000000 at most");
}

TEST(Grid, KeepsContradictoryCellsAndRefusesAGridOfNothingElse) {
  Plan const plan = make_plan(parse_sweep("[grid]\n\"autoscaler.scale_down_at\" = [100000, 300000]\n", "s.toml", {}));

  EXPECT_EQ(plan.cells, 2U);
  EXPECT_EQ(plan.valid_cells(), 1U);
  EXPECT_SAYS(message("[autoscaler]\nmin_replicas = 9\nmax_replicas = 3\n"), "no cell is valid: min_replicas 9 exceeds max_replicas 3");
}

TEST(Grid, KeepsTheOrderOfTheFile) {
  auto const config = parse_sweep("[grid]\n\"sla.ttft_ms\" = [1]\n\"autoscaler.step_up\" = [2, 3]\n", "s.toml", {});

  ASSERT_EQ(config.grid.size(), 2U);
  EXPECT_EQ(config.grid[0].key, "sla.ttft_ms");
  EXPECT_EQ(config.grid[1].values, (std::vector<double>{2, 3}));
}

TEST(Grid, SpacesLogarithmicallyOnRequest) {
  auto const config = parse_sweep("[grid]\n\"sla.ttft_ms\" = { from = 1, to = 100, count = 3, scale = \"log\" }\n", "s.toml", {});

  EXPECT_NEAR(config.grid[0].values[1], 10.0, 1e-12);
  EXPECT_EQ(config.grid[0].values[2], 100.0);
}

TEST(Plan, RefusesTimeThatTicksDoNotDivide) { EXPECT_SAYS(message("[sweep]\ntick_seconds = 7\n"), "does not divide the realization"); }

TEST(Plan, RefusesSharesThatDoNotAddUp) {
  EXPECT_SAYS(message("[[workload.class]]\nshare = 0.7\n[[workload.class]]\nshare = 0.2\n"), "add up to 0.9");
}

TEST(Plan, RefusesLawsItCannotTable) {
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { median = 10, sigma = 2, min = 1, max = 1048576 }\n"), "can't be tabled well enough");
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { median = 1000, sigma = 1, min = 50, max = 20 }\n"), "leave no length");
}

TEST(Plan, RefusesSumsThatCouldOverflow) {
  std::string const slow =
      "[workload]\nrequests_per_minute = 40000\n[[workload.class]]\nprompt = { median = 1000000, sigma = 0.1, min = 1, max = 1048576 }\n"
      "[service]\nprefill_tokens_per_second = 0.001\n";

  EXPECT_SAYS(message(slow), "2^62 replica-microseconds");
}

TEST(Overrides, ReplaceKeysAndAxes) {
  std::string const toml = "[grid]\n\"sla.ttft_ms\" = [100, 200]\n\"autoscaler.step_up\" = [1, 2]\n";

  auto const config = parse_sweep(toml, "s.toml", {"sla.ttft_ms=300", "workload.burst_cv=0.5", "workload.class.0.prompt.median=77"});

  EXPECT_EQ(config.sla.ttft_ms, 300);
  EXPECT_EQ(config.workload.burst_cv, 0.5);
  EXPECT_EQ(config.workload.classes[0].prompt.median, 77);
  ASSERT_EQ(config.grid.size(), 1U);
  EXPECT_EQ(config.grid[0].key, "autoscaler.step_up");
}

TEST(Overrides, ReplaceAxesAndNamesOfClasses) {
  std::string const toml = "[grid]\n\"workload.class.0.prompt.median\" = [100, 200]\n\"autoscaler.step_up\" = [1, 2]\n";

  auto const config = parse_sweep(toml, "s.toml", {"workload.class.0.prompt.median=77", "workload.class.0.name=chat"});

  EXPECT_EQ(config.workload.classes[0].prompt.median, 77);
  EXPECT_EQ(config.workload.classes[0].name, "chat");
  ASSERT_EQ(config.grid.size(), 1U);
  EXPECT_EQ(config.grid[0].key, "autoscaler.step_up");
}

TEST(Overrides, AreCheckedLikeTheFile) {
  EXPECT_SAYS(message("", {"nonsense"}, ExitCode::usage), "write it as key=value");
  EXPECT_SAYS(message("", {"sla.ttft=3"}, ExitCode::usage), "did you mean ttft_ms?");
  EXPECT_SAYS(message("", {"sla.ttft_ms=-3"}, ExitCode::usage), "must lie in");
}

TEST(ResolvedFile, ReadsBackToTheSamePlan) {
  std::string const toml =
      "[sweep]\nseed = 5\n[workload]\nweekday_factors = [1, 1, 1, 1, 1, 0.5, 0.5]\n[[workload.class]]\nshare = 0.25\n"
      "[[workload.class]]\nshare = 0.75\n[grid]\n\"sla.ttft_ms\" = [450, 500]\n\"service.backlog\" = [true, false]\n";
  Plan const plan = make_plan(parse_sweep(toml, "s.toml", {}));

  Plan const again = make_plan(parse_sweep(resolved_toml(plan.config), "resolved.toml", {}));

  EXPECT_EQ(again.hash, plan.hash);
  EXPECT_EQ(resolved_toml(again.config), resolved_toml(plan.config));
}

TEST(ResolvedFile, ReadsBackFlagsOfTheBaseline) {
  Plan const plan = make_plan(parse_sweep("[baseline]\n\"service.backlog\" = true\n[grid]\n\"service.backlog\" = [true, false]\n", "s.toml", {}));

  EXPECT_EQ(make_plan(parse_sweep(resolved_toml(plan.config), "resolved.toml", {})).hash, plan.hash);
}

TEST(ResolvedFile, HasTheBaselineInOneOrderWhateverSetItLast) {
  std::string const text =
      "[baseline]\n\"autoscaler.step_up\" = 2\n\"sla.ttft_ms\" = 300\n[grid]\n\"autoscaler.step_up\" = [1, 2]\n\"sla.ttft_ms\" = [300, 400]\n";
  auto const config = parse_sweep(text, "s.toml", {"baseline.autoscaler.step_up=1"});

  std::string const resolved = resolved_toml(config);

  EXPECT_EQ(resolved_toml(parse_sweep(resolved, "resolved.toml", {})), resolved);
  EXPECT_NE(resolved.find("[baseline]\n\"autoscaler.step_up\" = 1\n\"sla.ttft_ms\" = 300\n"), std::string::npos) << resolved;
}

TEST(ResolvedFile, ReadsBackCharactersThatTomlEscapes) {
  auto const config = parse_sweep("[sweep]\nname = \"a\\\"b\\\\c\\u007fd\"\n[workload]\nprofile = \"a\\nb.csv\"\n", "s.toml", {});

  auto const again = parse_sweep(resolved_toml(config), "resolved.toml", {});

  EXPECT_EQ(again.sweep.name,
            "a\"b\\c\u007f"
            "d");
  EXPECT_EQ(again.workload.profile, "a\nb.csv");
}

TEST(SweepFile, RefusesKeysThatGoDeeperThanTheStack) {
  std::string deep = "a";
  for (int i = 0; i < 300'000; ++i) deep += ".a";

  EXPECT_SAYS(message("# 1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18\n" + deep + " = 1\n"), "s.toml:2: a key has more than 16 parts");
  EXPECT_SAYS(message("[" + deep + "]\n"), "s.toml:1: a key has more than 16 parts");
  EXPECT_SAYS(message("[sweep]\nname = \"\"\"abc\"\"\"\"\n" + deep + " = 1\n"), "s.toml:3: a key has more than 16 parts")
      << "its text ends in a quote";
  EXPECT_SAYS(message("", {deep + "=1"}, ExitCode::usage), "a key has more than 16 parts");
}

TEST(SweepFile, TakesDotsThatAreNoKeys) {
  std::string const dots(40, '.');
  std::string const toml =
      "[sweep]\nname = \"x" + dots + "\" # " + dots + "\n[workload]\nprofile = '''" + dots +
      "''x'''\n[sla]\nlatency_levels_ms = [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8]\n";

  auto const config = parse_sweep(toml, "s.toml", {});

  EXPECT_EQ(config.sweep.name, "x" + dots);
  EXPECT_EQ(config.workload.profile, dots + "''x");
  EXPECT_EQ(config.sla.latency_levels_ms.size(), 17U);
}

TEST(Help, NamesEveryKey) {
  SweepConfig config;
  config.workload.classes.resize(1);
  std::string const help = keys_help();

  for (auto const& key : bind_keys(config)) EXPECT_SAYS(help, key.path.substr(key.path.find('.') + 1));
}

}  // namespace
}  // namespace fleetcast
