#include "host/io/checkpoint.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

namespace fs = std::filesystem;
using testing::plan_of;

/// Two scenarios, a baseline, contradictory cells, a race.
constexpr char const* race = R"(
[sweep]
realizations = 230
minutes = 60
warmup_minutes = 10
seed = 21
[workload]
requests_per_minute = 120
drift_log_sd = 0.5
[autoscaler]
max_replicas = 9
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 30000
[search]
race = true
[grid]
"workload.burst_cv" = [0, 0.6]
"autoscaler.scale_up_at" = [40000, 90000, 200000]
"autoscaler.scale_down_at" = [20000, 30000, 60000]
)";

/// A checkpoint of it is small: one cell, an hour, no latency levels.
constexpr char const* small = R"(
[sweep]
realizations = 40
minutes = 4
warmup_minutes = 1
seed = 3
[workload]
requests_per_minute = 30
[autoscaler]
max_replicas = 3
[sla]
latency_levels_ms = []
)";

/// Every third cell leaves at the first look.
LookVerdict some_leave(Plan const& plan, std::uint32_t look) {
  LookVerdict verdict{false, std::vector<std::uint8_t>(plan.cells, 0)};
  for (std::uint64_t cell = 0; cell < plan.cells; cell += 3) verdict.leaving[cell] = look == 1 ? 1 : 0;
  return verdict;
}

/// Goes on with a state for `tiles` tiles; true if that was all.
bool advance(Plan const& plan, RunState& state, int tiles = INT_MAX) {
  // so little memory that tiles are of few realizations
  LocalCrew crew(plan, {[](Plan const& p) { return make_cpu_backend(p, 1, "", 1ULL << 20); }});
  return run(plan, state, crew,
             {.stop = [&] { return tiles-- <= 0; }, .judge = [&](SweepSums const&, std::uint32_t look) { return some_leave(plan, look); }});
}

std::string text_of(fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(fs::path const& path, std::string const& text) { std::ofstream(path, std::ios::binary) << text; }

template <class Action>
Error error_of(Action action) {
  try {
    action();
  } catch (Error const& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ExitCode::done, ""};
}
#define EXPECT_SAYS(error, part) EXPECT_NE(std::string((error).what()).find(part), std::string::npos) << (error).what()

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }
  std::string output() const { return (folder_ / "out.h5").string(); }
  fs::path file(char place) const { return output() + ".checkpoint-" + place; }
  std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator())); }

  RunState round_trip(Plan const& saved, RunState const& state, Plan const& loaded) const {
    CheckpointPair(output()).save(saved, state);
    return CheckpointPair::load(*CheckpointPair(output()).find(), loaded);
  }

  fs::path folder_ = testing::temporary_path("checkpoint");
};

/// All that a state is, as bytes.
std::string bytes_of(Plan const& plan, RunState const& state) {
  std::string bytes;
  ByteWriter out([&](std::span<std::byte const> part) { bytes.append(reinterpret_cast<char const*>(part.data()), part.size()); });
  CheckpointHeader header;
  header.effort = state.effort;
  write_header(out, header);
  write_state(out, plan, state);
  out.flush();
  return bytes;
}

TEST_F(CheckpointTest, BringsEveryFieldBack) {
  Plan const plan = plan_of(race);
  for (int const tiles : {0, 1, 2, 3, 4, 1000}) {
    RunState state(plan);
    bool const finished = advance(plan, state, tiles);
    state.judge = "what the judge knows";
    EXPECT_EQ(finished, tiles == 1000);
    EXPECT_EQ(!state.left.empty(), tiles >= 2) << tiles;

    RunState const back = round_trip(plan, state, plan);

    EXPECT_EQ(bytes_of(plan, back), bytes_of(plan, state)) << tiles;
    EXPECT_EQ(digest(plan, back.sums), digest(plan, state.sums)) << tiles;
    EXPECT_EQ(back.done, state.done) << tiles;
    EXPECT_EQ(back.left, state.left) << tiles;
    EXPECT_EQ(back.judge, state.judge);
    EXPECT_EQ(back.effort.seconds, state.effort.seconds);
    EXPECT_EQ(back.sums.looks_taken, state.sums.looks_taken);
    EXPECT_EQ(back.sums.looks.size(), state.sums.looks.size());
  }
}

