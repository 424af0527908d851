// SPDX-License-Identifier: Apache-2.0
// What a wrong program must bring to light: deadlock, reads of nothing, writes under running jobs; and what
// must never change a run: construction order.
#include <gtest/gtest.h>

#include "sim/memory/checker.h"
#include "sim/simulate.h"
#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

constexpr Address kA = kVipSramBase + 2048, kB = kVipSramBase + 8192, kC = kVipSramBase + 16384;
constexpr Address kProgram = 0x100000;

TpJob copy_job(int layer, Address from, Address to) {
  TpJob job{};
  job.header = job_header(Engine::tp, static_cast<int>(TpOperation::copy), layer);
  job.input = packed_view(from, 32, 32, 1);
  job.output = packed_view(to, 32, 32, 1);
  job.post = vipf_post(1.0F);
  job.input_scale = job.output_scale = 1.0F;
  return job;
}

// Copies 32 codes with the PPU, so that two engines can run at once.
PpuJob ppu_copy(int layer, Address from, Address to) {
  PpuJob job{};
  job.header = job_header(Engine::ppu, 0, layer);
  job.operands[0] = {from, 4, OperandRange::read};
  job.operands[1] = {to, 4, OperandRange::write};
  job.program = kProgram;
  job.threads = 1;
  job.uniforms[0] = from;
  job.uniforms[1] = to;
  return job;
}

const char* const kCopyProgram =
    "movu r1, u0\n"
    "movu r2, u1\n"
    "movi r3, 1\n"
    "load.u8 r4, [r1 + r3]\n"
    "store.u8 r4, [r2 + r3]\n"
    "end\n";

void add_copy_program(ProgramBuilder& builder, PpuJob& job) {
  const PpuProgram program = assemble(kCopyProgram, "copy");
  job.program_bytes = static_cast<std::uint32_t>(program.size() * sizeof(PpuInstruction));
  builder.segment(kProgram, encode(program));
}

