// SPDX-License-Identifier: Apache-2.0
// Files of one operator against what TensorFlow Lite 2.9 (its builtin kernels, x86) answered: functions in
// fixed point and from tables.
#include <gtest/gtest.h>

#include "tests/model/tflite_answer.h"

namespace trireme {
namespace {

using namespace test;  // what a file of one operator is written with

TEST(TfliteFunctions, SigmoidOfSixteenBits) {
  EXPECT_EQ(
      answer(Op::LOGISTIC,
             {fed({14}, Type::INT16, {{0.000244140625F}, {0}},
                  {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
             {Type::INT16, {{3.0517578125e-05F}, {0}}}),
      (Numbers{11, 243, 3279, 8815, 14989, 16375, 16384, 16384, 16398, 17048, 20400, 28864, 32742, 32756}));
  EXPECT_EQ(
      answer(Op::LOGISTIC,
             {fed({14}, Type::INT16, {{0.00017874399782158434F}, {0}},
                  {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
             {Type::INT16, {{3.0517578125e-05F}, {0}}}),
      (Numbers{94, 893, 5465, 10641, 15361, 16379, 16384, 16385, 16391, 16871, 19349, 26613, 32615, 32674}));
  EXPECT_EQ(answer(Op::LOGISTIC,
                   {fed({14}, Type::INT16, {{0.00048828125F}, {0}},
                        {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
                   {Type::INT16, {{3.0517578125e-05F}, {0}}}),
            (Numbers{1, 2, 400, 3906, 13611, 16372, 16384, 16388, 16404, 17713, 23956, 32178, 32767, 32767}));
}

TEST(TfliteFunctions, TanhOfSixteenBits) {
  EXPECT_EQ(
      answer(Op::TANH,
             {fed({14}, Type::INT16, {{0.000244140625F}, {0}},
                  {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
             {Type::INT16, {{3.0517578125e-05F}, {0}}}),
      (Numbers{-32767, -32767, -31972, -24964, -5544, -20, 0, 8, 36, 2652, 15136, 31596, 32767, 32767}));
  EXPECT_EQ(
      answer(Op::TANH,
             {fed({14}, Type::INT16, {{0.00048828125F}, {0}},
                  {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
             {Type::INT16, {{3.0517578125e-05F}, {0}}}),
      (Numbers{-32767, -32767, -32764, -31596, -10784, -52, 0, 24, 76, 5276, 24964, 32744, 32767, 32767}));
  EXPECT_EQ(
      answer(Op::TANH,
             {fed({14}, Type::INT16, {{0.00017874399782158434F}, {0}},
                  {-32768, -20000, -9000, -4096, -700, -3, 0, 1, 5, 333, 2048, 8191, 30000, 32767})},
             {Type::INT16, {{3.0517578125e-05F}, {0}}}),
      (Numbers{-32767, -32716, -30243, -20459, -4078, -19, 0, 5, 29, 1947, 11486, 29440, 32767, 32767}));
}

TEST(TfliteFunctions, SoftmaxOfSixteenBits) {
  EXPECT_EQ(answer(Op::SOFTMAX,
                   {fed({2, 7}, Type::INT16, {{0.00019999999494757503F}, {0}},
                        {-25402, 16167, 6801, 26789, -1364, -21421, 6205, -2877, 10438, -8146, -12671, -24573,
                         30235, 16713})},
                   {Type::INT16, {{3.0517578125e-05F}, {0}}},
                   make<fb::SoftmaxOptionsT>([](auto& o) { o.beta = 1.0F; })),
            (Numbers{2, 3382, 520, 28301, 101, 2, 461, 40, 575, 14, 6, 2, 30117, 2015}));
  EXPECT_EQ(answer(Op::SOFTMAX,
                   {fed({2, 7}, Type::INT16, {{0.00019999999494757503F}, {0}},
                        {-2239, -17406, 8395, -5758, 8862, -26851, -20717, 15400, -28714, 11639, -5799,
                         -32558, 17303, 13093})},
                   {Type::INT16, {{3.0517578125e-05F}, {0}}},
                   make<fb::SoftmaxOptionsT>([](auto& o) { o.beta = 0.5F; })),
            (Numbers{4047, 888, 11722, 2846, 12281, 346, 638, 8554, 104, 5872, 1027, 71, 10347, 6792}));
}

TEST(TfliteFunctions, ReciprocalRoots) {
  EXPECT_EQ(answer(Op::RSQRT,
                   {fed({10}, Type::INT8, {{0.026000000536441803F}, {-115}},
                        {-115, -114, -113, -110, -100, -50, 0, 50, 100, 127})},
                   {Type::INT8, {{0.03840000182390213F}, {-128}}}),
            (Numbers{127, 34, -14, -56, -86, -108, -113, -115, -117, -118}));
}

TEST(TfliteFunctions, RowsOfLengthOne) {
  EXPECT_EQ(answer(Op::L2_NORMALIZATION,
                   {fed({2, 7}, Type::UINT8, {{0.03400000184774399F}, {0}},
                        {208, 229, 186, 215, 28, 235, 233, 177, 205, 189, 224, 227, 133, 208})},
                   {Type::UINT8, {{0.0078125F}, {128}}}, fb::L2NormOptionsT{}),
            (Numbers{178, 183, 172, 179, 135, 184, 184, 171, 178, 174, 183, 184, 161, 179}));
  EXPECT_EQ(answer(Op::L2_NORMALIZATION,
                   {fed({2, 7}, Type::INT8, {{0.03400000184774399F}, {5}},
                        {106, -52, -117, -85, -121, -17, -123, -62, -64, 52, -65, 115, -80, 120})},
                   {Type::INT8, {{0.0078125F}, {0}}}, fb::L2NormOptionsT{}),
            (Numbers{49, -28, -59, -44, -61, -11, -62, -39, -40, 27, -41, 64, -49, 67}));
}

}  // namespace
}  // namespace trireme