TEST_F(CheckpointTest, GoesOnToTheDigestOfTheUninterruptedRun) {
  for (char const* overrides : {"search.race=true", "search.race=false"}) {
    Plan const plan = plan_of(race, {overrides});
    RunState whole(plan);
    advance(plan, whole);
    RunState state(plan);
    int stops = 0;
    for (; !advance(plan, state, 1); ++stops) state = round_trip(plan, state, plan);

    EXPECT_EQ(digest(plan, state.sums), digest(plan, whole.sums)) << overrides;
    EXPECT_GE(stops, 3) << overrides;
  }
}

TEST_F(CheckpointTest, GoesOnWithMoreRealizationsThanItWasSavedWith) {
  Plan const few = plan_of(race, {"search.race=false", "sweep.realizations=90"});
  Plan const more = plan_of(race, {"search.race=false"});
  RunState want(more);
  advance(more, want);
  for (int const tiles : {1, 2, 1000}) {  // bands drawn in part, in part made, all made
    RunState state(few);
    advance(few, state, tiles);

    RunState back = round_trip(few, state, more);
    advance(more, back);

    EXPECT_EQ(digest(more, back.sums), digest(more, want.sums)) << tiles;
  }
}

TEST_F(CheckpointTest, GoesOnWithFewerRealizationsUnlessMoreAreDone) {
  Plan const many = plan_of(race, {"search.race=false"});
  RunState state(many);
  advance(many, state, 1);
  std::uint64_t const done = state.done[0].end();
  Plan const fewer = plan_of(race, {"search.race=false", "sweep.realizations=" + std::to_string(done + 10)});
  Plan const too_few = plan_of(race, {"search.race=false", "sweep.realizations=" + std::to_string(done - 1)});
  RunState want(fewer);
  advance(fewer, want);

  RunState back = round_trip(many, state, fewer);
  advance(fewer, back);
  Error const error = error_of([&] { round_trip(many, state, too_few); });

  EXPECT_EQ(digest(fewer, back.sums), digest(fewer, want.sums));
  EXPECT_EQ(error.code(), ExitCode::bad_data);
  EXPECT_SAYS(error, std::to_string(done) + " realizations are done, of which the sweep now asks for " + std::to_string(done - 1));
  EXPECT_SAYS(error, "--realizations " + std::to_string(done));
  EXPECT_SAYS(error, "--fresh");
}

TEST_F(CheckpointTest, WritesTheTwoInTurn) {
  Plan const plan = plan_of(small);
  RunState state(plan);
  CheckpointPair pair(output());
  for (std::uint64_t generation = 1; generation <= 5; ++generation) {
    state.effort.realizations = generation;
    SavedCheckpoint const saved = pair.save(plan, state);
    EXPECT_EQ(saved.generation, generation);

    auto const found = CheckpointPair(output()).find();

    ASSERT_TRUE(found);
    EXPECT_EQ(found->header.generation, generation);
    EXPECT_EQ(found->header.effort.realizations, generation);
    EXPECT_EQ(found->path, file(generation % 2 == 1 ? 'a' : 'b').string());
    EXPECT_EQ(found->bytes, saved.bytes);
    EXPECT_EQ(saved.bytes, fs::file_size(found->path));
    EXPECT_EQ(files(), std::min<std::size_t>(generation, 2));
  }
  EXPECT_EQ(CheckpointPair(output()).save(plan, state).generation, 6U);  // another process goes on counting
  EXPECT_EQ(CheckpointPair(output()).find()->path, file('b').string());
}