std::string deadlock_of(const NetworkBinary& binary) {
  try {
    simulate(binary, test_chip(), {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no deadlock";
}

TEST(Deadlock, AMissingEventNamesWhoWaits) {
  ProgramBuilder builder;
  builder.segment(kA, Bytes(1024, 1));
  TpJob job = copy_job(builder.layer("copy_7", "TP"), kA, kB);
  job.header.wait_events[0] = 3;
  builder.add(job);
  const std::string text = deadlock_of(builder.binary());
  EXPECT_NE(text.find("TP job 0 (copy_7) waits for event 3, which no job signals"), std::string::npos)
      << text;
}

TEST(Deadlock, ACircleNamesBoth) {
  ProgramBuilder builder;
  builder.segment(kA, Bytes(1024, 1));
  TpJob first = copy_job(builder.layer("first", "TP"), kA, kB);
  first.header.wait_events[0] = 1;
  first.header.signal_event = 0;
  PpuJob second = ppu_copy(builder.layer("second", "SH"), kB, kC);
  add_copy_program(builder, second);
  second.header.wait_events[0] = 0;
  second.header.signal_event = 1;
  builder.add(first);
  builder.add(second);
  const std::string text = deadlock_of(builder.binary());
  EXPECT_NE(text.find("TP job 0 (first) waits for event 1, which SH job 1 (second) signals"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("SH job 1 (second) waits for event 0, which TP job 0 (first) signals"),
            std::string::npos)
      << text;
}

TEST(MemoryChecker, ReadOfBytesNobodyWrote) {
  ProgramBuilder builder;
  builder.segment(kA, Bytes(1000, 1));  // 24 bytes short
  builder.add(copy_job(builder.layer("copy", "TP"), kA, kB));
  const RunRecord record = simulate(builder.binary(), test_chip(), {});
  ASSERT_EQ(record.findings.size(), 1U);
  EXPECT_EQ(record.findings[0].kind, "uninitialised read");
  // kA + 1000 = 0xff000000 + 0x800 + 0x3e8
  EXPECT_NE(record.findings[0].text.find("TP job 0 (copy) reads its input at 0xff000be8"), std::string::npos)
      << record.findings[0].text;
}

NetworkBinary two_engines(Address ppu_writes, bool ordered) {
  ProgramBuilder builder;
  builder.segment(kA, Bytes(1024, 1));
  builder.segment(kC, Bytes(4, 9));
  TpJob copy = copy_job(builder.layer("copy", "TP"), kA, kB);
  PpuJob other = ppu_copy(builder.layer("other", "SH"), kC, ppu_writes);
  add_copy_program(builder, other);
  if (ordered) {
    copy.header.signal_event = 0;
    other.header.wait_events[0] = 0;
  }
  builder.add(copy);
  builder.add(other);
  return builder.binary();
}

TEST(MemoryChecker, WriteIntoARunningJobsRange) {
  // The TP reads kA from 255 to about 1300; the PPU, unordered, writes there from 360 on.
  const RunRecord record = simulate(two_engines(kA + 100, false), test_chip(), {});
  ASSERT_EQ(record.findings.size(), 1U);
  EXPECT_EQ(record.findings[0].kind, "write under a running job");
  EXPECT_NE(record.findings[0].text.find("SH job 1 (other) writes 0xff000864 while TP job 0 (copy) reads it"),
            std::string::npos)
      << record.findings[0].text;
  // The same writes are fine once an event orders them, or elsewhere.
  EXPECT_TRUE(simulate(two_engines(kA + 100, true), test_chip(), {}).findings.empty());
  EXPECT_TRUE(simulate(two_engines(kC + 64, false), test_chip(), {}).findings.empty());
}

TEST(MemoryChecker, JobsThatOnlyTouchInTimeDoNotOverlap) {
  // [10, 20) and [20, 30): whichever process of cycle 20 runs first, nothing is found; one cycle more, and it
  // is.
  const JobRanges reader{"reader", {{kA, 64}}, {}}, writer{"writer", {}, {{kA + 32, 64}}};
  MemoryChecker touching;
  touching.begin(0, reader, 10);
  touching.begin(1, writer, 20);
  touching.finish(0, 20);
  touching.finish(1, 30);
  EXPECT_TRUE(touching.findings().empty());
  MemoryChecker overlapping;
  overlapping.begin(0, reader, 10);
  overlapping.begin(1, writer, 20);
  overlapping.finish(0, 21);
  overlapping.finish(1, 30);
  EXPECT_EQ(overlapping.findings().size(), 1U);
}

TEST(MemoryChecker, BothWriting) {
  const RunRecord record = simulate(two_engines(kB, false), test_chip(), {});
  ASSERT_EQ(record.findings.size(), 1U);
  EXPECT_NE(
      record.findings[0].text.find("TP job 0 (copy) writes 0xff002000 while SH job 1 (other) writes it"),
      std::string::npos)
      << record.findings[0].text;
}

TEST(Ppu, StoreOutsideTheDeclaredRangeIsAnError) {
  ProgramBuilder builder;
  builder.segment(kA, Bytes(4, 1));
  PpuJob job = ppu_copy(builder.layer("copy", "SH"), kA, kB);
  add_copy_program(builder, job);
  job.uniforms[1] = kC;
  builder.add(job);
  const std::string text = deadlock_of(builder.binary());
  EXPECT_EQ(text, "SH job 0 (copy): stores to 0xff004000, outside the range its descriptor declares");
}

// Both engines compete for the SRAM port and DRAM; units built in reverse give the same cycles, causes and
// events.
TEST(Order, ReverseConstructionChangesNothing) {
  const NetworkBinary binary = two_engines(kC + 64, false);
  SimulateOptions reverse;
  reverse.reverse_construction = true;
  for (const DramModel model : {DramModel::in_order, DramModel::scheduled}) {
    Chip chip = test_chip();
    chip.dram.model = model;
    const RunRecord forward = simulate(binary, chip, {});
    const RunRecord backward = simulate(binary, chip, {}, reverse);
    EXPECT_EQ(forward.profile.total_cycles, backward.profile.total_cycles);
    ASSERT_EQ(forward.timeline.events.size(), backward.timeline.events.size());
    for (int e = 0; e < kEngines; ++e) {
      const auto i = static_cast<std::size_t>(e);
      EXPECT_EQ(forward.profile.engines[i].causes.cycles, backward.profile.engines[i].causes.cycles);
      EXPECT_EQ(forward.profile.engines[i].causes.total(), forward.profile.total_cycles);
    }
  }
}

}  // namespace
}  // namespace trireme
