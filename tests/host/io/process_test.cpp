#include "host/io/process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fleetcast {
namespace {

TEST(Process, IsAliveWhileItRuns) { EXPECT_EQ(liveness(this_process()), Liveness::alive); }

TEST(Process, IsNotTakenForALaterOneOfItsNumber) {
  ProcessId other = this_process();
  --other.start_ticks;
  EXPECT_EQ(liveness(other), Liveness::gone);
}

TEST(Process, OfAnotherHostCanNotBeSeen) {
  ProcessId other = this_process();
  other.host += "-2";
  EXPECT_EQ(liveness(other), Liveness::elsewhere);
}

TEST(Process, IsGoneOnceItEndedWhetherItsParentAskedOrNot) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ProcessId child = this_process();
  child.pid = ::fork();
  ASSERT_GE(child.pid, 0);
  if (child.pid == 0) {
    child = this_process();
    bool const told = ::write(pipe[1], &child.start_ticks, sizeof child.start_ticks) == static_cast<ssize_t>(sizeof child.start_ticks);
    ::_exit(told ? 0 : 1);
  }
  ASSERT_EQ(::read(pipe[0], &child.start_ticks, sizeof child.start_ticks), static_cast<ssize_t>(sizeof child.start_ticks));
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<::id_t>(child.pid), &ended, WEXITED | WNOWAIT), 0);  // ended, but still to be asked about
  EXPECT_EQ(liveness(child), Liveness::gone);
  ASSERT_EQ(::waitpid(child.pid, nullptr, 0), child.pid);
  EXPECT_EQ(liveness(child), Liveness::gone);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace fleetcast
