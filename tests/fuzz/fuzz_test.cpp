// SPDX-License-Identifier: Apache-2.0
// The fuzz targets over the corpus and over damaged copies of it, for seconds and always the same: an answer
// within the stated memory and time, whatever the bytes are. tools/fuzz looks further, with libFuzzer.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "support/files.h"
#include "tests/fuzz/allocation.h"
#include "tests/fuzz/seeds.h"
#include "tests/fuzz/targets.h"

namespace trireme {
namespace {

constexpr double kMostSeconds = 10;  // of CPU time; the slowest input of the corpus takes a fraction of one

std::filesystem::path corpus() { return std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/fuzz/corpus"; }

std::vector<std::filesystem::path> corpus_of(const FuzzTarget& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(corpus() / target.name))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// True if the file was accepted.
bool run(const FuzzTarget& target, const std::string& bytes) {
  const std::size_t before = allocated_bytes();
  reset_most_allocated();
  const std::clock_t start = std::clock();
  const bool accepted = target.read(bytes);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_LE(most_allocated_bytes() - before, target.fixed_bytes + target.bytes_each * bytes.size());
  EXPECT_LT(seconds, kMostSeconds);
  return accepted;
}

// One to three places changed, cut out or filled in.
std::string damaged(const std::string& original, std::mt19937& random) {
  std::string bytes = original;
  const auto count = 1 + random() % 3;
  for (unsigned i = 0; i < count; ++i) {
    if (bytes.empty()) bytes = "x";
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
      case 2:
        bytes.erase(at, 1 + random() % 8);
        break;
      default:
        bytes.insert(at, 1 + random() % 4, static_cast<char>(random()));
        break;
    }
  }
  return bytes;
}

class Fuzz : public testing::TestWithParam<FuzzTarget> {};

// The seeds are good files, so that damage to them reaches deep. UPDATE_GOLDEN=1 writes them.
TEST_P(Fuzz, SeedsAreAccepted) {
  const FuzzTarget& target = GetParam();
  int seeds = 0;
  for (const auto& [name, bytes] : fuzz_seeds()) {
    const std::filesystem::path path = corpus() / name;
    if (path.parent_path().filename() != target.name) continue;
    ++seeds;
    EXPECT_TRUE(run(target, text_of(bytes))) << name;
    if (std::getenv("UPDATE_GOLDEN") == nullptr) {
      EXPECT_TRUE(std::filesystem::exists(path)) << path << " is missing; UPDATE_GOLDEN=1 writes it";
      continue;
    }
    std::filesystem::create_directories(path.parent_path());
    write_file(path, bytes);
  }
  EXPECT_GT(seeds, 0);
}

TEST_P(Fuzz, CorpusAndItsDamagedCopies) {
  const FuzzTarget& target = GetParam();
  constexpr int kRuns = 2000;
  std::mt19937 random(20240607);
  std::vector<std::string> files;
  for (const std::filesystem::path& path : corpus_of(target)) {
    SCOPED_TRACE(path);
    files.push_back(text_of(read_file(path)));
    run(target, files.back());
  }
  ASSERT_FALSE(files.empty());
  int accepted = 0;
  for (int i = 0; i < kRuns; ++i) {
    const std::string bytes = damaged(files[random() % files.size()], random);
    accepted += run(target, bytes) ? 1 : 0;
    if (HasFailure()) {
      write_file("fuzz_failure", std::string_view(bytes));
      FAIL() << "the input is in fuzz_failure";
    }
  }
  // Damage to names and weights does no harm, damage to the structure does: both kinds must have come up.
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, kRuns * 9 / 10);
}

TEST_P(Fuzz, EveryTruncation) {
  const FuzzTarget& target = GetParam();
  for (const auto& [name, bytes] : fuzz_seeds()) {
    if (std::filesystem::path(name).parent_path() != target.name || bytes.size() > 3000) continue;
    SCOPED_TRACE(name);
    const std::string whole = text_of(bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) run(target, whole.substr(0, size));
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Fuzz, testing::ValuesIn(fuzz_targets()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace trireme
