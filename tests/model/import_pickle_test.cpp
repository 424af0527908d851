// SPDX-License-Identifier: Apache-2.0
// Pickles are data here: what NumPy writes is read, whatever else a pickle could do is refused by name. The
// files of goldens/acuity were pickled by Python 3.11 and NumPy 1.24 (make_goldens.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/graph.h"
#include "model/import/acuity/layer_data.h"
#include "model/import/acuity/pickle.h"
#include "tests/support/temp_folder.h"
#include "tests/tensor/damage.h"

namespace trireme {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using Kind = PickleValue::Kind;

const std::filesystem::path kGoldens = std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/goldens/acuity";

Pickle parse(const std::string& text) {
  return parse_pickle(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), 0, "p");
}
std::string complaint(const std::string& text) {
  return error_of([&] { parse(text); });
}

std::vector<Layer> tiny_layers() {
  Problems problems;
  std::vector<Layer> layers = read_layer_file(kGoldens / "tiny.json", problems).layers;
  problems.throw_if_any();
  return layers;
}

void expect_tiny_weights(const std::filesystem::path& path) {
  LayerData data = read_layer_data(path, tiny_layers());
  Problems problems;
  order_weights(tiny_layers(), "n.data", data, problems);
  problems.throw_if_any();
  EXPECT_TRUE(data.pickled);
  ASSERT_EQ(data.tensors.size(), 4U);
  const Tensor conv = Tensor::of<float>({2, 1, 2, 2}, {1, 0, 0, 1, 0, 1, -1, 0});
  EXPECT_EQ(data.tensors.at("conv_4:weight").shape, conv.shape);
  EXPECT_EQ(data.tensors.at("conv_4:weight").bytes, conv.bytes);
  EXPECT_EQ(data.tensors.at("conv_4:bias").bytes, (Tensor::of<float>({2}, {1, 7}).bytes));
  // 18 inputs and 3 outputs in the file
  std::vector<float> dense(54, 0.0F);
  dense[0] = 1, dense[9] = 1, dense[18] = -1, dense[18 + 8] = 1, dense[36] = -1;
  EXPECT_EQ(data.tensors.at("dense_1:weight").shape, (Shape{3, 18}));
  EXPECT_EQ(data.tensors.at("dense_1:weight").bytes, (Tensor::of<float>({3, 18}, dense).bytes));
}

TEST(Pickle, EveryProtocolGivesTheSameArrays) {
  for (const char* name :
       {"tiny_p2.data", "tiny_p3.data", "tiny_p4.data", "tiny_p5.data", "tiny_names.data"}) {
    SCOPED_TRACE(name);
    expect_tiny_weights(kGoldens / name);
  }
}

TEST(Pickle, NumpyTwoAndPythonTwo) {
  // numpy._core is NumPy 2's name of the folder; Python 2 has byte strings where others have texts.
  const std::string file =
      "\x80\x02}U\x01"
      "a}U\x06weightcnumpy._core.multiarray\n_reconstruct\n"
      "cnumpy\nndarray\nK\x00\x85U\x01"
      "b\x87R(K\x01\x8a\x01\x02\x85"
      "cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
      "K\x00tb\x89U\x02\x07\x09tbss."s;
  const TempFolder folder;
  write_file(folder / "n.data", std::string_view(file));
  const LayerData data = read_layer_data(folder / "n.data", {});
  EXPECT_EQ(data.tensors.at("a:weight").bytes, (Bytes{7, 9}));
  EXPECT_EQ(data.tensors.at("a:weight").dtype, DataType::uint8);
}

TEST(Pickle, NumbersAndContainers) {
  const Pickle pickle = parse("\x80\x03](K\xffM\x01\x02J\xfe\xff\xff\xff\x8a\x02\x00\x80\x88N)e."s);
  const PickleValue& list = pickle.values[pickle.root];
  ASSERT_EQ(list.items.size(), 7U);
  const auto item = [&](std::size_t i) { return pickle.values[list.items[i]]; };
  EXPECT_EQ(item(0).integer, 255);
  EXPECT_EQ(item(1).integer, 0x201);
  EXPECT_EQ(item(2).integer, -2);
  EXPECT_EQ(item(3).integer, -32768);
  EXPECT_EQ(item(4).kind, Kind::boolean);
  EXPECT_EQ(item(5).kind, Kind::none);
  EXPECT_EQ(item(6).kind, Kind::tuple);
}

