#include "launch.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace fleetcast {

namespace {

struct Names {
  char const* rank;
  char const* size;
};
// the first one found counts: mpirun within a Slurm job sees Slurm's words, too
constexpr std::array launchers{
    Names{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    Names{"PMI_RANK", "PMI_SIZE"},
    // not SLURM_NTASKS: a batch script has it, where nothing was launched
    Names{"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
};

std::optional<std::uint32_t> number(char const* name) {
  char const* const text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  std::string_view const digits(text);
  std::uint32_t value = 0;
  auto const [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

Launch launched() {
  for (auto const& names : launchers) {
    auto const rank = number(names.rank), size = number(names.size);
    if (rank && size && *size > 0) return {*rank, *size};
  }
  if (auto const rank = number("PMIX_RANK")) return {*rank, 0};
  return {};
}

}  // namespace fleetcast
