#include "csv.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include "host/config/error.hpp"

namespace fleetcast {

MappedFile::MappedFile(std::string const& path) {
  auto const fail = [&](int problem) { throw Error(ExitCode::no_input, fmt::format("{}: can't be read: {}", path, std::strerror(problem))); };
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  struct stat status {};
  bool const known = ::fstat(descriptor, &status) == 0;
  if (!known || S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    fail(known ? EISDIR : errno);
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ > 0) {
    void* const mapping = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    int const problem = errno;
    ::close(descriptor);
    if (mapping == MAP_FAILED) fail(problem);
    data_ = static_cast<char const*>(mapping);
  } else {
    ::close(descriptor);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

CsvReader::CsvReader(std::string const& path) : path_(path), file_(path), rest_(file_.text()) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  if (!read_line()) throw Error(ExitCode::bad_data, path_ + ": is empty; a header line with column names is needed");
  for (auto const field : fields_) header_.emplace_back(trimmed(field));
}

int CsvReader::column(std::vector<std::string_view> const& names) const {
  for (auto const name : names)
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (lower(header_[i]) == lower(name)) return static_cast<int>(i);
  return -1;
}

bool CsvReader::read_line() {
  while (!rest_.empty()) {
    ++line_;
    fields_.clear();
    unquoted_.clear();
    bool line_ends = false;
    bool blank = true;
    while (!line_ends) {
      if (rest_.starts_with('"')) {
        std::string value;
        std::size_t i = 1;
        for (;; ++i) {
          if (i >= rest_.size()) throw Error(ExitCode::bad_data, fmt::format("{}:{}: a quoted field does not end; close its quote", path_, line_));
          if (rest_[i] != '"')
            value += rest_[i];
          else if (i + 1 < rest_.size() && rest_[i + 1] == '"')
            value += rest_[i++];
          else
            break;
        }
        rest_.remove_prefix(i + 1);
        unquoted_.push_back(std::move(value));
        fields_.emplace_back();  // filled below, once unquoted_ no longer moves
        blank = false;
      } else {
        std::size_t const end = std::min(rest_.find_first_of(",\n"), rest_.size());
        std::string_view value = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (value.ends_with('\r') && !rest_.starts_with(',')) value.remove_suffix(1);
        fields_.push_back(value.data() == nullptr ? std::string_view("") : value);
        if (!value.empty()) blank = false;
      }
      if (rest_.starts_with('\r')) rest_.remove_prefix(1);
      if (rest_.starts_with(',')) {
        rest_.remove_prefix(1);
        blank = false;
        if (rest_.empty()) fields_.emplace_back("");
      } else if (!rest_.empty() && !rest_.starts_with('\n')) {
        throw Error(ExitCode::bad_data, fmt::format("{}:{}: text after a quoted field; put a comma between fields", path_, line_));
      }
      if (rest_.empty()) {
        line_ends = true;
      } else if (rest_.starts_with('\n')) {
        rest_.remove_prefix(1);
        line_ends = true;
      }
    }
    std::size_t used = 0;
    for (auto& field : fields_)
      if (field.data() == nullptr) field = unquoted_[used++];
    if (!blank) return true;
  }
  return false;
}

bool CsvReader::next() {
  if (!read_line()) return false;
  if (fields_.size() != header_.size())
    throw Error(ExitCode::bad_data, fmt::format("{}:{}: {} fields where the header has {}; is the line cut off, or a number written with a comma?",
                                                path_, line_, fields_.size(), header_.size()));
  return true;
}

void CsvReader::fail(int column, std::string const& message) const {
  throw Error(ExitCode::bad_data, fmt::format("{}:{}: column {}: {}", path_, line_, header_[static_cast<std::size_t>(column)], message));
}

double CsvReader::number(int column) const {
  std::string_view const text = trimmed(field(column));
  double value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    fail(column, fmt::format("\"{}\" is not a finite number", text));
  return value;
}

std::uint64_t CsvReader::whole(int column, std::uint64_t largest) const {
  double const value = number(column);
  if (value < 0 || value > static_cast<double>(largest) || value != std::floor(value))
    fail(column, fmt::format("{} is not a whole number from 0 to {}", field(column), largest));
  return static_cast<std::uint64_t>(value);
}

}  // namespace fleetcast
