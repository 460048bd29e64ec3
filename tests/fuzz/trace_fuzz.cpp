/// libFuzzer target: any bytes are either read, with sums that agree, or refused with an Error.
///
/// Built twice, FLEETCAST_FUZZ_FORMAT being csv or json_lines. Bytes reach the reader through a file in memory.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <numeric>
#include <string>

#include "host/config/error.hpp"
#include "host/fit/trace/trace_summary.hpp"
#include "host/io/csv.hpp"

namespace {

using namespace fleetcast;

void expect(bool holds) {
  if (!holds) std::abort();
}

/// A file without a name that holds the fuzzer's bytes.
class MemoryFile {
 public:
  MemoryFile(std::uint8_t const* data, std::size_t size) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    expect(descriptor_ >= 0 && ::write(descriptor_, data, size) == static_cast<ssize_t>(size));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(MemoryFile const&) = delete;
  MemoryFile& operator=(MemoryFile const&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

template <class T>
double sum(std::vector<T> const& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void check(TraceSummary const& trace) {
  expect(!trace.requests.empty() && trace.whole_begin <= trace.whole_end && trace.whole_end <= trace.requests.size());
  expect(trace.prompt_tokens.size() == trace.completion_tokens.size());
  expect(trace.prompt_tokens.empty() || trace.prompt_tokens.size() == trace.requests.size());
  expect(trace.duration_seconds >= 0 && (trace.first_bin == 0 || !trace.start_unix_seconds));
  for (double const requests : trace.requests) expect(requests >= 0);
  if (trace.kind != TraceSummary::Kind::requests) return;
  expect(sum(trace.requests) == static_cast<double>(trace.rows));
  expect(trace.sample.size() == (trace.rows + trace.sample_every - 1) / trace.sample_every);
  double prompt = 0;
  for (auto const& request : trace.sample) {
    expect(request.bin < trace.requests.size());
    prompt += request.prompt_tokens;
  }
  expect(trace.sample_every > 1 || prompt == sum(trace.prompt_tokens));
}

/// Every field of a CSV as whoever else reads one would take it.
void read_fields(std::string const& path) {
  CsvReader csv(path);
  while (csv.next())
    for (std::size_t i = 0; i < csv.header().size(); ++i) {
      expect(csv.field(static_cast<int>(i)).size() <= LineReader::longest_line);
      try {
        csv.number(static_cast<int>(i));
      } catch (Error const&) {
      }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  TraceOptions options;
  options.format = TraceOptions::Format::FLEETCAST_FUZZ_FORMAT;
  MemoryFile const file(data, size);
  double const bin_seconds = size % 8 == 0 ? 60 : 86400;  // mostly days: a minute's bins of a century would take all the time
  try {
    check(read_trace_summary(file.path(), options, bin_seconds));
  } catch (Error const&) {
  }
  if (options.format != TraceOptions::Format::csv) return 0;
  try {
    read_fields(file.path());
  } catch (Error const&) {
  }
  return 0;
}
