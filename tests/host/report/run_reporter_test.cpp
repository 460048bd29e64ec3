#include "host/report/run_reporter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/report/run_log.hpp"
#include "host/report/snapshot_file.hpp"
#include "run_examples.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using Kind = RunEvent::Kind;
using Json = nlohmann::ordered_json;

/// Remembers what it is told.
class Recorder final : public RunObserver {
 public:
  struct Told {
    RunEvent event;
    RunFacts facts;
  };
  explicit Recorder(std::vector<Told>& told) : told_(told) {}
  void notice(RunEvent const& event, RunFacts const& facts) override { told_.push_back({event, facts}); }

 private:
  std::vector<Told>& told_;
};

RunReporter reporter_to(std::unique_ptr<RunObserver> observer) {
  std::vector<std::unique_ptr<RunObserver>> observers;
  observers.push_back(std::move(observer));
  return {testing::young_run(), std::move(observers)};
}

Effort effort_of(double seconds, std::uint64_t realizations) {
  return {.realizations = realizations,
          .requests = 1e6 * static_cast<double>(realizations),
          .steps = 1e9 * static_cast<double>(realizations),
          .seconds = seconds};
}

Progress progress_at(double seconds, std::uint64_t done, Effort const& earlier = {}) { return {effort_of(seconds, done), earlier, 1000}; }

std::string text_of(std::string const& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<Json> lines_of(std::string const& path) {
  std::vector<Json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  return lines;
}

/// A path that is removed with what is there.
struct Scratch {
  explicit Scratch(std::string const& name) : path(testing::temporary_path(name)) {}
  ~Scratch() { std::filesystem::remove_all(path); }
  std::string path;
};

TEST(RunReporter, KeepsTheFactsUpToDate) {
  std::vector<Recorder::Told> told;
  auto reporter = reporter_to(std::make_unique<Recorder>(told));

  reporter.start("cpu", "2 threads", {{"seed", 7}});
  reporter.progress(progress_at(10, 100));
  reporter.progress(progress_at(20, 200));
  reporter.checkpoint({.written = {}, .generation = 1, .done = 200, .bytes = 4096, .seconds = 0.5});
  reporter.checkpoint({.written = {}, .generation = 2, .done = 200, .bytes = 4096, .seconds = 0.25});
  reporter.look({{"realizations", 200}});
  reporter.warning("slow");
  reporter.audited(3);
  reporter.guard([&] { reporter.result("d1", "all realizations done", {.realizations = 200, .seconds = 20.5}, 0.1); });

  RunFacts const& last = told.back().facts;
  EXPECT_EQ(told.front().event.kind, Kind::start);
  EXPECT_EQ(told.front().event.fields.at("seed"), 7);
  EXPECT_EQ(told.front().facts.process.pid, ::getpid()) << "who the run is does not come from outside";
  EXPECT_EQ(told[2].facts.realizations_per_second, 10);
  EXPECT_EQ(told[2].facts.requests_per_second, 1e7);
  EXPECT_EQ(told[2].facts.eta_seconds, 80.0);
  EXPECT_EQ(last.checkpoints, 2U);
  EXPECT_EQ(last.checkpoint_seconds, 0.75);
  EXPECT_EQ(last.checkpoint->generation, 2U);
  EXPECT_EQ(last.looks_taken, 1U);
  EXPECT_EQ(last.warnings, 1U);
  EXPECT_EQ(last.audited_realizations, 3U);
  EXPECT_EQ(told.back().event.kind, Kind::done);
  EXPECT_EQ(last.phase, RunPhase::finished);
  EXPECT_EQ(last.exit_code, 0);
  EXPECT_EQ(last.digest, "d1");
  EXPECT_EQ(last.message, "all realizations done");
}

TEST(RunReporter, CountsEarlierStretchesAsTimeButNotInTheRate) {
  std::vector<Recorder::Told> told;
  auto reporter = reporter_to(std::make_unique<Recorder>(told));

  reporter.start("cpu", "2 threads", Json::object());
  reporter.resumed("r.h5.checkpoint-a", effort_of(1000, 500), 3);
  reporter.progress(progress_at(1010, 600, effort_of(1000, 500)));

  EXPECT_EQ(told[1].event.fields.at("done"), 500);
  EXPECT_EQ(told[1].facts.looks_taken, 3U);
  EXPECT_EQ(told[2].facts.earlier_seconds, 1000);
  EXPECT_EQ(told[2].facts.elapsed_seconds, 1010);
  EXPECT_EQ(told[2].facts.realizations_per_second, 10);
}

TEST(RunReporter, TellsStopsFromFailuresAndThrowsOn) {
  for (auto const& [code, kind, phase] :
       {std::tuple{ExitCode::stopped_early, Kind::stopped, RunPhase::stopped}, std::tuple{ExitCode::interrupted, Kind::stopped, RunPhase::stopped},
        std::tuple{ExitCode::terminated, Kind::stopped, RunPhase::stopped}, std::tuple{ExitCode::io, Kind::error, RunPhase::failed}}) {
    std::vector<Recorder::Told> told;
    auto reporter = reporter_to(std::make_unique<Recorder>(told));
    EXPECT_THROW(reporter.guard([code = code] { throw Error(code, "why"); }), Error);
    EXPECT_EQ(told.back().event.kind, kind);
    EXPECT_EQ(told.back().facts.phase, phase);
    EXPECT_EQ(told.back().facts.exit_code, static_cast<int>(code));
    EXPECT_EQ(told.back().facts.message, "why");
  }
  std::vector<Recorder::Told> told;
  auto reporter = reporter_to(std::make_unique<Recorder>(told));
  EXPECT_THROW(reporter.guard([] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_EQ(told.back().facts.exit_code, 70);
}

TEST(RateMeter, LooksAtTheLastMinute) {
  RateMeter meter;
  EXPECT_EQ(meter.per_second().requests, 0);
  for (int second = 0; second <= 100; ++second) meter.add({.seconds = 1.0 * second, .realizations = 0, .requests = 10.0 * second, .steps = 0});
  EXPECT_DOUBLE_EQ(meter.per_second().requests, 10);
  for (int second = 101; second <= 160; ++second)
    meter.add({.seconds = 1.0 * second, .realizations = 0, .requests = 1000.0 + 20.0 * (second - 100), .steps = 0});
  EXPECT_DOUBLE_EQ(meter.per_second().requests, 20);
}

TEST(RunLog, IsLinesOfJsonThatSayWhenAndHowBad) {
  Scratch const log("run.log");
  {
    auto reporter = reporter_to(std::make_unique<RunLog>(log.path));
    reporter.start("cpu", "2 threads", {{"seed", 7}, {"working_directory", "/data/\xff"}});
    reporter.progress(progress_at(10, 100));
    reporter.warning("slow");
    EXPECT_THROW(reporter.guard([] { throw Error(ExitCode::io, "disk full"); }), Error);
  }

  auto const lines = lines_of(log.path);

  ASSERT_EQ(lines.size(), 3U) << "progress within the first minute is not told";
  EXPECT_EQ(lines[0].at("event"), "start");
  EXPECT_EQ(lines[0].at("working_directory"), "/data/\xEF\xBF\xBD") << "what is no UTF-8 is replaced";
  EXPECT_EQ(lines[1].at("level"), "warning");
  EXPECT_EQ(lines[2].at("level"), "error");
  EXPECT_EQ(lines[2].at("exit_code"), 74);
  for (auto const& line : lines) {
    EXPECT_TRUE(parse_utc(line.at("time").get<std::string>()));
    EXPECT_EQ(line.at("pid"), ::getpid());
  }
}

TEST(RunLog, TellsProgressAtIntervals) {
  Scratch const log("progress.log");
  {
    auto reporter = reporter_to(std::make_unique<RunLog>(log.path, std::chrono::seconds(0)));
    reporter.start("cpu", "2 threads", Json::object());
    reporter.progress(progress_at(10, 100));
    reporter.progress(progress_at(20, 200));
  }

  auto const lines = lines_of(log.path);

  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2].at("event"), "progress");
  EXPECT_EQ(lines[2].at("done"), 200);
  EXPECT_EQ(lines[2].at("eta_seconds"), 80);
}

TEST(RunLog, OutlivesAFullDisk) {
  RunLog log("/dev/full");
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) log.notice({Kind::warning}, testing::young_run());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "warning: /dev/full: the log can't be written: No space left on device; the run goes on\n");
}

