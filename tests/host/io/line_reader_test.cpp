#include "host/io/line_reader.hpp"

#include "tests/host/fit/trace/trace_files.hpp"

namespace fleetcast {
namespace {

using testing::TextFile;

std::vector<std::string> lines_of(std::string const& text) {
  TextFile const file(text);
  LineReader reader(file.path);
  std::vector<std::string> lines;
  while (reader.next()) {
    lines.emplace_back(reader.line());
    EXPECT_EQ(reader.number(), lines.size());
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReader, EndsLinesAtEitherBreakAndAtTheEnd) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n"), Lines{""});
  EXPECT_EQ(lines_of("a\r\nb\n\nc"), (Lines{"a", "b", "", "c"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"
                     "a\n"),
            Lines{"a"});
}

TEST(LineReader, KeepsLinesWholeAcrossItsBuffer) {
  std::string text;
  Lines expected;
  for (std::size_t i = 0; i < 3000; ++i) {
    expected.push_back(std::string(i % 701, static_cast<char>('a' + i % 26)));
    text += expected.back() + "\n";
  }
  expected.emplace_back(700000, 'z');  // longer than the buffer at first
  text += expected.back() + "\n";

  EXPECT_EQ(lines_of(text), expected);
  EXPECT_EQ(lines_of(testing::gzipped(text)), expected);
}

TEST(LineReader, ExtendsALineByTheNext) {
  TextFile const file("a\r\nb\n" + std::string(300000, 'c') + "\nd");
  LineReader reader(file.path);

  ASSERT_TRUE(reader.next());
  ASSERT_TRUE(reader.extend());
  EXPECT_EQ(reader.line(), "a\r\nb");
  ASSERT_TRUE(reader.extend());
  EXPECT_EQ(reader.line().size(), 5U + 300000U);
  EXPECT_EQ(reader.number(), 1U);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), "d");
  EXPECT_EQ(reader.number(), 4U);
  EXPECT_TRUE(reader.is_unfinished());
  EXPECT_FALSE(reader.extend());
  EXPECT_FALSE(reader.next());
}

TEST(LineReader, ShowsTheFirstCharacterBeforeReading) {
  TextFile const file("\xEF\xBB\xBF\r\n  {1}\n");
  LineReader reader(file.path);

  EXPECT_EQ(reader.first_character(), '{');
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), "");
}

TEST(LineReader, RefusesLinesWithoutEnd) {
  TextFile const file("a\n" + std::string(LineReader::longest_line + (std::size_t{1} << 20), 'x'));
  LineReader reader(file.path);
  ASSERT_TRUE(reader.next());

  EXPECT_THROW(reader.next(), Error);
}

}  // namespace
}  // namespace fleetcast
