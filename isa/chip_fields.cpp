// SPDX-License-Identifier: Apache-2.0
#include "isa/chip_fields.h"

#include <utility>

#include "isa/coefficients.h"
#include "isa/dram/grade.h"
#include "isa/job.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxCycles = 100'000'000;         // 0.1 s at 1 GHz: beyond it a typing mistake
constexpr std::int64_t kMaxPicoseconds = 1'000'000'000;  // 1 ms
constexpr std::int64_t kMaxSramBytes = kVipSramBase - kAxiSramBase;  // a window
static_assert((std::int64_t{1} << 32) - kVipSramBase == kMaxSramBytes);

// The address of chip.*section.*member, as a plain function so that the table stays constant data.
template <auto section, auto member>
ChipFieldTarget in_section(Chip& chip) {
  return &(chip.*section.*member);
}

template <auto member>
ChipFieldTarget at_top(Chip& chip) {
  return &(chip.*member);
}

ChipField number(const char* section, const char* key, const char* unit, std::int64_t min, std::int64_t max,
                 const char* meaning, ChipFieldTarget (*target)(Chip&)) {
  return {section, key, unit, min, max, {}, meaning, target};
}

ChipField flag(const char* section, const char* key, const char* meaning, ChipFieldTarget (*target)(Chip&)) {
  return {section, key, "", 0, 1, {}, meaning, target};
}

ChipField word(const char* section, const char* key, std::vector<std::string> allowed, const char* meaning,
               ChipFieldTarget (*target)(Chip&)) {
  return {section, key, "", 0, 0, std::move(allowed), meaning, target};
}

void add_top(std::vector<ChipField>& fields) {
  fields.push_back(number("", "pid", "", 0, 0xFFFFFFFF,
                          "CustomerID, the number the board reports as its target", at_top<&Chip::pid>));
  fields.push_back(word("", "generation", {"v7", "v8"},
                        "how the array works: v7 by kernel planes, v8 flattens kernels into blocks of 9",
                        at_top<&Chip::generation>));
  fields.push_back(number("", "clock_hz", "Hz", 1'000'000, 10'000'000'000,
                          "clock of the NPU; all cycles are its", at_top<&Chip::clock_hz>));
}

