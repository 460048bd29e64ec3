#include "host/report/text_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fleetcast {
namespace {

TEST(TextTable, LinesUpColumnsCountingCharactersNotBytes) {
  TextTable table({"a", "ratio"});
  table.add({"12345", "1.5×"});
  table.add({"7", "12.25×"});

  EXPECT_EQ(table.render(),
            "      a    ratio\n"
            " ───────────────\n"
            "  12345     1.5×\n"
            "      7   12.25×\n");
}

TEST(Numbers, AreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567.891, 2), "-1,234,567.89");
  EXPECT_EQ(grouped(std::nan("")), "–");
}

TEST(Durations, UseTheUnitThatFits) {
  EXPECT_EQ(duration(0.0429), "43 ms");
  EXPECT_EQ(duration(12.34), "12.3 s");
  EXPECT_EQ(duration(250), "4 min 10 s");
  EXPECT_EQ(duration(11100), "3 h 05 min");
  EXPECT_EQ(duration(47.9 * 3600), "47 h 54 min");
  EXPECT_EQ(duration(55.5 * 3600), "2 d 07 h");
}

TEST(Percentages, TellSmallSharesApart) {
  EXPECT_EQ(percent(0), "0.0%");
  EXPECT_EQ(percent(0.99), "99.0%");
  EXPECT_EQ(percent(0.0123), "1.23%");
  EXPECT_EQ(percent(0.000123), "0.012%");
  EXPECT_EQ(percent(0.000001), "<0.001%");
}

TEST(Percentages, TellNearlyAllFromAll) {
  EXPECT_EQ(percent(1), "100.0%");
  EXPECT_EQ(percent(1.25), "125.0%");
  EXPECT_EQ(percent(0.9994), "99.9%");
  EXPECT_EQ(percent(0.99963), "99.96%");
  EXPECT_EQ(percent(0.999963), "99.996%");
  EXPECT_EQ(percent(0.9999999), ">99.999%");
}

TEST(Multiples, AreNoneOfNothing) {
  EXPECT_EQ(multiple(2.049), "2.05×");
  EXPECT_EQ(multiple(std::nan("")), "–");
}

TEST(Bytes, UseBinaryUnits) {
  EXPECT_EQ(bytes(512), "512 B");
  EXPECT_EQ(bytes(62.5 * 1048576), "62.5 MiB");
}

TEST(Wrapped, BreaksAtSpacesWhereALineIsFull) {
  EXPECT_EQ(wrapped("", 5), "");
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("a unbreakable b", 5), "a\nunbreakable\nb");
  EXPECT_EQ(wrapped("±5 ±6 ±7", 5), "±5 ±6\n±7");  // characters are counted, not bytes
}

}  // namespace
}  // namespace fleetcast
