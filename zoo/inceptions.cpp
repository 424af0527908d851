// SPDX-License-Identifier: Apache-2.0
// GoogLeNet (Szegedy et al. 2014, as in Caffe: LRN, pools that round up), Inception v3 (Szegedy et al. 2015)
// and v4 (Szegedy et al. 2016) with folded batch normalization; without the auxiliary classifiers of
// training.
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

// One convolution of a branch.
struct Step {
  std::int64_t outputs;
  Window window;
};
using Steps = std::vector<Step>;

Window row(std::int64_t width) { return {1, width, 1, 0, width / 2, 0, width / 2, false}; }
Window column(std::int64_t height) { return {height, 1, 1, height / 2, 0, height / 2, 0, false}; }
Window valid(std::int64_t kernel, std::int64_t stride) { return square(kernel, stride, 0); }

Map branch(Builder& b, Map x, const Steps& steps) {
  for (const Step& step : steps) x = conv_act(b, x, step.outputs, step.window, Activation::relu);
  return x;
}

Map average_branch(Builder& b, const Map& x, std::int64_t outputs) {
  return branch(b, b.average_pool(x, same(3), false), {{outputs, same(1)}});
}

void classify(Builder& b, const Map& x) {
  b.output(b.softmax(b.dense(b.flatten(b.global_average(x)), 1000)));
}

// ---- GoogLeNet

struct Module {
  std::int64_t plain, reduce3, out3, reduce5, out5, pooled;
};

Map module(Builder& b, const Map& x, const Module& m) {
  const Map plain = branch(b, x, {{m.plain, same(1)}});
  const Map three = branch(b, x, {{m.reduce3, same(1)}, {m.out3, same(3)}});
  const Map five = branch(b, x, {{m.reduce5, same(1)}, {m.out5, same(5)}});
  return b.concat({plain, three, five, branch(b, b.max_pool(x, same(3)), {{m.pooled, same(1)}})});
}

Map halve(Builder& b, const Map& x) {
  Window window = valid(3, 2);
  window.ceil = true;
  return b.max_pool(x, window);
}

void inception_v1(Builder& b) {
  Map x = halve(b, branch(b, b.input(3, 224, 224), {{64, square(7, 2, 3)}}));
  x = b.local_response_norm(x, 5, 1e-4F, 0.75F);
  x = branch(b, x, {{64, same(1)}, {192, same(3)}});
  x = halve(b, b.local_response_norm(x, 5, 1e-4F, 0.75F));
  x = module(b, x, {64, 96, 128, 16, 32, 32});
  x = halve(b, module(b, x, {128, 128, 192, 32, 96, 64}));
  for (const Module& m : {Module{192, 96, 208, 16, 48, 64}, Module{160, 112, 224, 24, 64, 64},
                          Module{128, 128, 256, 24, 64, 64}, Module{112, 144, 288, 32, 64, 64},
                          Module{256, 160, 320, 32, 128, 128}})
    x = module(b, x, m);
  x = module(b, halve(b, x), {256, 160, 320, 32, 128, 128});
  classify(b, module(b, x, {384, 192, 384, 48, 128, 128}));
}

// ---- Inception v3

Map v3_a(Builder& b, const Map& x, std::int64_t pooled) {
  const Map plain = branch(b, x, {{64, same(1)}});
  const Map five = branch(b, x, {{48, same(1)}, {64, same(5)}});
  const Map twice = branch(b, x, {{64, same(1)}, {96, same(3)}, {96, same(3)}});
  return b.concat({plain, five, twice, average_branch(b, x, pooled)});
}

Map v3_reduce_a(Builder& b, const Map& x) {
  const Map three = branch(b, x, {{384, valid(3, 2)}});
  const Map twice = branch(b, x, {{64, same(1)}, {96, same(3)}, {96, valid(3, 2)}});
  return b.concat({three, twice, b.max_pool(x, valid(3, 2))});
}

Map v3_b(Builder& b, const Map& x, std::int64_t width) {
  const Map plain = branch(b, x, {{192, same(1)}});
  const Map seven = branch(b, x, {{width, same(1)}, {width, row(7)}, {192, column(7)}});
  const Map twice = branch(
      b, x, {{width, same(1)}, {width, column(7)}, {width, row(7)}, {width, column(7)}, {192, row(7)}});
  return b.concat({plain, seven, twice, average_branch(b, x, 192)});
}

Map v3_reduce_b(Builder& b, const Map& x) {
  const Map three = branch(b, x, {{192, same(1)}, {320, valid(3, 2)}});
  const Map seven = branch(b, x, {{192, same(1)}, {192, row(7)}, {192, column(7)}, {192, valid(3, 2)}});
  return b.concat({three, seven, b.max_pool(x, valid(3, 2))});
}