TEST_F(CheckpointTest, IsFoundOnlyWhereThereIsOne) {
  EXPECT_FALSE(CheckpointPair(output()).find());
  EXPECT_FALSE(CheckpointPair((folder_ / "missing" / "out.h5").string()).find());
  Plan const plan = plan_of(small);
  CheckpointPair pair(output());
  pair.save(plan, RunState(plan));
  pair.save(plan, RunState(plan));
  write(file('a').string() + ".part", "of a process that was killed");

  pair.remove();

  EXPECT_EQ(files(), 0U);
  EXPECT_FALSE(pair.find());
  EXPECT_EQ(pair.save(plan, RunState(plan)).generation, 1U);
}

/// A run of `small` saved twice: generation 1 in a, generation 2 in b.
class DamagedCheckpoint : public CheckpointTest {
 protected:
  void SetUp() override {
    CheckpointTest::SetUp();
    RunState state(plan_);
    CheckpointPair pair(output());
    pair.save(plan_, state);
    advance(plan_, state, 1);
    pair.save(plan_, state);
    whole_ = text_of(file('b'));
  }
  /// Expects that generation 1 is found, and a word about the other.
  void expect_the_other_one(std::string const& damage) {
    auto const found = CheckpointPair(output()).find();
    ASSERT_TRUE(found) << damage;
    ASSERT_EQ(found->header.generation, 1U) << damage;
    ASSERT_EQ(found->damaged.size(), 1U) << damage;
    ASSERT_EQ(found->damaged.front().find(file('b').string() + ": "), 0U) << found->damaged.front();
  }

  Plan const plan_ = plan_of(small);
  std::string whole_;
};

TEST_F(DamagedCheckpoint, OfAnyByteIsDetectedAndTheOtherUsed) {
  ASSERT_LT(whole_.size(), 32768U);  // or this takes long
  for (std::size_t i = 0; i < whole_.size(); ++i) {
    // in place: some file systems write a truncated file to disk at once
    std::fstream file_b(file('b'), std::ios::binary | std::ios::in | std::ios::out);
    auto const put = [&](char value) { file_b.seekp(static_cast<std::streamoff>(i)).put(value).flush(); };
    put(static_cast<char>(whole_[i] ^ (1 << (i % 8))));
    expect_the_other_one("byte " + std::to_string(i));
    if (HasFatalFailure()) return;
    put(whole_[i]);
  }
  EXPECT_EQ(CheckpointPair(output()).find()->header.generation, 2U);
}

TEST_F(DamagedCheckpoint, OfAnyLengthIsDetectedAndTheOtherUsed) {
  for (std::size_t length = whole_.size(); length-- > 0;) {
    fs::resize_file(file('b'), length);
    expect_the_other_one("length " + std::to_string(length));
    if (HasFatalFailure()) return;
  }
  write(file('b'), whole_ + '\0');
  expect_the_other_one("a byte too many");
}

TEST_F(DamagedCheckpoint, IsTheOneThatIsWrittenNext) {
  fs::resize_file(file('b'), 10);

  CheckpointPair pair(output());
  pair.save(plan_, RunState(plan_));

  auto const found = CheckpointPair(output()).find();
  EXPECT_EQ(found->path, file('b').string());
  EXPECT_EQ(found->header.generation, 2U);
  EXPECT_TRUE(found->damaged.empty());
}

TEST_F(DamagedCheckpoint, IsAnErrorWhereNoneIsLeft) {
  fs::resize_file(file('b'), 10);
  std::string text = text_of(file('a'));
  text[text.size() / 2] ^= 1;
  write(file('a'), text);

  Error const error = error_of([&] { CheckpointPair(output()).find(); });

  EXPECT_EQ(error.code(), ExitCode::bad_data);
  EXPECT_SAYS(error, file('a').string() + ": is damaged: bytes 0 to " + std::to_string(text.size() - 17) + " do not have the checksum that follows");
  EXPECT_SAYS(error, file('b').string() + ": is damaged: it ends at byte 10");
  EXPECT_SAYS(error, "--fresh");
}

