// SPDX-License-Identifier: Apache-2.0
// Code compiled for one instruction set must not be what the linker keeps for all machines: the objects of
// sim/arithmetic/real_product_*.cpp may define no function that another object could define too.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> part{};
  while (pipe != nullptr) {
    const std::size_t count = fread(part.data(), 1, part.size(), pipe.get());
    if (count == 0) break;
    text.append(part.data(), count);
  }
  return text;
}

// Lines "libtrireme_sim.a:real_product_avx2.cpp.o:0000000000000000 W _ZN10Eigen_avx2…".
TEST(VectorUnits, ShareNoFunctionWithOtherObjects) {
  const std::string symbols = output_of("nm --print-file-name " TRIREME_SIM_LIBRARY " 2>/dev/null");
  if (symbols.find("real_product_avx2") == std::string::npos)
    GTEST_SKIP() << "no x86-64 objects, or no nm to read them";
  int of_its_own = 0;
  std::istringstream lines(symbols);
  for (std::string line; std::getline(lines, line);) {
    const bool of_avx2 = line.find("real_product_avx2.") != std::string::npos;
    if (!of_avx2 && line.find("real_product_avx512.") == std::string::npos) continue;
    if (line.find(" W ") == std::string::npos) continue;
    ++of_its_own;
    EXPECT_NE(line.find(of_avx2 ? "10Eigen_avx2" : "12Eigen_avx512"), std::string::npos) << line;
  }
  EXPECT_GT(of_its_own, 0);
}

}  // namespace
