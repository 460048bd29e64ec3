#include "mpi_reduction.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace fleetcast::mpi {

namespace {

constexpr std::size_t piece_bytes = 4U << 20U;

/// The leader's values become the sum, or what else `op` makes of them, of all ranks' values.
template <class Value>
void reduce(std::span<Value> values, MPI_Datatype type, MPI_Op op) {
  bool const in_place = this_rank() == leader;
  constexpr std::size_t piece = piece_bytes / sizeof(Value);
  for (std::size_t at = 0; at < values.size(); at += piece) {
    auto const part = values.subspan(at, std::min(piece, values.size() - at));
    MPI_Reduce(in_place ? MPI_IN_PLACE : part.data(), part.data(), static_cast<int>(part.size()), type, op, leader, MPI_COMM_WORLD);
  }
}

// MPI's buffers need not be aligned as the values are: they are copied out and in
template <class Value, class Add>
void combine(void* from, void* into, int count, Add add) {
  for (int i = 0; i < count; ++i) {
    Value a, b;
    auto* const target = static_cast<char*>(into) + static_cast<std::size_t>(i) * sizeof(Value);
    std::memcpy(&a, static_cast<char*>(from) + static_cast<std::size_t>(i) * sizeof(Value), sizeof(Value));
    std::memcpy(&b, target, sizeof(Value));
    add(b, a);
    std::memcpy(target, &b, sizeof(Value));
  }
}

extern "C" void fleetcast_add_sum128(void* from, void* into, int* count, MPI_Datatype* /*type*/) {
  combine<Sum128>(from, into, *count, [](Sum128& b, Sum128 a) { b += a; });
}

extern "C" void fleetcast_add_moments(void* from, void* into, int* count, MPI_Datatype* /*type*/) {
  combine<Moments>(from, into, *count, [](Moments& b, Moments const& a) { b.add(a); });
}

MPI_Datatype words(std::size_t bytes) {
  MPI_Datatype type;
  MPI_Type_contiguous(static_cast<int>(bytes / sizeof(std::uint64_t)), MPI_UINT64_T, &type);
  MPI_Type_commit(&type);
  return type;
}

MPI_Op op_of(Combine combine) {
  if (combine == Combine::smallest) return MPI_MIN;
  return combine == Combine::largest ? MPI_MAX : MPI_SUM;
}

}  // namespace

Reduction::Reduction() : sum128_(words(sizeof(Sum128))), moments_(words(sizeof(Moments))) {
  constexpr int commutes = 1;
  MPI_Op_create(fleetcast_add_sum128, commutes, &add_sum128_);
  MPI_Op_create(fleetcast_add_moments, commutes, &add_moments_);
}

Reduction::~Reduction() {
  MPI_Op_free(&add_sum128_);
  MPI_Op_free(&add_moments_);
  MPI_Type_free(&sum128_);
  MPI_Type_free(&moments_);
}

void Reduction::add_to_leader(Plan const& plan, std::vector<Touched> const& touched, RunState& state) {
  for (auto const& [scenario, bands] : touched) {
    cells(state.sums.cells[scenario]);
    if (bands == 0) continue;
    if (!state.bands[scenario]) state.bands[scenario].emplace(plan);
    reduce(state.bands[scenario]->values(), MPI_UINT64_T, MPI_SUM);
  }
  moments(touched, state);
}

void Reduction::cells(CellSums& sums) {
  sums.for_each([this](auto values, Combine combine) {
    using Value = typename decltype(values)::value_type;
    if constexpr (sizeof(Value) == sizeof(Sum128))
      reduce(values, sum128_, add_sum128_);
    else if constexpr (std::is_signed_v<Value>)
      reduce(values, MPI_INT64_T, op_of(combine));
    else if constexpr (sizeof(Value) == sizeof(std::uint64_t))
      reduce(values, MPI_UINT64_T, op_of(combine));
    else
      reduce(values, MPI_UINT32_T, op_of(combine));
  });
}

void Reduction::moments(std::vector<Touched> const& touched, RunState& state) {
  std::vector<Moments> all;
  auto const each = [&](auto visit) {
    for (auto const& part : touched) state.sums.scenarios[part.scenario].for_each(visit);
  };
  each([&](Moments const& m) { all.push_back(m); });
  reduce(std::span(all), moments_, add_moments_);
  std::size_t next = 0;
  each([&](Moments& m) { m = all[next++]; });
}

KernelSeconds Reduction::add_to_leader(KernelSeconds seconds) {
  std::array<double, 5> values{seconds.arrivals, seconds.tokens, seconds.rows, seconds.walk, seconds.accumulate};
  reduce(std::span<double>(values), MPI_DOUBLE, MPI_SUM);
  return {values[0], values[1], values[2], values[3], values[4]};
}

}  // namespace fleetcast::mpi