TEST(SnapshotFile, ShowsStartAndEndAndNotMoreThanItsIntervalAllows) {
  Scratch const file("status.json");
  auto const states = [](RunFacts const& facts) { return fmt::format("{} {}\n", phase_name(facts.phase), facts.done); };
  auto reporter = reporter_to(std::make_unique<SnapshotFile>(file.path, states, std::chrono::hours(1)));
  EXPECT_FALSE(std::filesystem::exists(file.path));

  reporter.start("cpu", "2 threads", Json::object());
  EXPECT_EQ(text_of(file.path), "running 0\n");
  reporter.progress(progress_at(10, 100));
  EXPECT_EQ(text_of(file.path), "running 0\n");
  reporter.guard([] {});
  EXPECT_EQ(text_of(file.path), "finished 100\n");
}

TEST(SnapshotFile, IsRewrittenWheneverItsIntervalHasPassed) {
  Scratch const file("metrics.prom");
  auto const done = [](RunFacts const& facts) { return std::to_string(facts.done); };
  auto reporter = reporter_to(std::make_unique<SnapshotFile>(file.path, done, std::chrono::seconds(0)));
  reporter.start("cpu", "2 threads", Json::object());
  reporter.progress(progress_at(10, 100));
  EXPECT_EQ(text_of(file.path), "100");
}

TEST(SnapshotFile, TellsAtOnceWhatCanNotBeCreatedAndLaterOnlyWarns) {
  auto const nothing = [](RunFacts const&) { return std::string(); };
  EXPECT_THROW(SnapshotFile("/no/such/folder/status.json", nothing), Error);
  Scratch const folder("status-folder");
  std::filesystem::create_directory(folder.path);
  SnapshotFile file(folder.path + "/status.json", nothing, std::chrono::seconds(0));
  std::filesystem::remove_all(folder.path);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) file.notice({Kind::progress}, testing::young_run());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            fmt::format("warning: {}/status.json: can't be created: its folder does not exist; make it first; the run goes on\n", folder.path));
}

}  // namespace
}  // namespace fleetcast
