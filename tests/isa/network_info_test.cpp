// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "support/error.h"
#include "support/files.h"
#include "support/text.h"
#include "tests/isa/small_network.h"

namespace trireme {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/isa/goldens/small_network_info.txt";

// UPDATE_GOLDEN=1 writes the file anew; look at the difference before committing it.
TEST(NetworkInfo, EveryTableAsInTheGoldenFile) {
  const std::string text = info_text(small_network(), {});
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_file(kGolden, text);
  EXPECT_EQ(text, read_text(kGolden));
}

TEST(NetworkInfo, NoLineIsWiderThanEightyColumns) {
  NetworkBinary binary = small_network();
  binary.name = std::string(200, 'n');
  binary.layers[0].reason = std::string(60, 'x') + " " + std::string(60, 'y') + " " + std::string(170, 'z');
  for (const std::string& line : split(info_text(binary, {}), '\n')) EXPECT_LE(line.size(), 80u) << line;
}

TEST(NetworkInfo, SectionsInTheOrderAsked) {
  const NetworkBinary binary = small_network();
  EXPECT_EQ(info_text(binary, {"memory", "inputs"}),
            info_text(binary, {"memory"}) + info_text(binary, {"inputs"}));
  EXPECT_THROW(info_text(binary, {"layer"}), Error);
}

TEST(NetworkInfo, FixedPointAndPerChannelAreShown) {
  NetworkBinary binary = small_network();
  Quantization q;
  q.scheme = Quantization::Scheme::fixed_point;
  q.dtype = DataType::int16;
  q.fl = 13;
  binary.inputs[0].dtype = DataType::int16;
  binary.inputs[0].quantization = q;
  const std::string text = info_text(binary, {"inputs"});
  EXPECT_THAT(text, ::testing::ContainsRegex("Fixed Point Position: +13\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex("Data Format: +VIP_BUFFER_FORMAT_INT16\n"));
  // 36 elements of 2 bytes are 72, rounded up to 128.
  EXPECT_THAT(text, ::testing::ContainsRegex("Memory Size: +128\n"));
}

}  // namespace
}  // namespace trireme
