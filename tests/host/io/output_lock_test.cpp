#include "host/io/output_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

namespace fs = std::filesystem;

/// Another process that holds the lock until it is told to end or is killed.
class Holder {
 public:
  explicit Holder(std::string const& output) {
    std::array<int, 2> ready{}, end{};
    if (::pipe(ready.data()) != 0 || ::pipe(end.data()) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(end[1]);
      {
        OutputLock const lock(output);
        char word = 'r';
        if (::write(ready[1], &word, 1) != 1 || ::read(end[0], &word, 1) < 0) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(end[0]);
    end_ = end[1];
    char word = 0;
    holds_ = ::read(ready[0], &word, 1) == 1;
    ::close(ready[0]);
  }
  ~Holder() { finish(); }
  Holder(Holder const&) = delete;
  Holder& operator=(Holder const&) = delete;

  bool holds() const { return holds_; }
  ::pid_t pid() const { return pid_; }
  void finish() {
    if (pid_ == 0) return;
    ::close(end_);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    finish();
  }

 private:
  ::pid_t pid_ = 0;
  int end_ = -1;
  bool holds_ = false;
};

class OutputLockTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string output() const { return (folder_ / "out.h5").string(); }
  std::string lock_file() const { return output() + ".lock"; }
  /// Why it can't be had; "" if it can.
  std::string refusal() const {
    try {
      OutputLock const lock(output());
      return {};
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::cannot_create);
      return error.what();
    }
  }
  nlohmann::json holder() const { return nlohmann::json::parse(std::ifstream(lock_file())); }

  fs::path folder_ = testing::temporary_path("lock");
};

TEST_F(OutputLockTest, TellsWhoHoldsItAndLeavesNothing) {
  {
    OutputLock const lock(output());

    EXPECT_EQ(lock.path(), lock_file());
    EXPECT_EQ(holder().at("pid"), ::getpid());
    EXPECT_TRUE(holder().contains("host"));
    EXPECT_TRUE(holder().contains("started"));
  }

  EXPECT_FALSE(fs::exists(lock_file()));
}

TEST_F(OutputLockTest, IsHadByOneAtATime) {
  Holder other(output());
  ASSERT_TRUE(other.holds());

  std::string const message = refusal();

  EXPECT_EQ(message.find(output() + ": another run is writing it (process " + std::to_string(other.pid()) + " on "), 0U) << message;
  EXPECT_NE(message.find(", since 20"), std::string::npos) << message;
  EXPECT_NE(message.find("-o"), std::string::npos) << message;
  EXPECT_EQ(holder().at("pid"), other.pid());  // who is refused changes nothing
  other.finish();
  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputLockTest, IsNotHeldByTheDead) {
  Holder other(output());
  ASSERT_TRUE(other.holds());
  other.kill();
  ASSERT_TRUE(fs::exists(lock_file()));

  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputLockTest, IsOfOneOutput) {
  OutputLock const lock(output());

  EXPECT_NO_THROW(OutputLock((folder_ / "other.h5").string()));
}

TEST_F(OutputLockTest, IsNotHeldThroughAFileThatWasRemoved) {
  Holder other(output());
  fs::remove(lock_file());

  EXPECT_EQ(refusal(), "");  // a new file; nobody waits for the old one
}

TEST_F(OutputLockTest, TakesOverWhatSaysNothing) {
  std::ofstream(lock_file()) << "{}";

  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputLockTest, NeedsAFolder) {
  std::string const output = (folder_ / "missing" / "out.h5").string();

  EXPECT_THROW(OutputLock const lock(output), Error);
}

/// Many want it again and again; each adds one to a number while it holds it, so that none must be lost.
TEST_F(OutputLockTest, IsHadByOneAtATimeHoweverManyWantIt) {
  constexpr int processes = 4, rounds = 50;
  std::string const counter = (folder_ / "counter").string();
  std::ofstream(counter) << 0;
  for (int i = 0; i < processes; ++i) {
    if (::fork() != 0) continue;
    for (int done = 0; done < rounds;) {
      try {
        OutputLock const lock(output());
        int count = -1;
        std::ifstream(counter) >> count;
        std::ofstream(counter) << count + 1;
        ++done;
      } catch (Error const&) {
        ::usleep(100);
      }
    }
    ::_exit(0);
  }
  for (int i = 0; i < processes; ++i) ::wait(nullptr);

  int count = -1;
  std::ifstream(counter) >> count;
  EXPECT_EQ(count, processes * rounds);
}

}  // namespace
}  // namespace fleetcast