void add_nne(std::vector<ChipField>& fields) {
  const auto add = [&fields](auto&&... field) { fields.push_back(number("nne", field...)); };
#define MEMBER(name) in_section<&Chip::nne, &NneConfig::name>
  add("cores", "", 1, kMaxNneCores, "convolution cores; each computes other output channels", MEMBER(cores));
  add("mads_per_core", "", 1, 1024, "pixel lanes of a core", MEMBER(mads_per_core));
  add("cores_int16", "", 0, kMaxNneCores, "cores that take 16-bit data; 0: 16 bits run elsewhere",
      MEMBER(cores_int16));
  add("dot_product_length", "", 1, 64, "coefficients a lane applies in a cycle", MEMBER(dot_product_length));
  add("plane_dot_product", "", 0, 6,
      "v7: coefficients of one kernel plane that a lane applies in a cycle, 6 = 3 x 2; 0: none",
      MEMBER(plane_dot_product));
  add("coefficient_block", "", 1, 256, "coefficients of a kernel that are loaded together",
      MEMBER(coefficient_block));
  add("input_buffer_lines", "lines", 1, 1024, "input buffer of a core, lines of 72 pixels",
      MEMBER(input_buffer_lines));
  add("accumulator_lines", "lines", 1, 1024, "accumulator buffer of a core, lines of 64 x 32 bit",
      MEMBER(accumulator_lines));
  add("max_kernel", "elements", 1, 255, "largest kernel width and height", MEMBER(max_kernel));
  add("max_tile_width", "elements", 1, 8191, "widest output tile", MEMBER(max_tile_width));
  add("max_tile_height", "elements", 1, 8191, "highest output tile", MEMBER(max_tile_height));
  add("min_window_pixels", "elements", 1, 65536, "input window of a tile, where the map is that large",
      MEMBER(min_window_pixels));
  add("output_lanes", "elements/cycle", 1, 4096, "results out of post-processing, all cores together",
      MEMBER(output_lanes));
  fields.push_back(word("nne", "coefficient_coding", {"huffman", "zero_run"},
                        "coding of the coefficient streams: V8 generation, V7 generation",
                        MEMBER(coefficient_coding)));
  add("zrl_bits", "bits", 0, kMaxRunBits, "widest run field of the zero run coding; 0: no runs",
      MEMBER(zrl_bits));
  add("decoder_weights_per_cycle", "weights/cycle", 1, 1024,
      "coefficient decoder of a core; zero runs: pairs of run and value", MEMBER(decoder_weights_per_cycle));
  add("coefficient_buffer_bytes", "bytes", 64, std::int64_t{1} << 24,
      "coefficient buffer of a core: how far fetch runs ahead of the decoder",
      MEMBER(coefficient_buffer_bytes));
  add("launch_cycles", "cycles", 0, kMaxCycles, "from the last event met to the first fetch",
      MEMBER(launch_cycles));
  add("job_start_cycles", "cycles", 0, kMaxCycles, "start and drain of the array's own pipeline, once a job",
      MEMBER(job_start_cycles));
  add("tile_bubble_cycles", "cycles", 0, kMaxCycles, "lost between two tiles", MEMBER(tile_bubble_cycles));
  add("zero_skip_group", "coefficients", 0, 256,
      "of a block, skipped if all of them are zero; 0: none is skipped", MEMBER(zero_skip_group));
  add("skipped_dot_products_per_cycle", "", 1, 1 << 20, "dot products of zeros passed over in a cycle",
      MEMBER(skipped_dot_products_per_cycle));
  add("lut_lanes", "elements/cycle", 0, 4096, "activation table behind the array; 0: tables run on the TP",
      MEMBER(lut_lanes));
  fields.push_back(
      flag("nne", "native_stride_two", "stride 2 without reshuffle by the TP", MEMBER(native_stride_two)));
  fields.push_back(
      flag("nne", "depthwise", "depthwise convolution without zero-filled kernels", MEMBER(depthwise)));
  fields.push_back(
      flag("nne", "fused_max_pooling", "max pooling behind the convolution", MEMBER(fused_max_pooling)));
  fields.push_back(flag("nne", "enhanced_max_pooling",
                        "max pooling behind the convolution whose windows overlap, over tiles",
                        MEMBER(enhanced_max_pooling)));
  fields.push_back(flag("nne", "tensor_add", "additions of two maps", MEMBER(tensor_add)));
  fields.push_back(
      flag("nne", "leaky_relu", "leaky and parametric ReLU behind the array", MEMBER(leaky_relu)));
  fields.push_back(
      flag("nne", "per_channel", "a multiplier an output channel instead of one", MEMBER(per_channel)));
  fields.push_back(flag("nne", "matmul", "products of two maps on the array", MEMBER(matmul)));
  fields.push_back(
      flag("nne", "small_batch", "launches a job once the one before has fetched all", MEMBER(small_batch)));
  fields.push_back(flag("nne", "kernel_streaming",
                        "coefficients of the next job go to the VIP-SRAM while a job runs",
                        MEMBER(kernel_streaming)));
#undef MEMBER
}

