/// Tables that line up in a terminal.
#pragma once

#include <string>
#include <vector>

namespace fleetcast {

/// Rows of cells under a header; every column is as wide as its widest cell, numbers stand to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  std::string render() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// Text in lines of at most `width` characters, broken at spaces; a longer word has a line of its own.
std::string wrapped(std::string const& text, std::size_t width);

/// "1,234,567"
std::string grouped(double value, int decimals = 0);
/// "43 ms", "12.3 s", "4 min 10 s", "3 h 05 min", "2 d 07 h"
std::string duration(double seconds);
/// "59.3 MiB"
std::string bytes(double count);
/// A share as a percentage with enough digits to tell it from none and from all: "0.12%", "99.96%", "<0.001%", ">99.999%".
std::string percent(double share);
/// "2.05×", "–" where it is none.
std::string multiple(double factor);
/// "6,451", "−0.73": two digits behind the point below 100.
std::string usd(double value);
/// 0.95 as "95%": a share that a person chose.
std::string round_percent(double share);

}  // namespace fleetcast