// os.system is posix.system; the others are what such files use besides.
TEST(Pickle, NamesAreNeverLookedUp) {
  EXPECT_THAT(
      complaint("\x80\x03"
                "cposix\nsystem\nX\x04\0\0\0true\x85R."s),
      AllOf(HasSubstr("p: byte 2: opcode GLOBAL: 'posix system' is not allowed"), HasSubstr("savez")));
  EXPECT_THAT(complaint("\x80\x04\x8c\x05posix\x8c\x06system\x93."s),
              HasSubstr("byte 17: opcode STACK_GLOBAL: 'posix system' is not allowed"));
  for (const char* name :
       {"builtins eval", "__builtin__ eval", "numpy load", "numpy.core.multiarray fromfile",
        "numpy.testing._private.utils runstring", "_codecs decode", "copyreg _reconstructor"}) {
    std::string lines = std::string(name) + "\n";
    lines[lines.find(' ')] = '\n';
    EXPECT_THAT(complaint("\x80\x03"
                          "c" +
                          lines + "."),
                HasSubstr("is not allowed"))
        << name;
  }
}

TEST(Pickle, OpcodesThatMakeObjectsAreRefusedByName) {
  EXPECT_THAT(complaint("\x80\x03(X\x01\0\0\0aios\nsystem\n."s),
              HasSubstr("byte 9: opcode INST: is not allowed"));
  EXPECT_THAT(complaint("\x80\x03"
                        "cnumpy\nndarray\n)\x81."s),
              HasSubstr("opcode NEWOBJ: is not allowed"));
  EXPECT_THAT(complaint("\x80\x03X\x01\0\0\0aQ."s), HasSubstr("opcode BINPERSID: is not allowed"));
  EXPECT_THAT(complaint("\x80\x03\x82\x01."s), HasSubstr("opcode EXT1: is not allowed"));
  EXPECT_THAT(complaint("\x80\x03\xee."s), HasSubstr("opcode 0xEE: is not allowed"));
  EXPECT_THAT(complaint("(I1\nt."s), HasSubstr("is no pickle of protocol 2 to 5"));
  EXPECT_THAT(complaint("\x80\x06N."s), HasSubstr("opcode PROTO: protocol 6"));
}

TEST(Pickle, CallsThatNumpyDoesNotWrite) {
  const std::string dtype = "cnumpy\ndtype\n", ndarray = "cnumpy\nndarray\n";
  EXPECT_THAT(complaint("\x80\x03" + ndarray + "K\x01\x85R."), HasSubstr("'ndarray' is called in a way"));
  EXPECT_THAT(complaint("\x80\x03" + dtype + "K\x01\x85R."),
              HasSubstr("argument 1 is missing or of another kind"));
  EXPECT_THAT(complaint("\x80\x03" + dtype + "K\x01R."), HasSubstr("arguments that are no tuple"));
  EXPECT_THAT(complaint("\x80\x03K\x01)R."), HasSubstr("what is called is no name"));
  EXPECT_THAT(complaint("\x80\x03}(K\x01tb."), HasSubstr("a state for something that has none"));
  EXPECT_THAT(complaint("\x80\x02"
                        "c_codecs\nencode\nX\x01\0\0\0aX\x03\0\0\0rot\x86R."s),
              HasSubstr("encoding 'rot'"));
  EXPECT_THAT(complaint("\x80\x02"
                        "c_codecs\nencode\nX\x03\0\0\0\xe2\x82\xacX\x06\0\0\0latin1\x86R."s),
              HasSubstr("a character that is no byte"));
}

