// SPDX-License-Identifier: Apache-2.0
// Files of one operator against what TensorFlow Lite 2.9 (its builtin kernels, x86) answered: operators on
// one or two numbers.
#include <gtest/gtest.h>

#include "tests/model/tflite_answer.h"

namespace trireme {
namespace {

using namespace test;  // what a file of one operator is written with

TEST(TfliteElementwise, Differences) {
  EXPECT_EQ(answer(Op::SUB,
                   {fed({10}, Type::INT8, {{0.05000000074505806F}, {3}},
                        {-18, 95, 46, -40, -114, 23, -57, 47, 93, -38}),
                    fed({10}, Type::INT8, {{0.03099999949336052F}, {-20}},
                        {103, 4, 7, 67, 74, 104, 127, -90, -23, 110})},
                   {Type::INT8, {{0.05999999865889549F}, {10}}}, fb::SubOptionsT{}),
            (Numbers{-71, 74, 32, -71, -128, -37, -116, 83, 87, -91}));
  EXPECT_EQ(answer(Op::SUB,
                   {fed({10}, Type::INT16, {{0.00019999999494757503F}, {0}},
                        {-12606, -32429, 4985, 16579, 15932, 20350, 9427, -23806, 22749, -5315}),
                    fed({10}, Type::INT16, {{0.0003000000142492354F}, {0}},
                        {22767, 20660, 30829, -31833, 23997, 8418, -961, 19203, 29636, 852})},
                   {Type::INT16, {{0.00041000000783242285F}, {0}}},
                   make<fb::SubOptionsT>([](auto& o) { o.pot_scale_int16 = false; })),
            (Numbers{-22808, -30936, -20126, 31380, -9787, 3767, 5302, -25664, -10588, -3216}));
}

// The first four of each differ if real numbers are subtracted and squared.
TEST(TfliteElementwise, SquaredDifferences) {
  EXPECT_EQ(
      answer(Op::SQUARED_DIFFERENCE,
             {fed({8}, Type::INT8, {{0.07030139863491058F}, {-128}}, {-38, -121, -69, 86, 43, -123, 78, 3}),
              fed({8}, Type::INT8, {{0.11749599874019623F}, {-25}}, {-44, -122, -64, 65, -31, 85, 3, -44})},
             {Type::INT8, {{1.4801199436187744F}, {0}}}),
      (Numbers{50, 95, 52, 14, 109, 107, 85, 88}));
  EXPECT_EQ(
      answer(Op::SQUARED_DIFFERENCE,
             {fed({8}, Type::INT8, {{0.029999999329447746F}, {5}}, {76, 121, -24, 14, -12, -39, -13, 46}),
              fed({8}, Type::INT8, {{0.05000000074505806F}, {-20}}, {-77, 88, -89, -77, 13, -36, -117, 15})},
             {Type::INT8, {{0.10999999940395355F}, {-100}}}),
      (Numbers{126, -67, -40, -11, -58, -98, 69, -98}));
}

// Scales of powers of two: -2 quarters are -1 (halves away from zero) before 5 is added, where the rounded
// sum of 4.5 would be 5.
TEST(TfliteElementwise, ShiftsOfSixteenBits) {
  const Numbers fine = {6, -6, 2, -2, 1, -1, 10, -10, 32767, -32768};
  const Numbers coarse = {0, 0, 5, 5, -7, -7, -2, 2, 32767, -32768};
  const Codes quarter{{0.000244140625F}, {0}}, one{{0.0009765625F}, {0}};
  EXPECT_EQ(answer(Op::ADD, {fed({10}, Type::INT16, quarter, fine), fed({10}, Type::INT16, one, coarse)},
                   {Type::INT16, one}, make<fb::AddOptionsT>([](auto& o) { o.pot_scale_int16 = true; })),
            (Numbers{2, -2, 6, 4, -7, -7, 1, -1, 32767, -32768}));
  EXPECT_EQ(answer(Op::SUB, {fed({10}, Type::INT16, one, coarse), fed({10}, Type::INT16, quarter, fine)},
                   {Type::INT16, one}, make<fb::SubOptionsT>([](auto& o) { o.pot_scale_int16 = true; })),
            (Numbers{-2, 2, 4, 6, -7, -7, -5, 5, 24575, -24576}));
}

TEST(TfliteElementwise, SumsAndProductsOfSixteenBits) {
  EXPECT_EQ(answer(Op::ADD,
                   {fed({8}, Type::INT16, {{0.00019999999494757503F}, {0}},
                        {-27036, 14801, -17652, -17930, -20126, -19758, 26867, -8971}),
                    fed({8}, Type::INT16, {{0.0003699999942909926F}, {0}},
                        {-25811, -21011, -6896, -10089, -12443, 29368, 24023, 4805})},
                   {Type::INT16, {{0.00041000000783242285F}, {0}}},
                   make<fb::AddOptionsT>([](auto& o) { o.pot_scale_int16 = false; })),
            (Numbers{-32768, -11741, -14834, -17851, -21047, 16865, 32767, -40}));
  EXPECT_EQ(answer(Op::MUL,
                   {fed({8}, Type::INT16, {{0.00019999999494757503F}, {0}},
                        {31878, -10482, -23753, -14974, -26916, 29624, -18417, -3639}),
                    fed({8}, Type::INT16, {{0.0003000000142492354F}, {0}},
                        {-19517, 31483, -22410, 1017, 29527, 1387, 26144, 25987})},
                   {Type::INT16, {{0.0005000000237487257F}, {0}}}, fb::MulOptionsT{}),
            (Numbers{-32768, -32768, 32767, -1827, -32768, 4931, -32768, -11348}));
}

TEST(TfliteElementwise, Quotients) {
  EXPECT_EQ(answer(Op::DIV,
                   {fed({10}, Type::UINT8, {{0.010499999858438969F}, {129}},
                        {10, 77, 130, 131, 132, 250, 255, 0, 129, 133}),
                    fed({10}, Type::UINT8, {{0.07100000232458115F}, {128}},
                        {20, 255, 3, 2, 250, 193, 180, 1, 100, 66})},
                   {Type::UINT8, {{0.04320000112056732F}, {120}}}, fb::DivOptionsT{}),
            (Numbers{124, 119, 0, 0, 255, 126, 128, 123, 121, 0}));
}

TEST(TfliteElementwise, Comparisons) {
  EXPECT_EQ(
      answer(Op::EQUAL,
             {fed({8}, Type::INT8, {{0.012000000104308128F}, {29}}, {29, 40, 120, -128, 0, 1, 2, 3}),
              fed({8}, Type::INT8, {{0.010900000110268593F}, {0}}, {30, 41, 100, -100, -28, -27, -26, -25})},
             {Type::BOOL, {}}),
      (Numbers{0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(answer(Op::GREATER,
                   {fed({10}, Type::INT8, {{0.005249999929219484F}, {0}}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                    fed({10}, Type::INT8, {{0.006560000125318766F}, {0}}, {0, 1, 2, 3, 4, 4, 5, 6, 7, 7})},
                   {Type::BOOL, {}}),
            (Numbers{1, 1, 1, 0, 0, 1, 1, 1, 0, 1}));
}

TEST(TfliteElementwise, Slopes) {
  EXPECT_EQ(answer(Op::PRELU,
                   {fed({1, 2, 2, 3}, Type::INT8, {{0.05000000074505806F}, {-10}},
                        {68, 62, 19, 20, 84, -19, 114, 96, -33, -23, 54, 108}),
                    constant({1, 1, 3}, Type::INT8, {{0.004000000189989805F}, {5}}, {-104, -111, -65})},
                   {Type::INT8, {{0.04699999839067459F}, {-30}}}),
            (Numbers{53, 47, 1, 2, 70, -27, 102, 83, -23, -24, 38, 96}));
  EXPECT_EQ(answer(Op::LEAKY_RELU,
                   {fed({10}, Type::INT16, {{0.00039999998989515007F}, {0}},
                        {-4588, -22103, 1278, 2706, 29552, 16107, -16319, 18775, 20056, 11785})},
                   {Type::INT16, {{0.0003000000142492354F}, {0}}},
                   make<fb::LeakyReluOptionsT>([](auto& o) { o.alpha = 0.30000001192092896F; })),
            (Numbers{-1835, -8841, 1704, 3608, 32767, 21476, -6528, 25033, 26741, 15713}));
}

TEST(TfliteElementwise, AbsoluteValues) {
  EXPECT_EQ(answer(Op::ABS,
                   {fed({10}, Type::INT8, {{0.05000000074505806F}, {-10}},
                        {45, -49, 55, -94, 33, 107, 120, -52, -43, 30})},
                   {Type::INT8, {{0.029999999329447746F}, {-90}}}),
            (Numbers{2, -25, 18, 50, -18, 105, 127, -20, -35, -23}));
}

TEST(TfliteElementwise, HardSwish) {
  EXPECT_EQ(answer(Op::HARD_SWISH,
                   {fed({12}, Type::UINT8, {{0.05999999865889549F}, {77}},
                        {101, 187, 51, 43, 12, 120, 54, 76, 234, 208, 215, 151})},
                   {Type::UINT8, {{0.04500000178813934F}, {30}}}),
            (Numbers{54, 177, 22, 23, 30, 83, 22, 29, 239, 205, 214, 129}));
}

TEST(TfliteElementwise, QuantizingDividesInDouble) {
  EXPECT_EQ(answer(Op::QUANTIZE,
                   {fed({1, 4}, Type::FLOAT32, {},
                        {1.8760027885437012, 1.8760966062545776, 1.876190423965454, 1.8765655755996704})},
                   {Type::INT16, {{9.379779658047482e-05F}, {0}}}),
            (Numbers{20000, 20001, 20002, 20006}));
}

}  // namespace
}  // namespace trireme
