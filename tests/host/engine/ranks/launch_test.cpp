#include "host/engine/ranks/launch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>

namespace fleetcast {
namespace {

/// Leaves nothing in the environment but what a launcher would.
class LaunchTest : public ::testing::Test {
 protected:
  static constexpr std::array names{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK",     "PMI_SIZE",
                                    "SLURM_PROCID",         "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "PMIX_RANK"};
  void SetUp() override {
    for (auto const* name : names) {
      if (char const* const value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
    }
  }
  void TearDown() override {
    for (auto const* name : names) ::unsetenv(name);
    for (auto const& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  static Launch with(std::map<std::string, std::string> const& variables) {
    for (auto const& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    return launched();
  }

 private:
  std::map<std::string, std::string> before_;
};

TEST_F(LaunchTest, NobodyLaunchedAProcessStartedByHand) { EXPECT_TRUE(launched().alone()); }

TEST_F(LaunchTest, MpirunTellsRankAndSize) {
  Launch const launch = with({{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "8"}});
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.size, 8);
}

TEST_F(LaunchTest, SrunTellsThemOfAStep) {
  Launch const launch = with({{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}});
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.size, 2);
}

TEST_F(LaunchTest, ABatchScriptOfManyTasksIsOneProcess) { EXPECT_TRUE(with({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}).alone()); }

TEST_F(LaunchTest, MpirunWithinASlurmStepCounts) {
  Launch const launch = with({{"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}, {"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}});
  EXPECT_EQ(launch.rank, 2);
  EXPECT_EQ(launch.size, 4);
}

TEST_F(LaunchTest, APmixLauncherMayNotSayHowMany) {
  Launch const launch = with({{"PMIX_RANK", "0"}});
  EXPECT_EQ(launch.size, 0);
  EXPECT_FALSE(launch.alone());
}

TEST_F(LaunchTest, WordsThatAreNoNumbersSayNothing) { EXPECT_TRUE(with({{"PMI_RANK", "two"}, {"PMI_SIZE", "4x"}}).alone()); }

}  // namespace
}  // namespace fleetcast
