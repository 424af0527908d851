// SPDX-License-Identifier: Apache-2.0
#include "isa/network_binary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/error.h"
#include "support/files.h"
#include "tests/isa/small_network.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kHeaderBytes = 56;

class TnbFile : public ::testing::Test {
 protected:
  TnbFile() : folder_(fs::temp_directory_path() / ("trireme_tnb_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~TnbFile() override { fs::remove_all(folder_); }

  // What reading these bytes says; "no error" if it is happy.
  std::string read_message(const Bytes& bytes) {
    write_plain(bytes);
    try {
      read_network_binary(path_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  void write_plain(const Bytes& bytes) {
    // Not write_file: flushing hundreds of damaged files to the disk would take seconds.
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  fs::path folder_, path_ = folder_ / "net.tnb";
};

// Writing what was read gives the same file, so nothing is lost on the way.
TEST_F(TnbFile, RoundTripKeepsEveryByte) {
  const NetworkBinary binary = small_network();
  write_network_binary(path_, binary);
  const Bytes bytes = read_file(path_);
  const NetworkBinary again = read_network_binary(path_);
  write_network_binary(path_, again);
  EXPECT_EQ(read_file(path_), bytes);

  EXPECT_EQ(again.name, "small");
  EXPECT_EQ(again.chip_pid, 0xEEu);
  EXPECT_EQ(again.chip_yaml, binary.chip_yaml);
  EXPECT_EQ(again.segments[2].bytes, binary.segments[2].bytes);
  ASSERT_EQ(again.jobs.size(), 2u);
  EXPECT_EQ(encode(again.jobs[1]), encode(binary.jobs[1]));
  EXPECT_EQ(again.layers[0].merged, binary.layers[0].merged);
  EXPECT_EQ(again.layers[1].inputs, (std::vector<std::string>{"@conv1_2"}));
  EXPECT_EQ(again.layers[0].outputs[0].quantization.zero_point, (std::vector<std::int32_t>{3}));
  EXPECT_EQ(again.layers[1].outputs[0].after_job, 1);
  EXPECT_EQ(again.buffers[3].kind, "cache");
  EXPECT_EQ(again.inputs[0].quantization.max, 2);
  EXPECT_EQ(again.outputs[0].dtype, DataType::float16);
}

TEST_F(TnbFile, EveryTruncationIsAnError) {
  write_network_binary(path_, small_network());
  const Bytes bytes = read_file(path_);
  for (std::size_t size = 0; size < bytes.size(); size += size < 2 * kHeaderBytes ? 1 : 97) {
    const std::string message =
        read_message(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_THAT(message, size == 0 ? HasSubstr("not a network binary") : HasSubstr("is cut short")) << size;
  }
}

TEST_F(TnbFile, EveryFlippedByteIsAnError) {
  write_network_binary(path_, small_network());
  const Bytes bytes = read_file(path_);
  for (std::size_t at = 0; at < bytes.size(); at += at < 2 * kHeaderBytes ? 1 : 89) {
    Bytes damaged = bytes;
    damaged[at] ^= 0x41;
    EXPECT_THAT(read_message(damaged), HasSubstr("net.tnb")) << at;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_THAT(read_message(longer), HasSubstr("is damaged"));
}

// A file made to deceive: the hash is right, the payload is not. Anything but an Error or a well-formed
// network is a bug.
TEST_F(TnbFile, DamageBehindARightHashIsAnErrorOrANetwork) {
  write_network_binary(path_, small_network());
  const Bytes bytes = read_file(path_);
  const Chip chip = find_chip(kDefaultChip);
  int refused = 0;
  for (std::size_t at = kHeaderBytes; at < bytes.size(); ++at) {
    const bool in_text = at > kHeaderBytes + 200 && at < kHeaderBytes + chip.yaml.size();
    if (in_text && at % 101 != 0) continue;
    Bytes damaged = bytes;
    damaged[at] ^= static_cast<std::uint8_t>(1u << at % 8);
    const std::string hash = sha256_hex(damaged.data() + kHeaderBytes, damaged.size() - kHeaderBytes);
    for (std::size_t i = 0; i < 32; ++i)
      damaged[24 + i] = static_cast<std::uint8_t>(std::stoi(hash.substr(2 * i, 2), nullptr, 16));
    write_plain(damaged);
    try {
      const NetworkBinary binary = read_network_binary(path_);
      info_text(binary, {"inputs", "outputs", "layers", "operations", "memory"});
      check(binary, chip, "net.tnb");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(TnbFile, OtherFilesAreNamed) {
  EXPECT_THAT(read_message({'P', 'K', 3, 4}), HasSubstr("is not a network binary"));
  // An NBG of format 0x20005 for PID 0x1000003B.
  EXPECT_THAT(read_message({'V', 'P', 'M', 'N', 0x05, 0, 2, 0, 0x3B, 0, 0, 0x10, 1, 2, 3}),
              AllOf(HasSubstr("NBG file"), HasSubstr("format 0x20005"), HasSubstr("PID 0x1000003b")));
  EXPECT_THAT(read_message({'V', 'P', 'M', 'N'}), HasSubstr("NBG file"));
  EXPECT_THROW(read_network_binary(folder_ / "missing.tnb"), Error);
}

TEST_F(TnbFile, AnotherVersionIsNamed) {
  NetworkBinary binary = small_network();
  binary.version = 7;
  write_network_binary(path_, binary);
  EXPECT_THAT(read_message(read_file(path_)),
              AllOf(HasSubstr("format version 7"), HasSubstr("reads version 1")));
}

// Intact files with a content that no writer of ours makes.
TEST_F(TnbFile, ImpossibleContentIsAnError) {
  const auto message = [&](const NetworkBinary& binary) {
    write_network_binary(path_, binary);
    return read_message(read_file(path_));
  };
  NetworkBinary binary = small_network();
  binary.inputs[0].dtype = static_cast<DataType>(13);
  EXPECT_THAT(message(binary), HasSubstr("data type 13"));
  binary = small_network();
  binary.inputs[0].shape = {std::int64_t{1} << 30, std::int64_t{1} << 30};
  EXPECT_THAT(message(binary), HasSubstr("shape"));
  binary.inputs[0].shape = Shape(9, 1);
  EXPECT_THAT(message(binary), HasSubstr("9 dimensions"));
  binary.inputs[0].shape = {-1};
  EXPECT_THAT(message(binary), HasSubstr("shape"));
  binary = small_network();
  binary.outputs[0].quantization.scheme = static_cast<Quantization::Scheme>(9);
  EXPECT_THAT(message(binary), HasSubstr("quantization scheme 9"));
  binary = small_network();
  binary.layers[0].outputs[0].quantization.scale.clear();
  EXPECT_THAT(message(binary), HasSubstr("scales and zero points"));
  binary = small_network();
  binary.rule = static_cast<RequantRule>(7);
  EXPECT_THAT(message(binary), HasSubstr("rule 7"));
  binary = small_network();
  std::get<NneJob>(binary.jobs[0]).input.dtype = 99;
  EXPECT_THAT(message(binary), HasSubstr("job 0: data type of the input is 99"));
}

TEST_F(TnbFile, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(write_network_binary(folder_ / "no" / "such" / "net.tnb", small_network()), Error);
}

TEST(NetworkBinary, ChipOfChecksTheName) {
  NetworkBinary binary = small_network();
  EXPECT_EQ(chip_of(binary, "", "net.tnb").name, kDefaultChip);
  EXPECT_EQ(chip_of(binary, "r853", "net.tnb").name, kDefaultChip);
  try {
    chip_of(binary, "a311d", "net.tnb");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("net.tnb"), HasSubstr("vip9000pico_pid0xee"), HasSubstr("a311d")));
  }
  binary.chip_pid = 0x99;
  EXPECT_THROW(chip_of(binary, "", "net.tnb"), Error);
  // A description inside a file must not open other files.
  binary.chip_yaml = "name: x\ninherits: /etc/passwd\n";
  EXPECT_THROW(chip_of(binary, "", "net.tnb"), Error);
}

}  // namespace
}  // namespace trireme
