/// Traces written for a test and read back.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "host/config/error.hpp"
#include "host/fit/trace/trace_summary.hpp"
#include "tests/support.hpp"

namespace fleetcast::testing {

/// A file that goes with the object.
struct TextFile {
  explicit TextFile(std::string const& text, std::string const& name = "trace.csv") : path(temporary_path(name)) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~TextFile() { std::filesystem::remove(path); }
  TextFile(TextFile const&) = delete;
  TextFile& operator=(TextFile const&) = delete;

  std::string const path;
};

inline std::string gzipped(std::string const& text) {
  TextFile const file("", "packed.gz");
  gzFile const out = gzopen(file.path.c_str(), "wb");
  EXPECT_EQ(gzwrite(out, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(out);
  std::ifstream in(file.path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline TraceSummary summary_of(std::string const& text, TraceOptions const& options = {}, double bin_seconds = 60) {
  return read_trace_summary(TextFile(text).path, options, bin_seconds);
}

/// What reading the text is refused with: the message from ":row" on, file name left out.
inline std::string complaint(std::string const& text, TraceOptions const& options = {}, ExitCode code = ExitCode::bad_data, double bin_seconds = 60) {
  TextFile const file(text);
  try {
    read_trace_summary(file.path, options, bin_seconds);
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    std::string what = error.what();
    for (auto at = what.find(file.path); at != std::string::npos; at = what.find(file.path)) what.erase(at, file.path.size());
    return what;
  }
  return "no error";
}

/// "2 rows with 0 prompt tokens (kept) (row 3)", each on a line.
inline std::string notes_of(TraceSummary const& summary) {
  std::string out;
  for (auto const& note : summary.notes)
    out += std::to_string(note.count) + " " + note.what + (note.first_row > 0 ? " (row " + std::to_string(note.first_row) + ")" : "") + "\n";
  return out;
}

}  // namespace fleetcast::testing
