/// Ledgers of a tile into the sums of a sweep.
#pragma once

#include "body.cuh"
#include "cuda/model/accumulate.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Part of a slot's realizations: index = part·slots + slot - first_slot. Few slots are cut into many parts, to fill a device.
struct AccumulateSlots {
  LedgerView ledgers;
  RowsView rows;
  PolicyColumns columns;
  ObjectivePer per;
  std::uint32_t const* slot_service;  ///< [slot]; no_service: the slot is padding
  AccumulatorView into;

  static constexpr std::uint32_t no_service = 0xffffffffU;

  FLEETCAST_FUNCTION std::uint32_t parts() const {
    std::uint32_t const wanted = (1U << 17) / ledgers.slots + 1;
    std::uint32_t const most = (ledgers.realizations + 7) / 8;
    return wanted < most ? wanted : most;
  }
  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(parts()) * ledgers.slots; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint32_t const slot = ledgers.first_slot + static_cast<std::uint32_t>(index % ledgers.slots);
    if (slot_service[slot] == no_service) return;
    std::uint64_t const part = index / ledgers.slots;
    auto const first = static_cast<std::uint32_t>(ledgers.realizations * part / parts());
    auto const last = static_cast<std::uint32_t>(ledgers.realizations * (part + 1) / parts());
    accumulate_slot(ledgers, rows, columns, per, slot_service[slot], slot, first, last, into);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
