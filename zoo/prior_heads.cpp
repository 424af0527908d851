// SPDX-License-Identifier: Apache-2.0
#include "zoo/prior_heads.h"

namespace trireme::zoo {

void add_rows(Builder& b, PriorHead& head, const Map& x, std::int64_t priors) {
  const Map map = b.conv(x, head.numbers * priors, same(1));
  const std::string permuted = b.node("Transpose", {map.name});
  b.set("perm", Shape{0, 2, 3, 1});
  head.rows.push_back(b.node("Flatten", {permuted}));
  b.set("axis", std::int64_t{1});
  head.priors += x.height * x.width * priors;
}

std::string joined(Builder& b, const PriorHead& head) {
  const std::string value = b.node("Concat", head.rows);
  b.set("axis", std::int64_t{1});
  return value;
}

void add_probabilities(Builder& b, const PriorHead& head) {
  const Shape shape = {1, head.priors, head.numbers};
  const std::string rows = joined(b, head), sizes = b.integers(shape);
  const std::string probabilities = b.node("Softmax", {b.node("Reshape", {rows, sizes})});
  b.set("axis", std::int64_t{2});
  b.output(probabilities, shape);
}

}  // namespace trireme::zoo
