#include "host/config/axis_text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fleetcast {
namespace {

std::vector<double> const values{1'000'000, 1'000'001, 1234567.25, 1234567.75, 157142.85714285713, 1.5e-7, 2e17, -3};

TEST(AxisText, TellsValuesApartAndReadsBack) {
  std::vector<std::string> texts;
  for (double const value : values) texts.push_back(axis_text(values, value));

  EXPECT_EQ(texts, (std::vector<std::string>{"1000000", "1000001", "1234567", "1234568", "157143", "1.5e-07", "2e+17", "-3"}));
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(position_on_axis(values, *axis_number(texts[i])), i) << texts[i];
}

TEST(AxisText, IsOfTheValueItselfBeforeThatOfAnother) {
  std::vector<double> const close{157142.85714285713, 157143};

  EXPECT_EQ(axis_text(close, close[0]), "157142.9");
  EXPECT_EQ(position_on_axis(close, 157143), 1U);
  EXPECT_EQ(position_on_axis(close, 157142), std::nullopt);
  EXPECT_EQ(position_on_axis({}, 5), std::nullopt);
}

TEST(AxisText, NamesWhatIsNear) {
  EXPECT_EQ(nearest_on_axis(values, 1'000'002), "1000000, 1000001, 1234567");
  EXPECT_EQ(nearest_on_axis({4}, 9), "4");
}

TEST(AxisNumber, IsANumberOrAFlag) {
  EXPECT_EQ(axis_number("true"), 1.0);
  EXPECT_EQ(axis_number("1.5e3"), 1500.0);
  for (auto const* text : {"", "x", "1x", "inf", "nan", "1 "}) EXPECT_EQ(axis_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fleetcast
