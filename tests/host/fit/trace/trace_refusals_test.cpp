/// Traces that can't be read: what the message says, word for word, and that what can be read is.
#include "trace_files.hpp"

namespace fleetcast {
namespace {

using testing::complaint;
using testing::summary_of;

std::string const header = "time,prompt_tokens,completion_tokens\n";

TEST(BadTrace, WrongOrMissingColumns) {
  EXPECT_EQ(complaint("when,prompt,completion\n1,1,1\n"),
            ":1: no column holds times (there are when, prompt, completion); name one timestamp, time or minute, or say which: --columns time=NAME");
  EXPECT_EQ(complaint("time,completion\n1,1\n"),
            ":1: no column holds prompt lengths (there are time, completion); name one prompt_tokens, input_tokens or ContextTokens, or say which: "
            "--columns prompt=NAME");
  EXPECT_EQ(complaint("minute,requests,prompt_tokens\n1,1,1\n"),
            ":1: no column holds completion lengths (there are minute, requests, prompt_tokens); name one completion_tokens, output_tokens or "
            "GeneratedTokens, or say which: --columns completion=NAME");
  EXPECT_EQ(complaint("{\"time\":1,\"prompt\":2}\n"),
            ":1: no column holds completion lengths (there are time, prompt); name one completion_tokens, output_tokens or GeneratedTokens, or say "
            "which: --columns completion=NAME");
  EXPECT_EQ(complaint("0,10,20\n1,10,20\n"),
            ":1: the first line holds \"0,10,20\", not the names of columns; put a line such as time,prompt_tokens,completion_tokens above it");
}

TEST(BadTrace, MappedColumnsThatDoNotExist) {
  TraceOptions options;
  options.columns.prompt = "in";
  EXPECT_EQ(complaint(header + "1,1,1\n", options, ExitCode::usage),
            "--columns prompt=in:  has no such column; it has time, prompt_tokens, completion_tokens");
}

TEST(BadTrace, OptionsThatContradictTheFileOrEachOther) {
  TraceOptions both;
  both.columns.rate = both.columns.requests = "n";
  EXPECT_EQ(complaint("minute,n\n0,1\n", both, ExitCode::usage), "--columns rate=n,requests=n: a table has either; give one");
  TraceOptions rate;
  rate.rate_unit = TraceOptions::RateUnit::per_hour;
  EXPECT_EQ(complaint(header + "1,1,1\n", rate, ExitCode::usage),
            "--rate-unit:  has no column with a rate; say which it is (--columns rate=NAME) or leave the unit out");
  TraceOptions unit;
  unit.time_unit = TraceOptions::TimeUnit::milliseconds;
  EXPECT_EQ(complaint(header + "2023-11-16 18:00:00,1,1\n", unit),
            ":2: column time: \"2023-11-16 18:00:00\" is not a number (its unit is given: --time-unit); correct or remove the row");
}

TEST(BadTrace, OneColumnForTwoRoles) {
  TraceOptions twice;
  twice.columns.prompt = "n";
  twice.columns.completion = "N";
  EXPECT_EQ(complaint("time,n\n0,1\n", twice, ExitCode::usage), "--columns prompt=n,completion=N: one column for both; give each its own");
  TraceOptions swapped;  // a column found by its name gives way
  swapped.columns.prompt = "completion";
  EXPECT_EQ(complaint("time,completion\n0,1\n", swapped),
            ":1: no column holds completion lengths (there are time, completion); name one completion_tokens, output_tokens or GeneratedTokens, or "
            "say which: --columns completion=NAME");
}

TEST(BadTrace, RatesThatDoNotSayPerWhat) {
  EXPECT_EQ(complaint("time,rate\n0,1\n60,2\n", {}, ExitCode::usage),
            ":1: column rate does not say what its rate is per; give --rate-unit per_second, per_minute or per_hour");
  EXPECT_EQ(complaint("minute,requests_per_minute,prompt_tokens,completion_tokens\n0,1,1,1\n"),
            ":1: has a rate, requests_per_minute, beside token columns (a table with tokens needs whole requests a row); name the column that counts "
            "them, --columns requests=NAME, or take the rate alone: --columns rate=requests_per_minute");
  TraceOptions per_minute;
  per_minute.rate_unit = TraceOptions::RateUnit::per_minute;
  EXPECT_EQ(summary_of("time,rate\n0,1.5\n60,2\n", per_minute).requests, (std::vector<double>{1.5, 2}));
  TraceOptions mapped;
  mapped.columns.rate = "rpm";
  EXPECT_EQ(summary_of("minute,rpm,prompt_tokens,completion_tokens\n0,1.5,1,1\n1,2,1,1\n", mapped).requests, (std::vector<double>{1.5, 2}));
}

TEST(BadTrace, NotANumber) {
  EXPECT_EQ(complaint(header + "1,1,1\n2,4,nan\n"),
            ":3: column completion_tokens: \"nan\" is not a whole number of tokens from 0 to 1048576; correct or remove the row");
  EXPECT_EQ(complaint(header + "nan,1,1\n"),
            ":2: column time: \"nan\" is not a date and time such as 2023-11-16 18:15:46.68, nor a number; correct or "
            "remove the row");
  EXPECT_EQ(complaint(header + "1,1,1\nNaN,1,1\n"),
            ":3: column time: \"NaN\" is not a number of seconds like the times above; correct or remove the row");
  EXPECT_EQ(complaint("minute,rps\n0,1\n1,inf\n"), ":3: column rps: \"inf\" is not a number of 0 or more; correct or remove the row");
  EXPECT_EQ(complaint("{\"time\":1,\"prompt\":1,\"completion\":1}\n{\"time\":2,\"prompt\":null,\"completion\":1}\n"),
            ":2: key prompt: holds neither a number nor a string; correct or remove the line");
}

TEST(BadTrace, NegativeAndEmptyAndHugeAndBrokenTokens) {
  EXPECT_EQ(complaint(header + "1,-4,1\n"),
            ":2: column prompt_tokens: \"-4\" is not a whole number of tokens from 0 to 1048576; correct or remove the row");
  EXPECT_EQ(complaint(header + "1,,1\n"),
            ":2: column prompt_tokens: is empty where a whole number of tokens from 0 to 1048576 is needed; fill it in or remove the row");
  EXPECT_EQ(complaint(header + "1,1048577,1\n").substr(0, 38), ":2: column prompt_tokens: \"1048577\" is");
  EXPECT_EQ(complaint(header + "1,2.5,1\n").substr(0, 34), ":2: column prompt_tokens: \"2.5\" is");
  EXPECT_EQ(complaint("minute,requests\n0,1.5\n").substr(0, 70), ":2: column requests: \"1.5\" is not a whole number of requests from 0 to");
  EXPECT_EQ(complaint("minute,rps\n0,-1\n"), ":2: column rps: \"-1\" is not a number of 0 or more; correct or remove the row");
}

TEST(BadTrace, CommasInNumbers) {
  EXPECT_EQ(complaint(header + "1,1,234,1\n"),
            ":2: 4 fields where the header has 3; is a number written with a comma? Quote the field or remove the comma");
  EXPECT_EQ(
      complaint(header + "1,\"1,234\",1\n"),
      ":2: column prompt_tokens: \"1,234\" is not a whole number of tokens from 0 to 1048576 (it has a comma in it); write numbers with no commas "
      "and with a point: 1234 or 1.234");
}

TEST(BadTrace, WindowsLineEndsByteOrderMarksAndQuotesAreTaken) {
  TraceSummary const trace =
      summary_of("\xEF\xBB\xBF\"time\",\"prompt_tokens\",\"completion_tokens\",\"note\"\r\n\"1\",\"2\",\"3\",\"a \"\"b\"\",\r\nc\"\r\n4,5,6,\r\n");

  EXPECT_EQ(trace.rows, 2U);
  EXPECT_EQ(trace.prompt_tokens, (std::vector<std::uint64_t>{7}));
}

TEST(BadTrace, OtherSeparatorsAreTaken) {
  EXPECT_EQ(summary_of("time;prompt;completion\n1;2;3\n4;5;6\n").prompt_tokens, (std::vector<std::uint64_t>{7}));
  EXPECT_EQ(summary_of("time\tprompt\tcompletion\n1\t2\t3\n4\t5\t6\n").prompt_tokens, (std::vector<std::uint64_t>{7}));
}

TEST(BadTrace, QuotesThatDoNotEnd) {
  EXPECT_EQ(complaint(header + "1,\"2,3\n4,5,6\n"), ":2: a quoted field does not end; close its quote");
  EXPECT_EQ(complaint(header + "1,\"2\"x,3\n"), ":2: text after a quoted field; put a ',' between fields");
}

TEST(BadTrace, TruncatedLastLine) {
  EXPECT_EQ(complaint(header + "1,1,1\n2,1"),
            ":3: 2 fields where the header has 3 (the file ends within this row: cut off, or still being written); remove the row, or fetch the "
            "whole file");
  EXPECT_EQ(complaint(header + "1,1\n2,1,1\n"), ":2: 2 fields where the header has 3; is the line cut off? Complete or remove it");
  std::string const json = "{\"time\":1,\"prompt\":1,\"completion\":1}\n";
  EXPECT_EQ(complaint(json + "{\"time\":2,\"prompt\":1,\"compl").substr(0, 34), ":2: the file ends within this line");
  EXPECT_EQ(complaint(json + "{\"time\":2,\"prompt\":1,\"compl\n" + json).substr(0, 26), ":2: is not one JSON object");
}

TEST(BadTrace, EmptyFilesAndFilesOfOneRow) {
  EXPECT_EQ(complaint(""), ": is empty; a header line with column names is needed");
  EXPECT_EQ(complaint("\n\n"), ": is empty; a header line with column names is needed");
  EXPECT_EQ(complaint(header), ": holds no request (a rate needs two at least); give a longer record");
  EXPECT_EQ(complaint(header + "1,1,1\n"), ": holds one request (a rate needs two at least); give a longer record");
  EXPECT_EQ(complaint("minute,requests\n"), ": has no rows below its header; give a longer record");
  EXPECT_EQ(complaint("time_s,rps\n0,1\n"),
            ":2: column time_s: is the only row (a table's period is the distance of its rows); give a longer record");
  EXPECT_EQ(summary_of("minute,requests\n0,7\n").requests, (std::vector<double>{7}));
}

TEST(BadTrace, TimesThatLookRightButAreNot) {
  for (std::string const wrong : {"2023-02-29 18:00:00",
                                  "2023-13-01 18:00:00",
                                  "2023-11-16 24:00:00",
                                  "2023-11-16 18:60:00",
                                  "2023-11-16 18",
                                  "2023-11/16",
                                  "16.11.2023 18:00",
                                  "11/16/2023",
                                  "1969-12-31",
                                  "2100-01-01",
                                  "2023-11-16 18:00:00.",
                                  "2023-11-16 18:00:00 ago",
                                  "2023-11-16 18:00:00+1",
                                  "2023-11-16 18:00:00+99:00",
                                  "2023-11-16Z",
                                  "1e400",
                                  "1e300",
                                  "inf",
                                  "",
                                  " ",
                                  "1 2",
                                  "0x10",
                                  "--1",
                                  "9999999999999999999",
                                  "-9999999999999999999",
                                  "18446744073709551616"})
    EXPECT_EQ(complaint(header + wrong + ",1,1\n").substr(0, 16), ":2: column time:") << wrong;
}

TEST(BadTrace, TimesOfAnotherKindThanTheFirst) {
  EXPECT_EQ(complaint(header + "2023-11-16 18:00:00,1,1\n2,1,1\n"),
            ":3: column time: \"2\" is not a date and time such as 2023-11-16 18:15:46.68, as the rows above are; correct or remove the row");
  EXPECT_EQ(complaint(header + "2,1,1\n2023-11-16 18:00:00,1,1\n"),
            ":3: column time: \"2023-11-16 18:00:00\" is not a number of seconds like the times above; correct or remove the row");
}

TEST(BadTrace, ZonesOnSomeTimesOnly) {
  EXPECT_EQ(
      complaint(header + "2023-11-16 18:00:00Z,1,1\n2023-11-16 18:00:01,1,1\n"),
      ":3: column time: \"2023-11-16 18:00:01\" has no zone and the first row has one (which hour it means can't be known); write all times with a "
      "zone, or none");
}

TEST(BadTrace, TimesFarOff) {
  EXPECT_EQ(
      complaint("timestamp_s,prompt,completion\n1700000000123,1,1\n"),
      ":2: column timestamp_s: \"1700000000123\" in seconds since 1970 is more than 130 years from 0; correct it, or give the unit: --time-unit");
  EXPECT_EQ(
      complaint(header + "0,1,1\n1700000000,1,1\n"),
      ":3: column time: lies 1.97e+04 days from the first row's time, more than 8388608 bins of 60 s; if it is right, take longer bins or give the "
      "unit: --time-unit");
}

TEST(BadTrace, UnevenTables) {
  EXPECT_EQ(complaint("time_s,requests\n0,1\n60,1\n120,1\n200,1\n"),
            ":5: column time_s: lies no whole number of periods of 60 s behind the first row (a table has one row a period); round the times, or sum "
            "single events up");
  EXPECT_EQ(complaint("time_s,requests\n0,1\n0.5,1\n"),
            ":3: column time_s: makes a period of 0.5 s, no whole number of seconds; if that is wrong, give the unit: --time-unit");
  EXPECT_EQ(complaint("minute,requests\n0,1\n1,1\n", {}, ExitCode::usage, 90),
            "bins of 90 s:  has a row every 60 s (rows can't be split); take a multiple of that");
}

TEST(BadTrace, FilesThatAreNoText) {
  EXPECT_EQ(complaint(std::string("\xFF\xFEt\0i\0", 6)),
            ": is UTF-16 text, not text in UTF-8; save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8");
  EXPECT_EQ(complaint("PAR1...."), ": is Parquet, not text in UTF-8; export it as CSV, for example with pandas: read_parquet(…).to_csv(…)");
  EXPECT_EQ(complaint("[{\"time\":1}]"), ":1: begins with [ (a JSON array, not JSON lines); write one object a line, for example with jq -c '.[]'");
  std::string const packed = testing::gzipped(header + "1,1,1\n2,1,1\n");
  EXPECT_EQ(complaint(packed.substr(0, packed.size() - 9)).substr(0, 36), ": the gzip data are damaged after li");
}

TEST(BadTrace, MissingFilesAndFolders) {
  for (char const* const path : {"/nowhere/trace.csv", "/tmp"}) try {
      read_trace_summary(path, {}, 60);
      FAIL() << path;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::no_input);
    }
}

TEST(BadTrace, BinsThatAreNoWholeSeconds) {
  for (double const wrong : {0.0, -60.0, 0.5, 1.5, 86401.0, std::nan("")})
    EXPECT_NE(complaint(header + "1,1,1\n2,1,1\n", {}, ExitCode::usage, wrong).find("must be whole seconds from 1 to 86400"), std::string::npos)
        << wrong;
}

TEST(BadTrace, MessagesStayShortAndPrintable) {
  std::string const message = complaint(header + std::string("\x1b[31m") + std::string(5000, 'x') + ",1,1\n");

  EXPECT_LT(message.size(), 300U);
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  std::string wide = "\x1b[31m";
  for (int i = 0; i < 1000; ++i) wide += ",column" + std::to_string(i);
  EXPECT_LT(complaint(wide + "\n").size(), 500U);
  EXPECT_EQ(complaint(wide + "\n").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
