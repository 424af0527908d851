// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "isa/chip_description.h"
#include "isa/chip_dram.h"

namespace trireme {

namespace {

bool power_of_two(std::int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

void check_engines(const Chip& chip, const FieldPlaces& where, Problems& problems) {
  // Kernel buffer granularity of V8 is three dot products; V7 takes blocks of 2 x 3 of a plane and of 6
  // channels (hardware.md §2.4).
  const int products = is_v7(chip) ? 2 : 3;
  if (chip.nne.coefficient_block != products * chip.nne.dot_product_length) {
    problems.add(where.at("nne.coefficient_block"),
                 fmt::format("{} is not {} * nne.dot_product_length", chip.nne.coefficient_block, products),
                 fmt::format("write {}", products * chip.nne.dot_product_length));
  }
  if (chip.tp.cores + chip.tp.lite_cores == 0) {
    problems.add(where.at("tp.cores"), "there is no core, not even a reduced one",
                 "describe what moves data instead, with its rate");
  }
  const auto check_reserved = [&](const std::string& section, const SramConfig& sram) {
    if (sram.reserved_bytes <= sram.bytes) return;
    problems.add(where.at(section + ".reserved_bytes"),
                 fmt::format("{} is more than {}.bytes", sram.reserved_bytes, section),
                 fmt::format("at most {}", sram.bytes));
  };
  check_reserved("vip_sram", chip.vip_sram);
  check_reserved("axi_sram", chip.axi_sram);
  if (chip.axi.burst_bytes % chip.axi.bytes_per_cycle != 0) {
    problems.add(where.at("axi.burst_bytes"),
                 fmt::format("{} is no multiple of axi.bytes_per_cycle", chip.axi.burst_bytes),
                 fmt::format("a multiple of {}", chip.axi.bytes_per_cycle));
  }
}

void check_dram(const Chip& chip, const FieldPlaces& where, Problems& problems) {
  const DramConfig& dram = chip.dram;
  if (!power_of_two(dram.banks)) {
    problems.add(where.at("dram.banks"), fmt::format("{} is no power of two", dram.banks),
                 "bank and row are bits of the address");
  }
  if (!power_of_two(dram.row_bytes) || dram.row_bytes % chip.axi.burst_bytes != 0) {
    problems.add(where.at("dram.row_bytes"),
                 fmt::format("{} is no power of two that holds whole bursts", dram.row_bytes),
                 fmt::format("a power of two and a multiple of axi.burst_bytes ({})", chip.axi.burst_bytes));
  }
  if (chip.axi.burst_bytes % dram.bus_bytes != 0) {
    problems.add(where.at("dram.bus_bytes"),
                 fmt::format("{} does not divide axi.burst_bytes", dram.bus_bytes),
                 fmt::format("a divisor of {}", chip.axi.burst_bytes));
  }
  const std::int64_t stripe = std::int64_t{dram.banks} * dram.row_bytes;
  if (dram.bytes % stripe != 0) {
    problems.add(where.at("dram.bytes"),
                 fmt::format("{} is no whole number of rows in every bank", dram.bytes),
                 fmt::format("a multiple of {}", stripe));
  }
  if (dram.trfc_ps >= dram.trefi_ps) {
    problems.add(where.at("dram.trfc_ps"), fmt::format("{} leaves no time between refreshes", dram.trfc_ps),
                 fmt::format("less than dram.trefi_ps ({})", dram.trefi_ps));
  }
  if (dram.tras_ps < dram.trcd_ps) {
    problems.add(where.at("dram.tras_ps"), fmt::format("{} is less than dram.trcd_ps", dram.tras_ps),
                 fmt::format("at least {}", dram.trcd_ps));
  }
  if (dram.model != DramModel::scheduled) return;
  for (const FieldComplaint& complaint : complaints_of(dram))
    problems.add(where.at(complaint.field), complaint.what, complaint.hint);
}

}  // namespace

void check_chip(const Chip& chip, const FieldPlaces& where, Problems& problems) {
  check_engines(chip, where, problems);
  check_dram(chip, where, problems);
}

}  // namespace trireme
