// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "tensor/files.h"
#include "tests/tensor/damage.h"
#include "tests/tensor/npy_by_hand.h"

namespace trireme {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Tensors = std::map<std::string, Tensor>;

// A zip archive put together by hand (APPNOTE.TXT 4.3), for what a proper writer refuses to write.
class HandmadeZip {
 public:
  void add(const std::string& name, const Bytes& stored, int method, std::uint32_t size, std::uint32_t crc) {
    const std::size_t at = bytes_.size();
    put(bytes_, 0x04034B50, 4);
    put(bytes_, 20, 2);
    describe(bytes_, name, stored, method, size, crc);
    bytes_.insert(bytes_.end(), name.begin(), name.end());
    bytes_.insert(bytes_.end(), stored.begin(), stored.end());
    put(directory_, 0x02014B50, 4);
    put(directory_, 20, 2);
    put(directory_, 20, 2);
    describe(directory_, name, stored, method, size, crc);
    for (int i = 0; i < 3; ++i) put(directory_, 0, 2);  // comment, disk, internal attributes
    put(directory_, 0, 4);                              // external attributes
    put(directory_, at, 4);
    directory_.insert(directory_.end(), name.begin(), name.end());
    ++entries_;
  }

  Bytes bytes() const {
    Bytes whole = bytes_;
    whole.insert(whole.end(), directory_.begin(), directory_.end());
    put(whole, 0x06054B50, 4);
    put(whole, 0, 4);
    put(whole, entries_, 2);
    put(whole, entries_, 2);
    put(whole, directory_.size(), 4);
    put(whole, bytes_.size(), 4);
    put(whole, 0, 2);
    return whole;
  }

