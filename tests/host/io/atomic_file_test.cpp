#include "host/io/atomic_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string content(fs::path const& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator())); }

  fs::path folder_ = testing::temporary_path("folder");
};

TEST_F(AtomicFileTest, LeavesNothingWithoutCommit) {
  { AtomicFile const file((folder_ / "a").string()); }

  EXPECT_EQ(files(), 0U);
}

TEST_F(AtomicFileTest, KeepsTheOldFileUntilCommit) {
  write_text_file((folder_ / "a").string(), "old");
  {
    AtomicFile file((folder_ / "a").string());
    std::ofstream(file.temporary_path()) << "new";

    EXPECT_EQ(content(folder_ / "a"), "old");
    file.commit();
  }

  EXPECT_EQ(content(folder_ / "a"), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, SaysWhyAFileCantBeCreated) {
  auto const problem = [](std::string const& path) {
    try {
      AtomicFile const file(path);
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::cannot_create);
      return std::string(error.what());
    }
    return std::string();
  };

  EXPECT_NE(problem((folder_ / "missing" / "a").string()).find("its folder does not exist; make it first"), std::string::npos);
  EXPECT_NE(problem(folder_.string()).find("it is a folder; name a file"), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
