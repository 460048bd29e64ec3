#include "host/io/append_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

struct AppendedFile : ::testing::Test {
  std::string path = testing::temporary_path("appended.log");
  ~AppendedFile() override { std::filesystem::remove(path); }

  std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
};

TEST_F(AppendedFile, GrowsByLines) {
  {
    AppendFile file(path);
    EXPECT_TRUE(file.append("one"));
  }
  AppendFile file(path);
  EXPECT_TRUE(file.append("two"));
  EXPECT_EQ(text(), "one\ntwo\n");
}

TEST_F(AppendedFile, EndsTheLineThatACrashLeftUnfinished) {
  std::ofstream(path) << "one\ntw";
  AppendFile file(path);
  EXPECT_TRUE(file.append("three"));
  EXPECT_EQ(text(), "one\ntw\nthree\n");
}

TEST_F(AppendedFile, KeepsTheLinesOfSeveralProcessesWhole) {
  constexpr int writers = 4;
  constexpr int lines_each = 200;
  std::vector<::pid_t> children;
  for (int w = 0; w < writers; ++w) {
    ::pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      AppendFile file(path);
      bool whole = true;
      for (int i = 0; i < lines_each; ++i) whole = file.append(std::string(5000, static_cast<char>('a' + w))) && whole;
      ::_exit(whole ? 0 : 1);
    }
    children.push_back(child);
  }
  for (::pid_t const child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }

  int lines = 0;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line); ++lines)
    ASSERT_TRUE(line.size() == 5000 && std::count(line.begin(), line.end(), line[0]) == 5000) << line;
  EXPECT_EQ(lines, writers * lines_each);
}

TEST_F(AppendedFile, SpoilsOneLineAtMostWhereADiskFills) {
  // a limit on file size stands in for a disk that fills: what fits is written, as there
  auto* const before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  ::getrlimit(RLIMIT_FSIZE, &unlimited);
  rlimit limit = unlimited;
  limit.rlim_cur = 10;
  AppendFile file(path);
  ASSERT_TRUE(file.append("one"));
  ::setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_FALSE(file.append("two too many"));
  EXPECT_FALSE(file.append("three"));
  ::setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, before);
  EXPECT_TRUE(file.append("four"));
  EXPECT_EQ(text(), "one\ntwo to\nfour\n");
}

TEST_F(AppendedFile, SaysWhyItCanNotBeOpened) {
  try {
    AppendFile const file("/no/such/folder/run.log");
    FAIL() << "opened";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    EXPECT_STREQ(error.what(), "/no/such/folder/run.log: can't be opened for appending: No such file or directory; name a file you may write to");
  }
}

}  // namespace
}  // namespace fleetcast