// A row and a column of three beside each other.
Map cross(Builder& b, const Map& x, std::int64_t outputs) {
  const Map rows = branch(b, x, {{outputs, row(3)}});
  return b.concat({rows, branch(b, x, {{outputs, column(3)}})});
}

Map v3_c(Builder& b, const Map& x) {
  const Map plain = branch(b, x, {{320, same(1)}});
  const Map three = cross(b, branch(b, x, {{384, same(1)}}), 384);
  const Map twice = cross(b, branch(b, x, {{448, same(1)}, {384, same(3)}}), 384);
  return b.concat({plain, three, twice, average_branch(b, x, 192)});
}

void inception_v3(Builder& b) {
  Map x = branch(b, b.input(3, 299, 299), {{32, valid(3, 2)}, {32, valid(3, 1)}, {64, same(3)}});
  x = branch(b, b.max_pool(x, valid(3, 2)), {{80, same(1)}, {192, valid(3, 1)}});
  x = b.max_pool(x, valid(3, 2));
  for (const std::int64_t pooled : {32, 64, 64}) x = v3_a(b, x, pooled);
  x = v3_reduce_a(b, x);
  for (const std::int64_t width : {128, 160, 160, 192}) x = v3_b(b, x, width);
  x = v3_reduce_b(b, x);
  classify(b, v3_c(b, v3_c(b, x)));
}

// ---- Inception v4

Map v4_stem(Builder& b) {
  Map x = branch(b, b.input(3, 299, 299), {{32, valid(3, 2)}, {32, valid(3, 1)}, {64, same(3)}});
  const Map pooled = b.max_pool(x, valid(3, 2));
  x = b.concat({pooled, branch(b, x, {{96, valid(3, 2)}})});
  const Map three = branch(b, x, {{64, same(1)}, {96, valid(3, 1)}});
  x = b.concat({three, branch(b, x, {{64, same(1)}, {64, row(7)}, {64, column(7)}, {96, valid(3, 1)}})});
  const Map convolved = branch(b, x, {{192, valid(3, 2)}});
  return b.concat({convolved, b.max_pool(x, valid(3, 2))});
}

Map v4_a(Builder& b, const Map& x) {
  const Map plain = branch(b, x, {{96, same(1)}});
  const Map three = branch(b, x, {{64, same(1)}, {96, same(3)}});
  const Map twice = branch(b, x, {{64, same(1)}, {96, same(3)}, {96, same(3)}});
  return b.concat({plain, three, twice, average_branch(b, x, 96)});
}

Map v4_reduce_a(Builder& b, const Map& x) {
  const Map three = branch(b, x, {{384, valid(3, 2)}});
  const Map twice = branch(b, x, {{192, same(1)}, {224, same(3)}, {256, valid(3, 2)}});
  return b.concat({three, twice, b.max_pool(x, valid(3, 2))});
}

Map v4_b(Builder& b, const Map& x) {
  const Map plain = branch(b, x, {{384, same(1)}});
  const Map seven = branch(b, x, {{192, same(1)}, {224, row(7)}, {256, column(7)}});
  const Map twice =
      branch(b, x, {{192, same(1)}, {192, column(7)}, {224, row(7)}, {224, column(7)}, {256, row(7)}});
  return b.concat({plain, seven, twice, average_branch(b, x, 128)});
}

Map v4_reduce_b(Builder& b, const Map& x) {
  const Map three = branch(b, x, {{192, same(1)}, {192, valid(3, 2)}});
  const Map seven = branch(b, x, {{256, same(1)}, {256, row(7)}, {320, column(7)}, {320, valid(3, 2)}});
  return b.concat({three, seven, b.max_pool(x, valid(3, 2))});
}

Map v4_c(Builder& b, const Map& x) {
  const Map plain = branch(b, x, {{256, same(1)}});
  const Map three = cross(b, branch(b, x, {{384, same(1)}}), 256);
  const Map twice = cross(b, branch(b, x, {{384, same(1)}, {448, column(3)}, {512, row(3)}}), 256);
  return b.concat({plain, three, twice, average_branch(b, x, 256)});
}

void inception_v4(Builder& b) {
  Map x = v4_stem(b);
  for (int i = 0; i < 4; ++i) x = v4_a(b, x);
  x = v4_reduce_a(b, x);
  for (int i = 0; i < 7; ++i) x = v4_b(b, x);
  x = v4_reduce_b(b, x);
  for (int i = 0; i < 3; ++i) x = v4_c(b, x);
  classify(b, x);
}

}  // namespace

Family inceptions() {
  return {{"inception_v1_224", inception_v1},
          {"inception_v3_299", inception_v3},
          {"inception_v4_299", inception_v4}};
}

}  // namespace trireme::zoo
