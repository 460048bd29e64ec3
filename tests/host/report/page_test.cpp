// What a report page is made from: its text, its words, the part of a grid that it has room for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/config/error.hpp"
#include "host/report/base64.hpp"
#include "host/report/page.hpp"
#include "host/report/page_cells.hpp"
#include "host/report/page_scope.hpp"
#include "host/report/page_words.hpp"

namespace fleetcast {
namespace {

std::string encoded(std::string const& text) { return base64(std::span(reinterpret_cast<std::uint8_t const*>(text.data()), text.size())); }

TEST(Base64, AgreesWithTheStandardsExamples) {  // RFC 4648, section 10
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, WritesFloatsAsLittleEndianBytes) {
  std::vector<float> const values{1.0F, -2.0F};  // 00 00 80 3f, 00 00 00 c0

  EXPECT_EQ(base64(values), "AACAPwAAAMA=");
}

TEST(PageWords, SharesAreNeverRoundedToNoneOrToAll) {
  EXPECT_EQ(share_text(0.0), "0%");
  EXPECT_EQ(share_text(1.0), "100%");
  EXPECT_EQ(share_text(0.6438), "64.4%");
  EXPECT_EQ(share_text(0.00438), "0.44%");
  EXPECT_EQ(share_text(0.99994), "99.9940%");
  EXPECT_EQ(share_text(1e-9), "<0.0001%");
  EXPECT_EQ(level_text(0.95), "95%");
  EXPECT_EQ(level_text(0.9995), "99.95%");
}

TEST(PageWords, MoneyHasCentsBelowAHundredDollars) {
  EXPECT_EQ(usd_text(5558.4), "$5,558");
  EXPECT_EQ(usd_text(26.524), "$26.52");
  EXPECT_EQ(usd_text(-3.0), "-$3.00");
}

TEST(PageWords, RealizationsAreDaysWhereTheyLastADay) {
  EXPECT_EQ(often_text("day", 0.95), "on at least 95% of days");
  EXPECT_EQ(often_text("90 min", 0.999), "in at least 99.9% of realizations");
}

Axis axis(std::string const& key, std::size_t count, std::string const& unit = "") {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(i);
  return {key, values, unit, "", key.starts_with("workload."), false};
}

TEST(PageCells, AxesAreCalledByTheirWords) {
  EXPECT_EQ(axis_label(axis("autoscaler.scale_up_at", 2)), "scale up at");
  EXPECT_EQ(axis_label(axis("service.startup_seconds", 2, "s")), "startup");
  EXPECT_EQ(axis_label(axis("sla.ttft_ms", 2, "ms")), "TTFT");
  EXPECT_EQ(axis_label(axis("workload.class.0.prompt.median", 2, "tokens")), "class 0 prompt median");
  EXPECT_EQ(axis_unit(axis("autoscaler.scale_up_at", 2), "tokens_per_replica"), "tokens/min/replica");
  EXPECT_EQ(axis_unit(axis("service.startup_seconds", 2, "s"), "utilization"), "s");
  EXPECT_EQ(axis_unit(axis("workload.requests_per_minute", 2, "1/min"), "utilization"), "");
}

/// Decisions over a whole grid, as far as a page's scope depends on them.
Decisions decisions_over(std::vector<Axis> const& axes) {
  DecisionScope scope(axes);
  Decisions decisions{scope, {0.95, 0.05, 0}, scope.open_choices(axes), scope.open_conditions(axes), {}};
  for (auto& cells : scope.by_condition(axes)) {
    Decision decision;
    decision.scope = std::move(cells);
    decisions.by_condition.push_back(std::move(decision));
  }
  return decisions;
}

std::vector<std::uint64_t> first_cells(Decisions const& decisions) {
  std::vector<std::uint64_t> cells;
  for (auto const& decision : decisions.by_condition) cells.push_back(decision.scope.cells.front());
  return cells;
}

TEST(PageScope, KeepsAGridThatHasRoom) {
  std::vector<Axis> const axes{axis("autoscaler.scale_up_at", 64), axis("workload.requests_per_minute", 3), axis("autoscaler.scale_down_at", 64)};
  Decisions const decisions = decisions_over(axes);

  PageScope const scope = page_scope(axes, decisions, first_cells(decisions));

  EXPECT_TRUE(scope.is_whole);
  EXPECT_EQ(scope.cells(), 64U * 3U * 64U);
  EXPECT_EQ(scope.decisions, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(PageScope, ThinsTheLongestAxesAndKeepsWhatMatters) {
  std::vector<Axis> const axes{axis("autoscaler.scale_up_at", 1000), axis("autoscaler.scale_down_at", 1000), axis("autoscaler.step_up", 4)};
  Decisions const decisions = decisions_over(axes);
  std::uint64_t const chosen = (617ULL * 1000 + 331) * 4 + 3;

  PageScope const scope = page_scope(axes, decisions, std::vector{chosen}, 16, 24000);

  EXPECT_FALSE(scope.is_whole);
  EXPECT_LE(scope.cells(), 24000U);
  EXPECT_GE(scope.cells(), 20000U);
  EXPECT_EQ(scope.kept[2].size(), 4U);
  EXPECT_TRUE(std::ranges::binary_search(scope.kept[0], 617U));
  EXPECT_TRUE(std::ranges::binary_search(scope.kept[1], 331U));
}

TEST(PageScope, HoldsSomeOfManyConditions) {
  std::vector<Axis> const axes{axis("workload.requests_per_minute", 100), axis("sla.ttft_ms", 7), axis("autoscaler.scale_up_at", 50)};
  Decisions const decisions = decisions_over(axes);

  PageScope const scope = page_scope(axes, decisions, first_cells(decisions), 16, 24000);

  EXPECT_LE(scope.decisions.size(), 16U);
  EXPECT_EQ(scope.decisions.size(), scope.kept[0].size() * scope.kept[1].size());
  for (std::size_t const number : scope.decisions) {
    auto const& position = decisions.by_condition[number].scope.position;
    EXPECT_TRUE(std::ranges::binary_search(scope.kept[0], position[0]));
    EXPECT_TRUE(std::ranges::binary_search(scope.kept[1], position[1]));
  }
}

TEST(PageScope, GivesUpValuesThatMatterBeforeItGivesUpItsSize) {
  std::vector<Axis> const axes{axis("workload.requests_per_minute", 16), axis("autoscaler.scale_up_at", 16), axis("autoscaler.scale_down_at", 16)};
  Decisions const decisions = decisions_over(axes);
  std::vector<std::uint64_t> chosen;  // on the diagonal: together they need every value
  for (std::uint64_t i = 0; i < 16; ++i) chosen.push_back((i * 16 + i) * 16 + i);

  PageScope const scope = page_scope(axes, decisions, chosen, 16, 16 * 64);

  EXPECT_EQ(scope.decisions.size(), 16U);
  EXPECT_LE(scope.cells(), 16U * 64U);
}

TEST(Page, HoldsItsDataSoThatNoStringEndsItsScript) {
  try {
    require_page_library();
  } catch (Error const& error) {
    GTEST_SKIP() << error.what();
  }

  std::string const page = report_page("a < b & {{data}}", {{"name", "</script><!--"}, {"mark", "{{plotly}}"}});

  EXPECT_NE(page.find("<title>a &lt; b &amp; {{data}}</title>"), std::string::npos);
  EXPECT_NE(page.find(R"({"name":"\u003c/script>\u003c!--","mark":"{{plotly}}"})"), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace fleetcast
