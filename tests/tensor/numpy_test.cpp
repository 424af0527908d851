// SPDX-License-Identifier: Apache-2.0
// Files exchanged with NumPy itself. Skipped where there is none.
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/files.h"
#include "tensor/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

class NumPy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
      GTEST_SKIP() << "/usr/bin/python3 has no numpy (Debian: python3-numpy)";
    }
  }
  // Runs in the folder; its assertions decide.
  void python(const std::string& script) {
    write_file(folder_ / "script.py", "import numpy as np\n" + script);
    const std::string command = "cd '" + folder_.path().string() + "' && /usr/bin/python3 script.py";
    ASSERT_EQ(std::system(command.c_str()), 0) << script;
  }
  TempFolder folder_;
};

TEST_F(NumPy, ReadsOurNpy) {
  for (int i = 0; i <= static_cast<int>(DataType::boolean); ++i) {
    const auto type = static_cast<DataType>(i);
    if (type == DataType::bfloat16) continue;  // unknown to NumPy
    write_npy(folder_ / (std::string(name_of(type)) + ".npy"),
              convert(Tensor::of<float>({2, 2}, {0, 1, 1, 0}), type));
  }
  write_npy(folder_ / "scalar.npy", Tensor::of<float>({}, {0.5F}));
  write_npy(folder_ / "bf16.npy", convert(Tensor::of<float>({1}, {1}), DataType::bfloat16));
  python(
      "for t in 'float16 float32 float64 int8 uint8 int16 uint16 int32 uint32 int64 uint64 bool'.split():\n"
      "    a = np.load(t + '.npy')\n"
      "    assert a.dtype == np.dtype(t) and a.tolist() == [[0, 1], [1, 0]], t\n"
      "assert np.load('scalar.npy').shape == () and np.load('scalar.npy') == 0.5\n"
      "assert np.load('bf16.npy').view(np.uint16).tolist() == [0x3F80]\n");
}

TEST_F(NumPy, ReadsOurNpz) {
  write_npz(folder_ / "a.data", {{"conv1/weight:0", Tensor::of<float>({1, 2}, {1, 2})},
                                 {"größe", Tensor::of<std::uint8_t>({1}, {3})}});
  python(
      "with open('a.data', 'rb') as f:\n"
      "    z = np.load(f)\n"
      "    assert sorted(z.files) == ['conv1/weight:0', 'größe'], z.files\n"
      "    assert z['conv1/weight:0'].tolist() == [[1, 2]] and z['größe'].tolist() == [3]\n");
}

TEST_F(NumPy, WritesNpyForUs) {
  python(
      "a = np.arange(24, dtype=np.int32).reshape(2, 3, 4)\n"
      "np.save('c.npy', a)\n"
      "np.save('f.npy', np.asfortranarray(a))\n"
      "with open('v2.npy', 'wb') as f: np.lib.format.write_array(f, a, version=(2, 0))\n"
      "with open('v3.npy', 'wb') as f: np.lib.format.write_array(f, a, version=(3, 0))\n"
      "np.save('object.npy', np.array({'a': a}, dtype=object), allow_pickle=True)\n"
      "np.save('big.npy', a.astype('>i4'))\n");
  for (const char* name : {"c.npy", "f.npy", "v2.npy", "v3.npy"}) {
    const Tensor tensor = read_npy(folder_ / name);
    EXPECT_EQ(tensor.shape, (Shape{2, 3, 4})) << name;
    for (int i = 0; i < 24; ++i) EXPECT_EQ(tensor.data<std::int32_t>()[i], i) << name;
  }
  EXPECT_NE(error_of([&] { read_npz(folder_ / "object.npy"); }).find("pickle"), std::string::npos);
  EXPECT_NE(error_of([&] { read_npy(folder_ / "big.npy"); }).find("big-endian"), std::string::npos);
}

TEST_F(NumPy, WritesNpzForUs) {
  python(
      "d = {'a/b:0': np.float32([1, 2]), 'größe': np.zeros((50, 50)), 's': np.array(True)}\n"
      "np.savez('s.npz', **d)\n"
      "np.savez_compressed('c.npz', **d)\n");
  for (const char* name : {"s.npz", "c.npz"}) {
    const auto tensors = read_npz(folder_ / name);
    ASSERT_EQ(tensors.size(), 3U) << name;
    EXPECT_EQ(tensors.at("a/b:0").data<float>()[1], 2.0F);
    EXPECT_EQ(tensors.at("größe").shape, (Shape{50, 50}));
    EXPECT_EQ(element(tensors.at("s"), 0), 1.0);
  }
}

TEST_F(NumPy, ExchangesText) {
  write_text_tensor(folder_ / "a.tensor", Tensor::of<float>({3}, {0.1F, -1e-30F, 16777216.0F}));
  python(
      "a = np.loadtxt('a.tensor', dtype=np.float32)\n"
      "assert a.tolist() == np.float32([0.1, -1e-30, 16777216]).tolist(), a\n"
      "np.savetxt('b.tensor', a)\n");
  EXPECT_EQ(read_text_tensor(folder_ / "b.tensor", {3}).bytes,
            read_text_tensor(folder_ / "a.tensor", {3}).bytes);
}

}  // namespace
}  // namespace trireme