 private:
  static void put(Bytes& bytes, std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(value >> (8 * i) & 0xFF);
  }
  static void describe(Bytes& bytes, const std::string& name, const Bytes& stored, int method,
                       std::uint32_t size, std::uint32_t crc) {
    put(bytes, 0, 2);  // flags
    put(bytes, static_cast<std::uint64_t>(method), 2);
    put(bytes, 0, 2);
    put(bytes, 0x21, 2);  // 1980-01-01
    put(bytes, crc, 4);
    put(bytes, stored.size(), 4);
    put(bytes, size, 4);
    put(bytes, name.size(), 2);
    put(bytes, 0, 2);
  }
  Bytes bytes_, directory_;
  std::uint64_t entries_ = 0;
};

std::uint32_t crc_of(const Bytes& bytes) {
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

// Raw deflate, as zip members hold it.
Bytes deflated(const Bytes& bytes) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  Bytes result(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

class Npz : public ::testing::Test {
 protected:
  Bytes npy_bytes(const Tensor& tensor) {
    write_npy(folder_ / "member", tensor);
    return read_file(folder_ / "member");
  }
  std::string read_error(const Bytes& bytes) {
    write_quickly(folder_ / "a.data", bytes);
    return error_of([&] { read_npz(folder_ / "a.data"); });
  }
  TempFolder folder_;
};

TEST_F(Npz, RoundTrips) {
  const Tensors tensors = {{"conv1/weight:0", Tensor::of<float>({2, 1}, {1.5F, -2})},
                           {"@attach_Größe:out0", Tensor::of<std::uint8_t>({3}, {1, 2, 3})},
                           {"scalar", Tensor::of<std::int64_t>({}, {-7})},
                           {"empty", Tensor(DataType::float16, {0, 4})}};
  write_npz(folder_ / "a.data", tensors);
  const Tensors back = read_npz(folder_ / "a.data");
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(back.at(name).dtype, tensor.dtype) << name;
    EXPECT_EQ(back.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(back.at(name).bytes, tensor.bytes) << name;
  }
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a.data"});
}

TEST_F(Npz, AnEmptyArchive) {
  write_npz(folder_ / "a.data", {});
  EXPECT_TRUE(read_npz(folder_ / "a.data").empty());
}

TEST_F(Npz, SameTensorsSameBytes) {
  const Tensors tensors = {{"b", Tensor::of<float>({1}, {1})}, {"a", Tensor::of<float>({1}, {2})}};
  setenv("TZ", "Asia/Tokyo", 1);
  write_npz(folder_ / "a.npz", tensors);
  setenv("TZ", "America/New_York", 1);
  write_npz(folder_ / "b.npz", tensors);
  unsetenv("TZ");
  const Bytes bytes = read_file(folder_ / "a.npz");
  EXPECT_EQ(bytes, read_file(folder_ / "b.npz"));
  // Local header of the first member (APPNOTE.TXT 4.3.7): method 0 at 8, time 0 at 10, date 1980-01-01 at 12.
  EXPECT_EQ(Bytes(bytes.begin() + 8, bytes.begin() + 14), (Bytes{0, 0, 0, 0, 0x21, 0}));
  EXPECT_EQ(std::string(bytes.begin() + 30, bytes.begin() + 35), "a.npy");
}

TEST_F(Npz, ReadsDeflatedMembers) {
  const Tensor zeros(DataType::float32, {100000});  // shrinks by a factor of hundreds, as real weights may
  const Bytes npy = npy_bytes(zeros);
  HandmadeZip zip;
  zip.add("zeros.npy", deflated(npy), 8, static_cast<std::uint32_t>(npy.size()), crc_of(npy));
  write_quickly(folder_ / "a.npz", zip.bytes());
  EXPECT_EQ(read_npz(folder_ / "a.npz").at("zeros").bytes, zeros.bytes);
}

TEST_F(Npz, RefusesWithTheReason) {
  const Bytes npy = npy_bytes(Tensor::of<float>({1}, {1}));
  EXPECT_THAT(read_error(npy), HasSubstr("a.data: is a single .npy array"));
  const Bytes pickle = npy_by_hand("{'descr': '|O', 'fortran_order': False, 'shape': ()}", {0x80, 4});
  EXPECT_THAT(read_error(pickle), AllOf(HasSubstr("pickle"), HasSubstr("numpy.savez")));
  EXPECT_THAT(read_error({}), HasSubstr("the file is empty"));
  EXPECT_THAT(read_error(Bytes(1000, 'x')), HasSubstr("not an .npz archive"));

  HandmadeZip text;
  text.add("readme.txt", {'x'}, 0, 1, crc_of({'x'}));
  EXPECT_THAT(read_error(text.bytes()), HasSubstr("'readme.txt' is no .npy array"));
  HandmadeZip twice;
  for (int i = 0; i < 2; ++i) twice.add("a.npy", npy, 0, static_cast<std::uint32_t>(npy.size()), crc_of(npy));
  EXPECT_THAT(read_error(twice.bytes()), HasSubstr("occurs twice"));
  HandmadeZip method;
  method.add("a.npy", npy, 12, static_cast<std::uint32_t>(npy.size()), crc_of(npy));
  EXPECT_THAT(read_error(method.bytes()), HasSubstr("compressed by method 12"));
  HandmadeZip object;
  object.add("a.npy", pickle, 0, static_cast<std::uint32_t>(pickle.size()), crc_of(pickle));
  EXPECT_THAT(read_error(object.bytes()), HasSubstr("member 'a.npy': holds Python objects"));
}

TEST_F(Npz, ChecksumsAreCompared) {
  Bytes npy = npy_bytes(Tensor::of<float>({1}, {1}));
  const std::uint32_t crc = crc_of(npy);
  npy.back() ^= 1;
  HandmadeZip stored, packed;
  stored.add("a.npy", npy, 0, static_cast<std::uint32_t>(npy.size()), crc);
  packed.add("a.npy", deflated(npy), 8, static_cast<std::uint32_t>(npy.size()), crc);
  EXPECT_THAT(read_error(stored.bytes()), HasSubstr("member 'a.npy': damaged archive: CRC error"));
  EXPECT_THAT(read_error(packed.bytes()), HasSubstr("member 'a.npy': damaged archive: CRC error"));
}

TEST_F(Npz, ClaimedSizesAreNotBelieved) {
  const Bytes npy = npy_bytes(Tensor(DataType::float32, {1000}));
  HandmadeZip huge;
  huge.add("a.npy", deflated(npy), 8, 0xF0000000, crc_of(npy));
  EXPECT_THAT(read_error(huge.bytes()), HasSubstr("is it a zip bomb?"));
  for (const std::size_t claimed : {npy.size() - 1, npy.size() + 1, std::size_t{0}}) {
    HandmadeZip wrong;
    wrong.add("a.npy", deflated(npy), 8, static_cast<std::uint32_t>(claimed), crc_of(npy));
    EXPECT_THAT(read_error(wrong.bytes()), HasSubstr("a.npy")) << claimed;
  }
}

// 42.zip and its kin: a thousandfold in each of many members, each of them still harmless.
TEST_F(Npz, BombsOfManyMembersAreRefused) {
  const Bytes npy = npy_bytes(Tensor(DataType::uint8, {100 << 20}));
  const Bytes packed = deflated(npy);  // about 100 KB
  HandmadeZip bomb;
  for (int i = 0; i < 4; ++i) {
    bomb.add(std::to_string(i) + ".npy", packed, 8, static_cast<std::uint32_t>(npy.size()), crc_of(npy));
  }
  EXPECT_THAT(read_error(bomb.bytes()), AllOf(HasSubstr("member '2.npy'"), HasSubstr("zip bomb")));
}

TEST_F(Npz, AnyDamageIsAnError) {
  const Bytes npy = npy_bytes(Tensor::of<float>({2, 2}, {1, 2, 3, 4}));
  HandmadeZip packed;
  packed.add("a.npy", deflated(npy), 8, static_cast<std::uint32_t>(npy.size()), crc_of(npy));
  write_npz(folder_ / "a.data", {{"a", Tensor::of<float>({2}, {1, 2})}, {"b", Tensor::of<float>({1}, {3})}});
  for (const Bytes& whole : {read_file(folder_ / "a.data"), packed.bytes()}) {
    expect_error_at_every_cut(whole, [](const auto& path) { read_npz(path); });
    expect_no_crash_at_any_change(whole, [](const auto& path) { read_npz(path); });
  }
}

TEST_F(Npz, AFailedWriteLeavesNothing) {
  EXPECT_THAT(error_of([&] { write_npz(folder_ / "none/a.data", {}); }), HasSubstr("none/a.data"));
  EXPECT_THAT(error_of([&] {
                write_npz(folder_ / "a.data", {{"\xFF", Tensor(DataType::int8, {1})}});
              }),
              HasSubstr("cannot store tensor"));
  const std::string zero("a\0b", 3);
  EXPECT_THAT(error_of([&] {
                write_npz(folder_ / "a.data", {{zero, Tensor(DataType::int8, {1})}});
              }),
              HasSubstr("zero byte"));
  EXPECT_EQ(folder_.names(), std::set<std::string>{});
}

}  // namespace
}  // namespace trireme
