/// Traces in: what is summed, sampled and noted, for logs and tables of every known kind.
#include "host/fit/trace/trace_summary.hpp"

#include <fmt/format.h>

#include <numeric>

#include "tests/places.hpp"
#include "trace_files.hpp"

namespace fleetcast {
namespace {

using testing::notes_of;
using testing::summary_of;
using testing::TextFile;
using Bins = std::vector<double>;
using Tokens = std::vector<std::uint64_t>;
using Kind = TraceSummary::Kind;

// ---- the formats known by name, as their first rows stand in the published files ----

TEST(TraceFormats, Azure2023) {
  TraceSummary const trace = summary_of(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
      "2023-11-16 18:15:46.6805900,374,44\r\n"
      "2023-11-16 18:16:46.5000000,396,109\r\n"
      "2023-11-16 18:16:46.0000001,1,2");

  EXPECT_EQ(trace.kind, Kind::requests);
  EXPECT_EQ(trace.start_unix_seconds, 1700158546);  // date -u -d '2023-11-16 18:15:46' +%s
  EXPECT_EQ(trace.requests, (Bins{1, 2}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{374, 397}));
  EXPECT_EQ(trace.completion_tokens, (Tokens{44, 111}));
  EXPECT_NEAR(trace.duration_seconds, 59.81941, 1e-9);
  EXPECT_EQ(trace.rows, 3U);
  EXPECT_EQ(trace.reading, "CSV; time = TIMESTAMP (dates), prompt = ContextTokens, completion = GeneratedTokens");
}

TEST(TraceFormats, Azure2024WithZones) {
  TraceSummary const trace = summary_of(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n"
      "2024-05-10 00:00:00.009930+00:00,2162,5\n"
      "2024-05-10 00:01:00+00:00,2399,6\n");

  EXPECT_EQ(trace.start_unix_seconds, 1715299200);
  EXPECT_EQ(trace.requests, (Bins{1, 1}));
  EXPECT_EQ(notes_of(trace), "");
}

TEST(TraceFormats, BurstGpt) {
  TraceSummary const trace = summary_of(
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
      "5,ChatGPT,472,18,490,Conversation log\n"
      "45,ChatGPT,1087,0,1087,Conversation log\n"
      "118,GPT-4,417,276,693,API log\n");

  EXPECT_EQ(trace.start_unix_seconds, std::nullopt);
  EXPECT_EQ(trace.requests, (Bins{2, 1}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{1559, 417}));
  EXPECT_EQ(notes_of(trace), "1 rows with 0 completion tokens (kept) (row 3)\n");
}

TEST(TraceFormats, MooncakeInMilliseconds) {
  TraceSummary const trace = summary_of(
      "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1, 2]}\n"
      "{\"timestamp\": 3000, \"input_length\": 13544, \"output_length\": 71, \"hash_ids\": []}\n"
      "{\"timestamp\": 60000, \"input_length\": 6324, \"output_length\": 548, \"hash_ids\": [0]}\n");

  EXPECT_EQ(trace.requests, (Bins{2, 1}));
  EXPECT_EQ(trace.completion_tokens, (Tokens{571, 548}));
  EXPECT_EQ(trace.reading, "JSON lines; time = timestamp (ms), prompt = input_length, completion = output_length");
}

TEST(TraceFormats, OwnMinutesWithWarmUp) {
  TraceSummary const trace = summary_of(
      "minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second\n"
      "-2,10,100,20,120,3\n-1,11,110,21,131,3\n0,12,120,22,142,2\n1,0,0,0,0,0\n");

  EXPECT_EQ(trace.kind, Kind::bins);
  EXPECT_EQ(trace.first_bin, -2);
  EXPECT_EQ(trace.requests, (Bins{10, 11, 12, 0}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{100, 110, 120, 0}));
  EXPECT_EQ(trace.duration_seconds, 240);
  EXPECT_EQ(trace.whole_begin, 0U);
  EXPECT_EQ(trace.whole_end, 4U);
  EXPECT_TRUE(trace.sample.empty());
}

TEST(TraceFormats, OwnMinutesThatStartLater) {
  TraceSummary const table = summary_of("minute,requests\n600,1\n601,2\n");
  TraceSummary const log = summary_of("time_s,prompt_tokens,completion_tokens\n36000.5,1,2\n36070,3,4\n");

  EXPECT_EQ(table.first_bin, 600);
  EXPECT_EQ(log.first_bin, 600);
  EXPECT_EQ(log.requests, (Bins{1, 1}));
}

TEST(TraceFormats, OwnMinutesInThirdsAsTheyAreWritten) {
  TraceSummary const trace = summary_of("minute,requests\n-0.3333333333,1\n0,2\n0.3333333333,3\n0.6666666667,4\n1000.333333,5\n", {}, 20);

  EXPECT_EQ(trace.bin_seconds, 20);
  EXPECT_EQ(trace.first_bin, -1);
  EXPECT_EQ(trace.requests.size(), 3U * 1000 + 3);
  EXPECT_EQ(trace.requests.back(), 5);
}

TEST(TraceFormats, OwnRequestsWithWarmUp) {
  TraceSummary const trace = summary_of("time_s,class,prompt_tokens,completion_tokens\n-61.5,0,1,2\n-0.001,0,3,4\n0.25,1,5,6\n119.75,0,7,8\n");

  EXPECT_EQ(trace.first_bin, -2);
  EXPECT_EQ(trace.requests, (Bins{1, 1, 1, 1}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{1, 3, 5, 7}));
}

TEST(TraceFormats, ServeGenRates) {
  TraceSummary const trace = summary_of("timestamp_s,rate_req_per_s,active_clients,superposed_iod\n0,212.5,43,5.9416\n600,180,40,4.317\n");

  EXPECT_EQ(trace.kind, Kind::rates);
  EXPECT_EQ(trace.bin_seconds, 600);
  EXPECT_EQ(trace.requests, (Bins{127500, 108000}));
  EXPECT_TRUE(trace.prompt_tokens.empty());
}

TEST(TraceFormats, PublishedTracesWhereTheyAreAtHand) {
  std::string const folder = testing::shared_data_path("");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent";

  TraceSummary const code = read_trace_summary(folder + "azure2023/AzureLLMInferenceTrace_code.csv", {}, 60);
  TraceSummary const week = read_trace_summary(folder + "servegen/m-large-week1-rate-10min.csv", {}, 60);

  EXPECT_EQ(code.rows, 8819U);
  EXPECT_EQ(std::accumulate(code.requests.begin(), code.requests.end(), 0.0), 8819.0);
  EXPECT_EQ(week.requests.size(), 7U * 144);
  EXPECT_NEAR(week.requests[1], 179.698333 * 600, 1e-6);
}

TEST(TraceFormats, AnyoneElsesByNamedColumns) {
  TraceOptions options;
  options.columns = {"when", "tokens (in)", "tokens (out)", "", ""};
  options.time_unit = TraceOptions::TimeUnit::milliseconds;

  TraceSummary const trace = summary_of("id,when,tokens (in),tokens (out)\na,100,1,2\nb,60100,3,4\n", options);

  EXPECT_EQ(trace.requests, (Bins{1, 1}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{1, 3}));
}

TEST(TraceFormats, TablesInDatesAndOtherUnits) {
  TraceSummary const hourly = summary_of("date,requests_per_hour\n2024-05-10 07:00,3600\n2024-05-10 08:00,7200\n", {}, 60);
  EXPECT_EQ(hourly.bin_seconds, 3600);
  EXPECT_EQ(hourly.start_unix_seconds, 1715324400);
  EXPECT_EQ(hourly.requests, (Bins{3600, 7200}));

  TraceSummary const seconds = summary_of("timestamp,rps\n1700000000,2\n1700000001,3\n", {}, 1);
  EXPECT_EQ(seconds.requests, (Bins{2, 3}));

  TraceSummary const json = summary_of("{\"minute\":0,\"requests\":4}\n{\"minute\":1,\"requests\":5.0}\n");
  EXPECT_EQ(json.requests, (Bins{4, 5}));
}

TEST(TraceFormats, GzipAndPipes) {
  std::string const text = "time,prompt,completion\n0,1,2\n30,3,4\n";

  EXPECT_EQ(summary_of(testing::gzipped(text)).prompt_tokens, (Tokens{4}));

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  EXPECT_EQ(read_trace_summary("/dev/fd/" + std::to_string(ends[0]), {}, 60).requests, (Bins{2}));
  ::close(ends[0]);
}

// ---- bins ----

TEST(TraceBins, LieWithinTheRecordButForTheLast) {
  // a request every 15 s for 10 min 45 s: ten whole bins of four, three requests beyond them and one on the last edge
  std::string text = "time,prompt,completion\n";
  for (int i = 0; i < 44; ++i) text += std::to_string(15 * i) + ",2,1\n";

  TraceSummary const trace = summary_of(text);

  EXPECT_EQ(trace.requests.size(), 11U);
  EXPECT_EQ(trace.whole_begin, 0U);
  EXPECT_EQ(trace.whole_end, 10U);
  EXPECT_EQ(trace.requests.back(), 4);
}

TEST(TraceBins, GrowToTheFrontForEarlierRows) {
  TraceSummary const trace =
      summary_of("time,prompt,completion\n2024-01-01 00:10:00.5,1,1\n2024-01-01 00:07:59,2,1\n2024-01-01 00:12:00,3,1\n2024-01-01 00:09:00,4,1\n");

  // bins from the first row's second on, 00:10:00; three before it, of which the first does not lie within the record
  EXPECT_EQ(trace.requests, (Bins{1, 0, 1, 1, 0, 1}));
  EXPECT_EQ(trace.start_unix_seconds, 1704067200 + 7 * 60);
  EXPECT_EQ(trace.prompt_tokens, (Tokens{2, 0, 4, 1, 0, 3}));
  EXPECT_EQ(trace.whole_begin, 1U);
  EXPECT_EQ(trace.duration_seconds, 241);
  EXPECT_EQ(trace.sample[1].bin, 0U);
  EXPECT_EQ(trace.sample[0].bin, 3U);
  EXPECT_EQ(notes_of(trace), "2 rows earlier than the row above, by up to 3 min (counted where their time says) (row 3)\n");
}

TEST(TraceBins, OfATableAddUpItsRows) {
  std::string text = "minute,requests,prompt_tokens,completion_tokens\n";
  for (int minute = -6; minute < 9; ++minute) text += fmt::format("{},{},10,1\n", minute, minute + 6);

  TraceSummary const trace = summary_of(text, {}, 300);

  // minutes -10 to -6 hold one row only; -5 to -1, 0 to 4; 5 to 8 miss one
  EXPECT_EQ(trace.bin_seconds, 300);
  EXPECT_EQ(trace.first_bin, -2);
  EXPECT_EQ(trace.requests, (Bins{0, 1 + 2 + 3 + 4 + 5, 6 + 7 + 8 + 9 + 10, 11 + 12 + 13 + 14}));
  EXPECT_EQ(trace.prompt_tokens, (Tokens{10, 50, 50, 40}));
  EXPECT_EQ(trace.whole_begin, 1U);
  EXPECT_EQ(trace.whole_end, 3U);
}

TEST(TraceSample, IsEveryNthRequestWhateverTheirNumber) {
  constexpr std::uint64_t requests = (std::uint64_t{1} << 21) + 12345;
  std::string text = "time,prompt,completion\n";
  for (std::uint64_t i = 0; i < requests; ++i) fmt::format_to(std::back_inserter(text), "{},{},1\n", i / 1000, i % 1000000);

  TraceSummary const trace = summary_of(text);

  EXPECT_EQ(trace.sample_every, 4U);
  ASSERT_EQ(trace.sample.size(), (requests + 3) / 4);
  for (std::uint64_t k = 0; k < trace.sample.size(); ++k) {
    ASSERT_EQ(trace.sample[k].prompt_tokens, 4 * k % 1000000);
    ASSERT_EQ(trace.sample[k].bin, 4 * k / 60000);
  }
}

// ---- times ----

TEST(TraceTimes, UnitsOfEpochsAreToldBySize) {
  for (auto const& [epoch, name] : {std::pair{"1700000000.5", "seconds"},
                                    {"1700000000500", "ms"},
                                    {"1700000000500000", "us"},
                                    {"1700000000500000000", "ns"},
                                    {"1.7000000005e9", "seconds"}}) {
    TraceSummary const trace = summary_of(fmt::format("timestamp,prompt,completion\n{0},1,1\n{0},1,2\n", epoch));
    EXPECT_EQ(trace.start_unix_seconds, 1700000000) << epoch;
    EXPECT_NE(trace.reading.find(fmt::format("({} since 1970)", name)), std::string::npos) << trace.reading;
  }
}

TEST(TraceTimes, UnitsInNamesAreTaken) {
  for (auto const& [name, minute] : {std::pair{"arrival_ms", "60000"},
                                     {"Arrival time (s)", "60"},
                                     {"timestamp_us", "60000000"},
                                     {"ts_ns", "6e10"},
                                     {"minute", "1"},
                                     {"arrival_seconds", "60.0"},
                                     {"timestamp", "60"}}) {
    TraceSummary const trace = summary_of(fmt::format("{},prompt,completion\n0,1,1\n{},1,2\n", name, minute));
    EXPECT_EQ(trace.duration_seconds, 60) << name;
  }
}

TEST(TraceTimes, ZonesCountForDistanceAndTheFirstRowsClockIsShown) {
  TraceSummary const trace = summary_of(
      "time,prompt,completion\n2024-02-29 12:00:00+01:00,1,1\n2024-02-29T11:00:05Z,1,2\n2024-02-29 06:00:10-0500,1,3\n"
      "2024-02-29 13:00:15 +02,1,4\n2024-02-29 11:00:20 UTC,1,5\n");

  EXPECT_EQ(trace.duration_seconds, 20);
  EXPECT_EQ(trace.start_unix_seconds, 1709208000);  // 12:00:00 on the first row's clock
  EXPECT_EQ(notes_of(trace), "4 rows whose offset from UTC is not the first row's (put on the first row's clock) (row 3)\n");
}

TEST(TraceTimes, ClocksThatGoBackAreNotedNotRefused) {
  TraceSummary const trace = summary_of("time,prompt,completion\n2024-10-27 02:59:59,1,1\n2024-10-27 02:00:00,1,2\n2024-10-27 02:00:01,1,3\n");

  EXPECT_EQ(trace.rows, 3U);
  EXPECT_EQ(notes_of(trace).substr(0, 55), "1 rows earlier than the row above, by up to 60 min (cou");
}

// ---- notes ----

TEST(TraceNotes, CountRepeatedAndEmptyRows) {
  TraceSummary const trace = summary_of("time,prompt,completion\n1,5,5\n1,5,5\n1,5,6\n2,0,6\n3,0,0\n");

  EXPECT_EQ(notes_of(trace),
            "1 rows that repeat the row above in time and lengths (kept) (row 3)\n"
            "2 rows with 0 prompt tokens (kept) (row 5)\n"
            "1 rows with 0 completion tokens (kept) (row 6)\n");
  EXPECT_EQ(trace.requests, (Bins{5}));
}

TEST(TraceNotes, TellOfLongGaps) {
  std::string text = "time,prompt,completion\n";
  for (int minute = 0; minute < 1000; ++minute)
    if (minute < 400 || minute >= 520) text += fmt::format("{},1,{}\n{},2,3\n", 60 * minute, minute, 60 * minute + 30);

  // 1760 requests in 1000 minutes: 100 mean gaps are 56.8 min
  EXPECT_EQ(notes_of(summary_of(text)).substr(0, 2), "1 ");
  EXPECT_NE(notes_of(summary_of(text)).find("gaps of 56.8 min or more without a request, the longest 2 h, 6.67 h after the start (taken as silence)"),
            std::string::npos)
      << notes_of(summary_of(text));
}

TEST(TraceNotes, OfTablesCountDisorderMissingAndRepeatedRows) {
  TraceSummary const trace = summary_of("minute,requests,prompt_tokens,completion_tokens\n3,1,10,10\n1,2,10,10\n1,3,0,10\n0,4,0,0\n4,0,7,0\n");

  EXPECT_EQ(trace.requests, (Bins{4, 5, 0, 1, 0}));
  EXPECT_EQ(notes_of(trace),
            "2 rows earlier than the row above (put in order) (row 3)\n"
            "1 rows of the same time as another (added up) (row 4)\n"
            "1 rows missing between the first and the last, one every 60 s (taken as empty)\n"
            "1 rows with requests and 0 tokens (kept) (row 5)\n"
            "1 rows with tokens and 0 requests (kept) (row 6)\n");
}

}  // namespace
}  // namespace fleetcast
