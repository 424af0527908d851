// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tensor/files.h"
#include "tests/tensor/damage.h"
#include "tests/tensor/npy_by_hand.h"

namespace trireme {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Npy : public ::testing::Test {
 protected:
  Tensor read(const Bytes& bytes) {
    write_quickly(folder_ / "a.npy", bytes);
    return read_npy(folder_ / "a.npy");
  }
  std::string read_error(const Bytes& bytes) {
    return error_of([&] { read(bytes); });
  }
  std::string header_error(const std::string& header) { return read_error(npy_by_hand(header, {})); }
  TempFolder folder_;
};

TEST_F(Npy, ReadsEachVersionAndSpelling) {
  const Bytes data = {1, 0, 2, 0, 3, 0};
  for (const int version : {1, 2, 3}) {
    const Tensor tensor =
        read(npy_by_hand("{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }   \n", data, version));
    EXPECT_EQ(tensor.shape, Shape{3});
    EXPECT_EQ(tensor.data<std::int16_t>()[2], 3);
  }
  // Other writers: double quotes, no commas at the end, other order, longs of Python 2, no byte order.
  EXPECT_EQ(read(npy_by_hand("{\"shape\":(3L,1L),\"fortran_order\":False,\"descr\":\"i2\"}", data)).shape,
            (Shape{3, 1}));
  EXPECT_EQ(read(npy_by_hand("{'descr': '|u1', 'fortran_order': True, 'shape': ()}", {7})).shape, Shape{});
  EXPECT_EQ(read(npy_by_hand("{'descr': '>u1', 'fortran_order': False, 'shape': (1,)}", {7})).dtype,
            DataType::uint8);
  EXPECT_EQ(read(npy_by_hand("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 3)}", {})).size(), 0);
}

// In Fortran order the first index runs fastest: the bytes of [[1,3,5],[2,4,6]] are 1..6.
TEST_F(Npy, TurnsFortranOrder) {
  const Tensor tensor =
      read(npy_by_hand("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tensor.shape, (Shape{2, 3}));
  EXPECT_EQ(tensor.bytes, (Bytes{1, 3, 5, 2, 4, 6}));
}

TEST_F(Npy, RoundTripsEveryType) {
  for (int i = 0; i <= static_cast<int>(DataType::boolean); ++i) {
    Tensor tensor(static_cast<DataType>(i), {2, 3});
    for (std::size_t b = 0; b < tensor.bytes.size(); ++b) tensor.bytes[b] = static_cast<std::uint8_t>(b);
    write_npy(folder_ / "a.npy", tensor);
    const Tensor back = read_npy(folder_ / "a.npy");
    EXPECT_EQ(back.dtype, tensor.dtype);
    EXPECT_EQ(back.shape, tensor.shape);
    EXPECT_EQ(back.bytes, tensor.bytes);
    EXPECT_EQ((read_file(folder_ / "a.npy").size() - tensor.bytes.size()) % 64,
              0U);  // data aligned as in NumPy
  }
}

TEST_F(Npy, RefusesWithTheReason) {
  EXPECT_THAT(read_error({'P', 'K', 3, 4}), HasSubstr("not an .npy array"));
  EXPECT_THAT(read_error(npy_by_hand("{'descr': '|O', 'fortran_order': False, 'shape': ()}", {1, 2})),
              AllOf(HasSubstr("Acuity"), HasSubstr("pickle"), HasSubstr("numpy.savez")));
  EXPECT_THAT(header_error("{'descr': '>f4', 'fortran_order': False, 'shape': (0,)}"),
              HasSubstr("big-endian"));
  EXPECT_THAT(header_error("{'descr': '<c8', 'fortran_order': False, 'shape': (0,)}"), HasSubstr("'<c8'"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'fortran_order': 1, 'shape': (0,)}"),
              HasSubstr("neither True nor False"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'fortran_order': False, 'shape': (-1,)}"),
              HasSubstr("dimension"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'shape': (0,)}"), HasSubstr("missing"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'descr': '<i2'}"), HasSubstr("twice"));
  EXPECT_THAT(header_error("{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (0,)}"),
              HasSubstr("records"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'fortran_order': False, 'shape': (0,)} or 1"),
              HasSubstr("closing brace"));
  EXPECT_THAT(header_error("{'descr': '<i2', 'x': 1}"), HasSubstr("unknown key"));
  EXPECT_THAT(read_error(npy_by_hand("{}", {}, 4)), HasSubstr("version 4.0"));
  EXPECT_THAT(read_error({0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0xFF, 0xFF, 0xFF, 0x7F}),
              HasSubstr("2147483647 bytes"));
}

TEST_F(Npy, SizesAreCheckedBeforeAllocation) {
  const std::string huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (1048576, 1048576)}";
  EXPECT_THAT(header_error(huge),
              HasSubstr("holds 0 bytes of data, float64 [1048576,1048576] needs 8796093022208"));
  EXPECT_THAT(header_error("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
              HasSubstr("more than 2^40"));
  EXPECT_THAT(header_error("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
              HasSubstr("dimension"));
  std::string many = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (int i = 0; i < 65; ++i) many += "1, ";
  EXPECT_THAT(header_error(many + ")}"), HasSubstr("more than 64 dimensions"));
  EXPECT_THAT(read_error(npy_by_hand("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", {1, 2})),
              HasSubstr("something else follows"));
}

TEST_F(Npy, AnyDamageIsAnError) {
  write_npy(folder_ / "a.npy", Tensor::of<float>({2, 2}, {1, 2, 3, 4}));
  const Bytes whole = read_file(folder_ / "a.npy");
  expect_error_at_every_cut(whole, [](const auto& path) { read_npy(path); });
  expect_no_crash_at_any_change(whole, [](const auto& path) { read_npy(path); });
}

}  // namespace
}  // namespace trireme
