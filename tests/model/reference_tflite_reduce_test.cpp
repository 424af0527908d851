// SPDX-License-Identifier: Apache-2.0
// Files of one operator against what TensorFlow Lite 2.9 (its builtin kernels, x86) answered: sums, means and
// products along axes.
#include <gtest/gtest.h>

#include "tests/model/tflite_answer.h"

namespace trireme {
namespace {

using namespace test;  // what a file of one operator is written with

TEST(TfliteReductions, SumsKeepTheLowBits) {
  EXPECT_EQ(answer(Op::SUM,
                   {fed({2, 3, 2}, Type::INT8, {{0.10000000149011612F}, {-128}},
                        {113, 32, 47, 101, 20, 70, 85, -71, -114, -52, -56, 95}),
                    constant({1}, Type::INT32, {}, {1})},
                   {Type::INT8, {{0.09000000357627869F}, {5}}}, fb::ReducerOptionsT{}),
            (Numbers{120, -111, 81, -111}));
  EXPECT_EQ(answer(Op::SUM,
                   {fed({2, 3, 2}, Type::INT8, {{0.10000000149011612F}, {3}},
                        {113, 32, 47, 101, 20, 70, 85, -71, -114, -52, -56, 95}),
                    constant({2}, Type::INT32, {}, {0, 2})},
                   {Type::INT8, {{0.10000000149011612F}, {3}}},
                   make<fb::ReducerOptionsT>([](auto& o) { o.keep_dims = true; })),
            (Numbers{-97, -18, -127}));
  EXPECT_EQ(answer(Op::SUM,
                   {fed({2, 8}, Type::UINT8, {{0.019999999552965164F}, {100}},
                        {233, 1, 127, 210, 33, 204, 30, 119, 209, 77, 87, 71, 184, 65, 253, 113}),
                    constant({1}, Type::INT32, {}, {1})},
                   {Type::UINT8, {{0.07000000029802322F}, {30}}}, fb::ReducerOptionsT{}),
            (Numbers{75, 104}));
}

TEST(TfliteReductions, MeansOfImagesAndOthers) {
  EXPECT_EQ(
      answer(Op::MEAN,
             {fed({1, 3, 3, 4}, Type::INT8, {{0.05000000074505806F}, {-7}},
                  {-6,  1,    21,  13,   2,   126, 78,  74, 51, 31,  -41, 125, -9,  -73, 88,  -87, 91,  28,
                   -99, -117, -15, -119, -92, 3,   120, -9, 78, 106, 82,  33,  -16, 3,   -60, -1,  -31, -65}),
              constant({2}, Type::INT32, {}, {1, 2})},
             {Type::INT8, {{0.05000000074505806F}, {-7}}},
             make<fb::ReducerOptionsT>([](auto& o) { o.keep_dims = true; })),
      (Numbers{28, 2, -2, 6}));
  EXPECT_EQ(
      answer(Op::MEAN,
             {fed({1, 3, 3, 4}, Type::INT8, {{0.05000000074505806F}, {-7}},
                  {126, -125, -104, -79, 120, 49, 97, -77, 56,   -34, -3, -128, 30,  84, 41, -89, 8,  -60,
                   119, 97,   -81,  2,   112, 88, 53, 35,  -118, 61,  -7, -105, -66, 10, 58, 1,   28, 95}),
              constant({2}, Type::INT32, {}, {2, 3})},
             {Type::INT8, {{0.05000000074505806F}, {-7}}},
             make<fb::ReducerOptionsT>([](auto& o) { o.keep_dims = true; })),
      (Numbers{-8, 29, 3}));
  EXPECT_EQ(answer(Op::MEAN,
                   {fed({1, 3, 3, 4}, Type::INT8, {{0.05000000074505806F}, {-7}},
                        {47,  -36, 36,  25,  -101, -113, 41,  -29, 25,   -46, -71, -90,
                         -31, 80,  -26, -31, 19,   122,  -28, 23,  -16,  26,  -14, 35,
                         12,  45,  116, -90, 15,   -16,  -37, -67, -115, -25, 83,  -104}),
                    constant({2}, Type::INT32, {}, {-3, -2})},
                   {Type::INT8, {{0.05000000074505806F}, {-7}}},
                   make<fb::ReducerOptionsT>([](auto& o) { o.keep_dims = true; })),
            (Numbers{-16, 4, 11, -36}));
  EXPECT_EQ(
      answer(Op::MEAN,
             {fed({1, 3, 3, 4}, Type::UINT8, {{0.05000000074505806F}, {77}},
                  {103, 247, 243, 55,  1,  171, 3,   76, 127, 223, 23, 169, 136, 33, 216, 216, 123, 241,
                   155, 231, 245, 145, 71, 37,  144, 49, 192, 237, 62, 141, 12,  46, 96,  226, 248, 164}),
              constant({2}, Type::INT32, {}, {1, 2})},
             {Type::UINT8, {{0.029999999329447746F}, {70}}},
             make<fb::ReducerOptionsT>([](auto& o) { o.keep_dims = true; })),
      (Numbers{134, 215, 157, 170}));
  EXPECT_EQ(
      answer(Op::MEAN,
             {fed({3, 4}, Type::INT16, {{0.0010000000474974513F}, {0}},
                  {5469, 4567, -28796, -8108, 31675, -5836, -18789, -17073, 13983, -30274, 30763, 24655}),
              constant({1}, Type::INT32, {}, {0})},
             {Type::INT16, {{0.000699999975040555F}, {0}}}, fb::ReducerOptionsT{}),
      (Numbers{24346, -15020, -8010, -250}));
}

TEST(TfliteReductions, ProductsAreRescaledByFactor) {
  EXPECT_EQ(answer(Op::REDUCE_PROD,
                   {fed({3, 4}, Type::INT8, {{0.015625F}, {0}},
                        {17, -9, 66, 12, -6, -46, -14, 64, -114, -122, 56, -33}),
                    constant({1}, Type::INT32, {}, {0})},
                   {Type::INT8, {{0.036400001496076584F}, {0}}}, fb::ReducerOptionsT{}),
            (Numbers{1, -5, -5, -3}));
  EXPECT_EQ(
      answer(Op::REDUCE_PROD,
             {fed({3, 4}, Type::INT16, {{6.103515625e-05F}, {0}},
                  {19905, -30779, 26686, -24715, -5518, 30615, -25658, 10339, 14934, -4705, -27590, 1555}),
              constant({1}, Type::INT32, {}, {0})},
             {Type::INT16, {{9.699999645818025e-05F}, {0}}}, fb::ReducerOptionsT{}),
      (Numbers{-3845, 10393, 32767, -931}));
}

}  // namespace
}  // namespace trireme
