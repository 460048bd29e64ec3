#include "host/io/json_lines.hpp"

#include "tests/host/fit/trace/trace_files.hpp"

namespace fleetcast {
namespace {

using testing::TextFile;

TEST(JsonLines, GivesTheChosenKeysAsText) {
  TextFile const file(
      "\n{\"a\": 1.50, \"skipped\": {\"b\": [1, {\"c\": 2}]}, \"b\": \"x\\u002By\"}\r\n"
      "  {\"b\":\"\",\"a\":-2e3 }  \n\n");
  JsonLinesReader reader(file.path);
  EXPECT_EQ(reader.keys(), (std::vector<std::string>{"a", "skipped", "b"}));
  reader.choose({2, 0});

  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.value(0), "x+y");
  EXPECT_EQ(reader.value(1), "1.50");
  EXPECT_EQ(reader.line(), 2U);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.value(0), "");
  EXPECT_EQ(reader.value(1), "-2e3");
  EXPECT_FALSE(reader.next());
}

/// What reading key a of every line is refused with, path left out.
std::string problem(std::string const& text) {
  TextFile const file(text);
  try {
    JsonLinesReader reader(file.path);
    reader.choose({0});
    while (reader.next()) {
    }
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    return std::string(error.what()).substr(file.path.size());
  }
  return "no error";
}

TEST(JsonLines, NamesLineAndKeyOfAMistake) {
  EXPECT_EQ(problem("{\"a\":1}\n{\"b\":1}\n"), ":2: key a: is missing, and the first line has it; correct or remove the line");
  EXPECT_EQ(problem("{\"a\":1}\n{\"a\":[1]}\n"), ":2: key a: holds neither a number nor a string; correct or remove the line");
  EXPECT_EQ(problem("{\"a\":true}\n"), ":1: key a: holds neither a number nor a string; correct or remove the line");
  EXPECT_EQ(problem(""), ": is empty; one JSON object a line is needed");
}

TEST(JsonLines, RefusesWhatIsNotOneObjectALine) {
  for (std::string const wrong :
       {"{\"a\":1", "{\"a\":1}}", "{\"a\":1} {\"a\":2}", "{\"a\":1,}", "{\"a\" 1}", "5", "\"a\"", "{\"a\":\"\xff\"}", "{'a':1}", "nonsense"})
    EXPECT_EQ(problem("{\"a\":1}\n" + wrong + "\n{\"a\":1}\n").substr(0, 27), ":2: is not one JSON object ") << wrong;
}

}  // namespace
}  // namespace fleetcast