void add_tp(std::vector<ChipField>& fields) {
  const auto add = [&fields](auto&&... field) { fields.push_back(number("tp", field...)); };
#define MEMBER(name) in_section<&Chip::tp, &TpConfig::name>
  add("cores", "", 0, 64, "tensor processor cores", MEMBER(cores));
  add("lite_cores", "", 0, 64, "reduced cores: they move and pool, without tables", MEMBER(lite_cores));
  add("elements_per_cycle_per_core", "elements/cycle", 1, 1024, "rate of a core on maps",
      MEMBER(elements_per_cycle_per_core));
  add("coded_bytes_per_cycle_per_core", "bytes/cycle", 1, 1024,
      "rate of a core on a fully connected coefficient stream", MEMBER(coded_bytes_per_cycle_per_core));
  add("lut_entries", "", 1, 65536, "entries of the activation table", MEMBER(lut_entries));
  add("zrl_bits", "bits", 1, kMaxRunBits, "widest zero run field of the fully connected coding",
      MEMBER(zrl_bits));
  add("launch_cycles", "cycles", 0, kMaxCycles, "from the last event met to the first fetch",
      MEMBER(launch_cycles));
  add("vip_sram_outstanding", "bursts", 1, 65536, "reads of VIP-SRAM under way",
      MEMBER(vip_sram_outstanding));
#undef MEMBER
}

void add_ppu(std::vector<ChipField>& fields) {
  const auto add = [&fields](auto&&... field) { fields.push_back(number("ppu", field...)); };
#define MEMBER(name) in_section<&Chip::ppu, &PpuConfig::name>
  add("cores", "", 1, 64, "shader cores", MEMBER(cores));
  add("threads", "", 1, 65536, "threads resident in a core", MEMBER(threads));
  add("temp_registers", "", 4, 256, "registers a thread may use, 4 x 32 bit each", MEMBER(temp_registers));
  add("constants", "", 4, 65536, "constant registers, 4 x 32 bit each", MEMBER(constants));
  add("instruction_slots", "", 1, 65536, "instructions of a program", MEMBER(instruction_slots));
  add("operations_per_cycle", "operations/cycle", 1, 4096, "scalar lanes a core retires",
      MEMBER(operations_per_cycle));
  add("alu_latency_cycles", "cycles", 1, 10'000, "from an arithmetic instruction to the next of its thread",
      MEMBER(alu_latency_cycles));
  add("special_latency_cycles", "cycles", 1, 10'000,
      "the same of reciprocal, square root and horizontal operations", MEMBER(special_latency_cycles));
  add("load_latency_cycles", "cycles", 1, 100'000, "the same of loads and stores",
      MEMBER(load_latency_cycles));
  add("launch_cycles", "cycles", 0, kMaxCycles, "from the last event met to the first instruction",
      MEMBER(launch_cycles));
#undef MEMBER
}