TEST(Pickle, LengthsAreHeldAgainstTheFile) {
  EXPECT_THAT(complaint("\x80\x03X\xff\xff\xff\xff."s),
              HasSubstr("4294967295 bytes are announced, 1 are left"));
  EXPECT_THAT(complaint("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff."s),
              HasSubstr("opcode BINBYTES8: 18446744073709551615 bytes are announced"));
  EXPECT_THAT(complaint("\x80\x03Nr\xff\xff\xff\xff."s), HasSubstr("a memo of 4294967295 values"));
  EXPECT_THAT(complaint("\x80\x03\x8a\x09"
                        "123456789."s),
              HasSubstr("a number of 9 bytes"));
  EXPECT_THAT(complaint("\x80\x03" + std::string(65, '(')), HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(complaint("\x80\x03" + std::string(kMostPickleSteps, ')')),
              HasSubstr("more than 4194304 opcodes"));
}

TEST(Pickle, StackAndMemo) {
  EXPECT_THAT(complaint("\x80\x03R."), HasSubstr("opcode REDUCE: the stack is empty"));
  EXPECT_THAT(complaint("\x80\x03K\x01(\x85."), HasSubstr("the stack is empty"));  // below the mark
  EXPECT_THAT(complaint("\x80\x03t."), HasSubstr("there is no mark"));
  EXPECT_THAT(complaint("\x80\x03h\x05."), HasSubstr("the memo has no value 5"));
  EXPECT_THAT(complaint("\x80\x03NN."), HasSubstr("values are left on the stack"));
  EXPECT_THAT(complaint("\x80\x03N.N"), HasSubstr("1 bytes follow the pickle's end"));
  EXPECT_THAT(complaint("\x80\x03}(K\x01u."), HasSubstr("a key without value"));
  EXPECT_THAT(complaint("\x80\x03K\x01K\x02"
                        "a."),
              HasSubstr("no list is there to be filled"));
}

class PickledData : public testing::Test {
 protected:
  std::string complaint_about(const std::string& bytes) {
    write_quickly(folder / "n.data", Bytes(bytes.begin(), bytes.end()));
    return error_of([&] { read_layer_data(folder / "n.data", {}); });
  }
  TempFolder folder;
};

// A list or dict that holds itself is a cycle of places, which nothing walks along.
TEST_F(PickledData, ContainersThatHoldThemselves) {
  EXPECT_THAT(complaint_about("\x80\x03]q\0h\0a."s), HasSubstr("is no pickled dict of layers"));
  EXPECT_THAT(complaint_about("\x80\x03}q\0X\x01\0\0\0ah\0s."s), HasSubstr("layer 'a': 'a': is no array"));
}

TEST_F(PickledData, SharedTextsAndArraysStayWithinTheirBudgets) {
  // 1000 characters, made bytes twice: longer than the file, which has them once.
  const std::string text = "X\xe8\x03\0\0"s + std::string(1000, 'a') + "q\x01",
                    latin1 = "X\x06\0\0\0latin1q\x02"s;
  const std::string encode = "c_codecs\nencode\nq\0"s;
  std::string twice = "\x80\x02(" + encode + text + latin1 + "\x86Rh\0h\x01h\x02\x86R"s;
  EXPECT_THAT(complaint(twice + "t."), HasSubstr("the texts that are made are longer than the file"));

  // An array of 200 bytes under 100 keys, 7 bytes of file each.
  std::string shared = "\x80\x03}(X\x01\0\0\0a}(X\x01\0\0\0k"s + "cnumpy.core.multiarray\nscalar\n" +
                       "cnumpy\ndtype\nX\x02\0\0\0u1\x85RC\xc8"s + std::string(200, 'x') + "\x86Rq\x01";
  EXPECT_THAT(complaint_about(shared + "uu."), HasSubstr("holds 200 bytes of data, uint8 [] needs 1"));
  shared = "\x80\x05}(X\x01\0\0\0a}(X\x01\0\0\0k"s + "cnumpy.core.numeric\n_frombuffer\n(C\xc8" +
           std::string(200, 'x') + "cnumpy\ndtype\nX\x02\0\0\0u1\x85RK\xc8\x85X\x01\0\0\0CtRq\x01"s;
  for (char key = 1; key < 100; ++key) shared += "X\x01\0\0\0"s + key + "h\x01";
  shared += "uu.";
  ASSERT_LT(shared.size(), 100 * 200 / kMostPickleSharing);
  EXPECT_THAT(complaint_about(shared), HasSubstr("the arrays are larger than the file"));
}

TEST_F(PickledData, ArraysThatAreNone) {
  const std::string begin = "\x80\x03}X\x01\0\0\0a}X\x01\0\0\0k"s;
  EXPECT_THAT(complaint_about(begin + "K\x01ss."), HasSubstr("layer 'a': 'k': is no array"));
  const std::string made =
      "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
      "C\x01"
      "b\x87R"s;
  EXPECT_THAT(complaint_about(begin + made + "ss."), HasSubstr("an array without elements"));
  const std::string type = "cnumpy\ndtype\nX\x02\0\0\0O8\x85R"s;
  EXPECT_THAT(complaint_about(begin + made + "(K\x01)" + type + "\x89](NetbssK."), HasSubstr("no end"));
  EXPECT_THAT(complaint_about(begin + made + "(K\x01)" + type + "\x89](Netbss."),
              HasSubstr("an array of Python objects"));
  EXPECT_THAT(complaint_about(begin + made + "(K\x01J\xff\xff\xff\xff\x85" + type +
                              "\x89"
                              "C\x00tbss."s),
              HasSubstr("holds Python objects"));
}

TEST_F(PickledData, EveryCutAndEveryChangedByte) {
  for (const char* name : {"tiny_p2.data", "tiny_p4.data", "tiny_p5.data"}) {
    const Bytes whole = read_file(kGoldens / name);
    const auto read = [](const std::filesystem::path& path) { read_layer_data(path, {}); };
    expect_error_at_every_cut(whole, read);
    expect_no_crash_at_any_change(whole, read);
  }
}

}  // namespace
}  // namespace trireme
