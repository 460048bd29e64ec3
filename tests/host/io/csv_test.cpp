#include "host/io/csv.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

class Csv : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  CsvReader read(std::string const& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return CsvReader(path_);
  }
  /// The message reading all of column 0 as numbers gives.
  std::string problem(std::string const& text) {
    try {
      CsvReader csv = read(text);
      while (csv.next()) csv.number(0);
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      return std::string(error.what()).substr(path_.size());
    }
    return "no error";
  }

  std::string path_ = testing::temporary_path("rows.csv");
};

TEST_F(Csv, ReadsRowsByColumnNameWhateverItsCase) {
  CsvReader csv = read("Time, Tokens\n1,20\n2.5,30\n");

  int const tokens = csv.column({"prompt", "TOKENS"});
  ASSERT_EQ(tokens, 1);
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.whole(tokens, 100), 20U);
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.number(0), 2.5);
  EXPECT_FALSE(csv.next());
  EXPECT_EQ(csv.column({"none"}), -1);
}

TEST_F(Csv, TakesByteOrderMarkCarriageReturnsQuotesAndEmptyLines) {
  CsvReader csv = read("\xEF\xBB\xBF\"a, b\",c\r\n\r\n\"1\",\"say \"\"x\"\"\"\r\n2,\r\n3,z");

  EXPECT_EQ(csv.header()[0], "a, b");
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.field(1), "say \"x\"");
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.field(1), "");
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.field(1), "z");
  EXPECT_FALSE(csv.next());
}

TEST_F(Csv, NamesRowAndColumnOfABadNumber) {
  EXPECT_EQ(problem("t,n\n1,2\nx,3\n"), ":3: column t: \"x\" is not a finite number; correct or remove the row");
  EXPECT_EQ(problem("t,n\nnan,2\n"), ":2: column t: \"nan\" is not a finite number; correct or remove the row");
  EXPECT_EQ(problem("t,n\n,2\n"), ":2: column t: is empty where a finite number is needed; fill it in or remove the row");
  EXPECT_EQ(problem("t,n\n\"1,5\",2\n"),
            ":2: column t: \"1,5\" is not a finite number (it has a comma in it); write numbers with no commas and with a point: 15 or 1.5");
}

TEST_F(Csv, RefusesRowsOfAnotherLength) {
  EXPECT_EQ(problem("t,n\n1\n"), ":2: 1 field where the header has 2; is the line cut off? Complete or remove it");
  EXPECT_EQ(problem("t\n1,000\n"), ":2: 2 fields where the header has 1; is a number written with a comma? Quote the field or remove the comma");
}

TEST_F(Csv, KeepsLineBreaksWithinQuotes) {
  CsvReader csv = read("a,b\n1,\"x\r\ny \"\"z\"\"\"\n2,w\n");

  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.field(1), "x\r\ny \"z\"");
  EXPECT_EQ(csv.line(), 2U);
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.line(), 4U);
  EXPECT_EQ(csv.field(1), "w");
}

TEST_F(Csv, TakesSemicolonsAndTabsWhereThereIsNoComma) {
  for (char const separator : {';', '\t'}) {
    CsvReader csv = read(std::string("a") + separator + "b\n1" + separator + "\"2" + separator + "3\"\n");
    ASSERT_TRUE(csv.next());
    EXPECT_EQ(csv.field(1), std::string("2") + separator + "3");
  }
}

TEST_F(Csv, RefusesAnEmptyFileAndAnOpenQuote) {
  EXPECT_EQ(problem(""), ": is empty; a header line with column names is needed");
  EXPECT_EQ(problem("t\n\"1\n"), ":2: a quoted field does not end; close its quote");
}

TEST_F(Csv, RefusesWholeNumbersBeyondTheirBound) {
  CsvReader csv = read("n\n-1\n");
  ASSERT_TRUE(csv.next());

  EXPECT_THROW(csv.whole(0, 10), Error);
}

TEST_F(Csv, SaysThatAFileIsMissing) { EXPECT_THROW(CsvReader("/no/such/file.csv"), Error); }

}  // namespace
}  // namespace fleetcast