// `section`: "vip_sram" or "axi_sram".
template <SramConfig Chip::*sram>
void add_sram(std::vector<ChipField>& fields, const char* section, const char* what) {
  const auto add = [&](auto&&... field) { fields.push_back(number(section, field...)); };
#define MEMBER(name) in_section<sram, &SramConfig::name>
  add("bytes", "bytes", 0, kMaxSramBytes, what, MEMBER(bytes));
  add("reserved_bytes", "bytes", 0, kMaxSramBytes, "first bytes the hardware keeps to itself",
      MEMBER(reserved_bytes));
  add("bytes_per_cycle", "bytes/cycle", 1, 4096, "usable width of a port", MEMBER(bytes_per_cycle));
  add("latency_cycles", "cycles", 0, 10'000, "of one access", MEMBER(latency_cycles));
  add("ports", "", 1, 2, "1: reads and writes share it; 2: one each", MEMBER(ports));
#undef MEMBER
}

void add_on_chip(std::vector<ChipField>& fields) {
  add_sram<&Chip::vip_sram>(fields, "vip_sram", "SRAM of the NPU");
  fields.push_back(flag("vip_sram", "feature_maps", "holds maps between jobs, not caches alone",
                        in_section<&Chip::vip_sram, &SramConfig::feature_maps>));
  fields.push_back(flag("vip_sram", "concats", "feature_maps: those whose parts several layers write, too",
                        in_section<&Chip::vip_sram, &SramConfig::concats>));
  add_sram<&Chip::axi_sram>(fields, "axi_sram", "SRAM of the SoC, behind the bus; 0: none");
  const auto axi = [&fields](auto&&... field) { fields.push_back(number("axi", field...)); };
#define MEMBER(name) in_section<&Chip::axi, &AxiConfig::name>
  axi("bytes_per_cycle", "bytes/cycle", 1, 4096, "bus width, each direction", MEMBER(bytes_per_cycle));
  axi("max_outstanding", "bursts", 1, 65536, "bursts under way, each direction", MEMBER(max_outstanding));
  axi("burst_bytes", "bytes", 1, 65536, "one burst", MEMBER(burst_bytes));
#undef MEMBER
}

std::vector<std::string> speed_grades() {
  std::vector<std::string> names;
  for (const DramGrade& grade : dram_grades()) names.emplace_back(grade.name);
  return names;
}

void add_dram(std::vector<ChipField>& fields) {
#define MEMBER(name) in_section<&Chip::dram, &DramConfig::name>
  fields.push_back(word("dram", "type", {}, "name of the device, for people", MEMBER(type)));
  const auto add = [&fields](auto&&... field) { fields.push_back(number("dram", field...)); };
  add("bytes", "bytes", 4096, kAxiSramBase, "size of the memory", MEMBER(bytes));
  add("bus_bytes", "bytes", 1, 64, "width of the data bus", MEMBER(bus_bytes));
  add("transfers_per_second", "transfers/s", 1'000'000, 100'000'000'000, "data rate of a pin",
      MEMBER(transfers_per_second));
  add("banks", "", 1, 1024, "banks, one open row each", MEMBER(banks));
  add("row_bytes", "bytes", 64, 1 << 20, "one row of a bank, all devices of the bus", MEMBER(row_bytes));
  const auto time = [&add](const char* key, const char* meaning, ChipFieldTarget (*target)(Chip&)) {
    add(key, "ps", 0, kMaxPicoseconds, meaning, target);
  };
  time("trcd_ps", "activate to column command", MEMBER(trcd_ps));
  time("trp_ps", "precharge to activate", MEMBER(trp_ps));
  time("tcl_ps", "read command to first data", MEMBER(tcl_ps));
  time("twr_ps", "last written data to precharge", MEMBER(twr_ps));
  time("twtr_ps", "last written data to read command", MEMBER(twtr_ps));
  time("trtp_ps", "read command to precharge", MEMBER(trtp_ps));
  time("tras_ps", "activate to precharge", MEMBER(tras_ps));
  time("trfc_ps", "one refresh of all banks", MEMBER(trfc_ps));
  add("trefi_ps", "ps", 1, kMaxPicoseconds, "from refresh to refresh", MEMBER(trefi_ps));
  time("path_latency_ps", "interconnect, controller and PHY, there and back", MEMBER(path_latency_ps));
  add("queue_bursts", "bursts", 1, 65536, "bursts the controller has accepted and not finished",
      MEMBER(queue_bursts));
  fields.push_back(word("dram", "model", {"in_order", "scheduled"},
                        "in_order: bursts one after the other; scheduled: every command of a controller",
                        MEMBER(model)));
  fields.push_back(word("dram", "speed", speed_grades(), "scheduled: speed grade, gives all of its timing",
                        MEMBER(speed)));
  add("device_gbit", "Gbit", 1, 16, "scheduled: density of a device (LPDDR4: of a channel of it)",
      MEMBER(device_gbit));
  add("channels", "", 1, 8, "scheduled: channels with a controller each", MEMBER(channels));
  add("channel_bits", "bits", 16, 128, "scheduled: data bus of a channel", MEMBER(channel_bits));
  fields.push_back(word("dram", "mapping", {},
                        "scheduled: fields of the address from high to low, joined by '-'", MEMBER(mapping)));
  add("max_wait_clocks", "clocks", 0, 1'000'000,
      "scheduled: a burst that has waited so many memory clocks goes first", MEMBER(max_wait_clocks));
  add("limit_bytes_per_second", "bytes/s", 0, 1'000'000'000'000,
      "what the interconnect lets through to the NPU, both directions; 0: all",
      MEMBER(limit_bytes_per_second));
  add("address_cycles", "cycles", 1, 1024,
      "from a burst's address to the next of its direction, so what a short row costs at least",
      MEMBER(address_cycles));
#undef MEMBER
}

void add_rest(std::vector<ChipField>& fields) {
  const auto front_end = [&fields](auto&&... field) { fields.push_back(number("front_end", field...)); };
  front_end("command_cycles", "cycles", 0, kMaxCycles, "to fetch and decode one command",
            in_section<&Chip::front_end, &FrontEndConfig::command_cycles>);
  front_end("network_start_cycles", "cycles", 0, kMaxCycles, "once a run, before the first command",
            in_section<&Chip::front_end, &FrontEndConfig::network_start_cycles>);
  front_end("network_start_ps", "ps", 0, 1'000'000'000'000,
            "the same of the driver and its interrupt, which do not follow the NPU's clock",
            in_section<&Chip::front_end, &FrontEndConfig::network_start_ps>);
  const auto governor = [&fields](auto&&... field) { fields.push_back(number("governor", field...)); };
  governor("start_hz", "Hz", 1'000'000, 10'000'000'000, "clock when a network starts",
           in_section<&Chip::governor, &GovernorConfig::start_hz>);
  governor("ramp_ps", "ps", 0, 1'000'000'000'000, "until it runs at clock_hz; 0: it always does",
           in_section<&Chip::governor, &GovernorConfig::ramp_ps>);
  fields.push_back(flag("compiler", "pointwise_packing",
                        "1x1 convolutions see their planes as rows that fill the array's lanes",
                        in_section<&Chip::compiler, &CompilerConfig::pointwise_packing>));
  fields.push_back(flag("compiler", "split_into_concat",
                        "parts of a split lie in a concat's output; false: such a concat copies all it joins",
                        in_section<&Chip::compiler, &CompilerConfig::split_into_concat>));
  fields.push_back(flag("compiler", "always_space_to_depth",
                        "strides the array lacks, kernels above 1x1: always over phases made by the TP; "
                        "false: by cost",
                        in_section<&Chip::compiler, &CompilerConfig::always_space_to_depth>));
  fields.push_back(
      number("compiler", "tp_dense_weights", "weights", 0, 4'294'967'296,
             "dense layers of up to so many are the TP's; larger ones by cost its or the array's",
             in_section<&Chip::compiler, &CompilerConfig::tp_dense_weights>));
  const auto host = [&fields](auto&&... field) { fields.push_back(number("host", field...)); };
#define MEMBER(name) in_section<&Chip::host, &HostConfig::name>
  host("launch_cycles", "cycles", 0, kMaxCycles,
       "from the last event met to the first element of a host step", MEMBER(launch_cycles));
  host("operations_per_cycle", "operations/cycle", 1, 1024, "elements a host step reads or writes",
       MEMBER(operations_per_cycle));
  host("bytes_per_cycle", "bytes/cycle", 1, 1024, "of a host step, to and from memory",
       MEMBER(bytes_per_cycle));
#undef MEMBER
  // A chip's file names the chip's own rule; those of the reference runtimes are chosen at compile time.
  fields.push_back(word("requantizer", "rule", {"vip7", "vip8", "vipf"},
                        "how accumulators become codes (docs/isa.md)", at_top<&Chip::requant_rule>));
  fields.push_back(word("requantizer", "ties", {"half_up", "half_even", "half_away"},
                        "direction of exact halves", at_top<&Chip::ties>));
}

std::vector<ChipField> make_fields() {
  std::vector<ChipField> fields;
  add_top(fields);
  add_nne(fields);
  add_tp(fields);
  add_ppu(fields);
  add_on_chip(fields);
  add_dram(fields);
  add_rest(fields);
  return fields;
}

}  // namespace

const std::vector<ChipField>& chip_fields() {
  static const std::vector<ChipField> fields = make_fields();
  return fields;
}

}  // namespace trireme