TEST_F(DamagedCheckpoint, ThatCantBeReadMayBeWhole) {
  fs::resize_file(file('b'), 10);
  fs::remove(file('a'));
  fs::create_directory(file('a'));

  Error const error = error_of([&] { CheckpointPair(output()).find(); });

  EXPECT_EQ(error.code(), ExitCode::io);
  EXPECT_SAYS(error, file('a').string() + ": can't be read: Is a directory");
  EXPECT_SAYS(error, "run again when it can be read");
}

/// Gives changed bytes the checksum they should have.
std::string resealed(std::string text) {
  XXH128_hash_t const hash = XXH3_128bits(text.data(), text.size() - 16);
  std::memcpy(text.data() + text.size() - 16, &hash.low64, 8);
  std::memcpy(text.data() + text.size() - 8, &hash.high64, 8);
  return text;
}

TEST_F(DamagedCheckpoint, OfANewerFormatIsNotRead) {
  fs::remove(file('a'));
  whole_[21] = 2;
  write(file('b'), resealed(whole_));

  Error const error = error_of([&] { CheckpointPair(output()).find(); });

  EXPECT_SAYS(error, "has format 2, this fleetcast reads 1");
}

TEST_F(DamagedCheckpoint, WithARightChecksumIsNeverMoreThanAnError) {
  std::size_t refused = 0;
  for (std::size_t i = 29; i < whole_.size() - 24; ++i) {
    for (char const value : {'\0', '\x01', '\x10', '\x7f', '\xff'}) {
      std::string payload = whole_.substr(29, whole_.size() - 29 - 24);
      payload[i - 29] = value;
      try {
        parse_checkpoint(std::as_bytes(std::span(payload)), plan_);
      } catch (Error const& error) {
        ASSERT_EQ(error.code(), ExitCode::bad_data);
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST_F(DamagedCheckpoint, IsWhatAFailedWriteNeverLeaves) {
  RunState state(plan_);
  CheckpointPair pair(output());
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit const tight{whole_.size() / 2, old.rlim_max};
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &tight);

  Error const error = error_of([&] { pair.save(plan_, state); });
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(error.code(), ExitCode::io);
  EXPECT_SAYS(error, "File too large");
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(text_of(file('b')), whole_);
  EXPECT_EQ(CheckpointPair(output()).find()->header.generation, 2U);
  pair.save(plan_, state);  // once there is room again
  EXPECT_EQ(CheckpointPair(output()).find()->header.generation, 3U);
}

TEST_F(DamagedCheckpoint, IsNotWhatAReadOnlyFolderLeaves) {
  fs::permissions(folder_, fs::perms::all & ~(fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write));
  bool const is_root = ::geteuid() == 0;  // who may write anywhere
  constexpr ::uid_t nobody = 65534;
  ASSERT_TRUE(!is_root || ::seteuid(nobody) == 0);

  Error const error = error_of([&] { CheckpointPair(output()).save(plan_, RunState(plan_)); });
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);

  EXPECT_EQ(error.code(), ExitCode::cannot_create);
  EXPECT_EQ(CheckpointPair(output()).find()->header.generation, 2U);
}

class CheckpointRefusal : public CheckpointTest {
 protected:
  /// What is found after `sweep` was saved.
  FoundCheckpoint saved(Plan const& plan) const {
    CheckpointPair(output()).save(plan, RunState(plan));
    return *CheckpointPair(output()).find();
  }
};

TEST_F(CheckpointRefusal, LetsRealizationsPricesAndConfidenceChange) {
  FoundCheckpoint const found = saved(plan_of(small));

  EXPECT_NO_THROW(refuse_other_run(found, plan_of(small)));
  EXPECT_NO_THROW(refuse_other_run(found, plan_of(small, {"sweep.realizations=99", "price.gpu_hour_usd=1.5", "sweep.confidence=0.9"})));
}

TEST_F(CheckpointRefusal, NamesTheKeysThatDiffer) {
  FoundCheckpoint const found = saved(plan_of(small));

  Error const error = error_of([&] { refuse_other_run(found, plan_of(small, {"sweep.seed=4", "autoscaler.max_replicas=5"})); });

  EXPECT_EQ(error.code(), ExitCode::bad_data);
  EXPECT_SAYS(error, found.path + ": ");
  EXPECT_SAYS(error, "sweep.seed is 3 there and 4 here");
  EXPECT_SAYS(error, "autoscaler.max_replicas is 3 there and 5 here");
  EXPECT_SAYS(error, "finish that one, name another output with -o, or start over with --fresh");
}

TEST_F(CheckpointRefusal, NamesAxesAndClasses) {
  FoundCheckpoint const found = saved(plan_of(race, {"search.race=false"}));
  std::string other = race;
  other.replace(other.find("200000]"), 7, "210000]");
  other += "\n[[workload.class]]\nshare = 1.0\nprompt = { median = 500, sigma = 0.5 }\n";

  Error const error = error_of([&] { refuse_other_run(found, plan_of(other, {"search.race=false"})); });

  EXPECT_SAYS(error, "grid.autoscaler.scale_up_at is [");
  EXPECT_SAYS(error, "workload.class.0.prompt.median is ");
}

TEST_F(CheckpointRefusal, WantsEveryKeyTheSameWhereARunLooksAtItsResults) {
  FoundCheckpoint const found = saved(plan_of(race));

  EXPECT_NO_THROW(refuse_other_run(found, plan_of(race)));
  Error const price = error_of([&] { refuse_other_run(found, plan_of(race, {"price.gpu_hour_usd=1.5"})); });
  EXPECT_SAYS(price, "price.gpu_hour_usd is 2.99 there and 1.5 here");
  EXPECT_SAYS(price, "looks at its results");
  Error const no_race = error_of([&] { refuse_other_run(found, plan_of(race, {"search.race=false"})); });
  EXPECT_SAYS(no_race, "search.race is true there and false here");
  FoundCheckpoint const without = saved(plan_of(race, {"search.race=false"}));
  EXPECT_SAYS(error_of([&] { refuse_other_run(without, plan_of(race)); }), "search.race is false there and true here");
}

TEST_F(CheckpointRefusal, BlamesTheCheckpointForASweepThatIsNone) {
  FoundCheckpoint found = saved(plan_of(small));
  found.header.sweep = "[sweep";

  Error const error = error_of([&] { refuse_other_run(found, plan_of(small, {"sweep.seed=4"})); });

  EXPECT_EQ(error.code(), ExitCode::bad_data);
  EXPECT_SAYS(error, found.path + ":1:7: not valid TOML");
}

TEST_F(CheckpointRefusal, NamesAnotherBuild) {
  FoundCheckpoint found = saved(plan_of(small));
  found.header.git_sha = "0123456789ab";

  EXPECT_SAYS(error_of([&] { refuse_other_run(found, plan_of(small)); }), "(0123456789ab) wrote it, this is ");
}

TEST_F(CheckpointRefusal, SeesThatAFileHasChanged) {
  std::string const profile = (folder_ / "profile.csv").string();
  std::string const sweep = std::string(small) + "[grid]\n";
  auto const plan = [&](char const* rate) {
    write(profile, std::string("minute,requests_per_minute\n0,") + rate + "\n");
    return plan_of(small, {"workload.profile=\"" + profile + "\""});
  };
  FoundCheckpoint const found = saved(plan("10"));

  EXPECT_NO_THROW(refuse_other_run(found, plan("10")));
  EXPECT_SAYS(error_of([&] { refuse_other_run(found, plan("11")); }), "a file that the sweep names has other content now");
}

}  // namespace
}  // namespace fleetcast
