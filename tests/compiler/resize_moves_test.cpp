// SPDX-License-Identifier: Apache-2.0
// Nearest resizes that repeat every element are moves of the TP; others are programs.
#include "compiler/ppu_kernels/resampling.h"
#include "tests/compiler/codes_run.h"

namespace trireme {
namespace {

using namespace test;
using Coordinates = ResizeAttributes::Coordinates;
using Nearest = ResizeAttributes::Nearest;

Graph resized(const Shape& in, const Shape& out, Coordinates coordinates, Nearest nearest) {
  ResizeAttributes attr;
  attr.coordinates = coordinates;
  attr.nearest = nearest;
  attr.shape = out;
  for (std::size_t axis = 0; axis < in.size(); ++axis)
    attr.scales.push_back(static_cast<float>(out[axis]) / static_cast<float>(in[axis]));
  const Quantization q = codes(DataType::uint8, {0.1F}, {3});
  return one_node("image_resize", attr, {{in, DataType::float32, q}}, {{out, DataType::float32, q}});
}

TEST(ResizeMoves, WholeFactorsRunOnTheTp) {
  for (const Coordinates coordinates :
       {Coordinates::asymmetric, Coordinates::half_pixel, Coordinates::pytorch_half_pixel}) {
    for (const Shape& out : {Shape{1, 3, 10, 14}, Shape{1, 3, 5, 21}, Shape{1, 3, 15, 7}}) {
      const Nearest nearest =
          coordinates == Coordinates::asymmetric ? Nearest::floor : Nearest::round_prefer_floor;
      expect_reference_codes(resized({1, 3, 5, 7}, out, coordinates, nearest), RequantRule::vipf,
                             {Engine::tp});
    }
  }
}

// asymmetric doubles x to x/2: 0, 0.5, 1, 1.5; rounded up at halves it is no repetition: 0, 1, 1, 2.
TEST(ResizeMoves, OtherRoundingsAndFactorsRunOnThePpu) {
  const Shape in = {1, 3, 5, 7}, doubled = {1, 3, 10, 14}, odd = {1, 3, 8, 7};
  expect_reference_codes(resized(in, doubled, Coordinates::asymmetric, Nearest::round_prefer_ceil),
                         RequantRule::vipf, {Engine::ppu});
  expect_reference_codes(resized(in, odd, Coordinates::asymmetric, Nearest::floor), RequantRule::vipf,
                         {Engine::ppu});
}

TEST(ResizeMoves, RepeatsOfEveryAxis) {
  const Graph graph =
      resized({1, 3, 5, 7}, {1, 3, 10, 21}, Coordinates::half_pixel, Nearest::round_prefer_floor);
  EXPECT_EQ(repeats_of_resize(graph, graph.nodes[0]), (Shape{1, 1, 2, 3}));
}

}  // namespace
}  // namespace trireme
