#include "generate_summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/report/text_table.hpp"

namespace fleetcast {

namespace {

constexpr std::size_t realizations_shown = 10;

}  // namespace

std::uint64_t GenerateSummary::requests() const {
  std::uint64_t sum = 0;
  for (auto const& r : realizations) sum += r.requests;
  return sum;
}

std::uint64_t GenerateSummary::bytes() const {
  std::uint64_t sum = 0;
  for (auto const& r : realizations)
    for (auto const& file : r.files) sum += file.bytes;
  return sum;
}

std::string GenerateSummary::text() const {
  TextTable table({"realization", "requests", "prompt tokens", "completion tokens", "peak per second", "size"});
  auto const number = [](std::uint64_t value) { return grouped(static_cast<double>(value)); };
  std::size_t const shown = std::min(realizations.size(), realizations_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    auto const& r = realizations[i];
    double size = 0;
    for (auto const& file : r.files) size += static_cast<double>(file.bytes);
    table.add({number(r.realization), number(r.requests), number(r.prompt_tokens), number(r.completion_tokens), number(r.peak_requests_per_second),
               fleetcast::bytes(size)});
  }
  std::string const more = shown < realizations.size() ? fmt::format("  … and {} more\n", realizations.size() - shown) : "";
  return fmt::format("{}{}\n  {} requests, {} in {}\n  {}\n", table.render(), more, number(requests()),
                     fleetcast::bytes(static_cast<double>(bytes())), duration(seconds), folder);
}

nlohmann::ordered_json GenerateSummary::json() const {
  auto list = nlohmann::ordered_json::array();
  for (auto const& r : realizations) {
    auto files = nlohmann::ordered_json::array();
    for (auto const& file : r.files) files.push_back({{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}});
    list.push_back({{"realization", r.realization},
                    {"requests", r.requests},
                    {"prompt_tokens", r.prompt_tokens},
                    {"completion_tokens", r.completion_tokens},
                    {"peak_requests_per_second", r.peak_requests_per_second},
                    {"files", files}});
  }
  return {{"folder", folder},
          {"seed", static_cast<std::uint64_t>(sweep.sweep.seed)},
          {"classes", class_names(sweep.workload)},
          {"requests", requests()},
          {"bytes", bytes()},
          {"seconds", seconds},
          {"requests_per_second", static_cast<double>(requests()) / seconds},
          {"realizations", list}};
}

}  // namespace fleetcast
