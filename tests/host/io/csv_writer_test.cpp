// Tables written as CSV: what stands in the file, and when there is a file.
#include "host/io/csv_writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

std::string plain_text(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string unzipped_text(std::string const& path) {
  gzFile const file = ::gzopen(path.c_str(), "rb");
  EXPECT_EQ(::gzdirect(file), 0) << "is not compressed";
  std::string text;
  char buffer[4096];
  for (int count = 0; (count = ::gzread(file, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(count));
  EXPECT_EQ(::gzclose(file), Z_OK);
  return text;
}

class CsvWriterTest : public ::testing::Test {
 protected:
  ~CsvWriterTest() override { std::filesystem::remove(path_); }
  std::string path_ = testing::temporary_path("table.csv");
};

TEST_F(CsvWriterTest, WritesNumbersTextsAndTimes) {
  CsvWriter csv(path_, Compression::none, "time_s,class,tokens");
  for (auto const& [time_us, tokens] :
       {std::pair(0LL, 0ULL), std::pair(1LL, 7ULL), std::pair(-1LL, 10ULL), std::pair(-3599968101LL, 18446744073709551615ULL),
        std::pair(60'000'000LL, 1ULL), std::pair(315'359'999'999'999LL, 2ULL)}) {
    csv.seconds(time_us);
    csv.text("chat");
    csv.whole(tokens);
    csv.end_row();
  }
  std::uint64_t const bytes = csv.commit();

  std::string const text = plain_text(path_);
  EXPECT_EQ(text,
            "time_s,class,tokens\n0.000000,chat,0\n0.000001,chat,7\n-0.000001,chat,10\n-3599.968101,chat,18446744073709551615\n"
            "60.000000,chat,1\n315359999.999999,chat,2\n");
  EXPECT_EQ(bytes, text.size());
  EXPECT_EQ(csv.rows(), 6U);
}

TEST_F(CsvWriterTest, WritesTheSameRowsCompressed) {
  constexpr int rows = 200'000;  // more than any buffer holds
  std::string expected = "number\n";
  CsvWriter csv(path_, Compression::gzip, "number");
  for (int i = -rows; i < rows; ++i) {
    csv.whole(i);
    csv.end_row();
    expected += std::to_string(i) + "\n";
  }
  std::uint64_t const bytes = csv.commit();

  EXPECT_EQ(unzipped_text(path_), expected);
  EXPECT_EQ(bytes, std::filesystem::file_size(path_));
  EXPECT_LT(bytes, expected.size() / 2);
}

TEST_F(CsvWriterTest, LeavesNothingWithoutCommit) {
  for (auto const compression : {Compression::none, Compression::gzip}) {
    CsvWriter csv(path_, compression, "number");
    csv.whole(1);
    csv.end_row();
  }

  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(CsvWriterTest, RefusesAFolderThatIsNotThere) { EXPECT_THROW(CsvWriter(path_ + "/t.csv", Compression::gzip, "number"), Error); }

}  // namespace
}  // namespace fleetcast
