// SPDX-License-Identifier: Apache-2.0
// Inside operators/ only: what the infer functions of several families ask.
#pragma once

#include <optional>
#include <string>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"

namespace trireme {

inline bool has_input(const Node& node, std::size_t index) {
  return index < node.inputs.size() && node.inputs[index] != kNone;
}
inline const Value& input_of(const Graph& graph, const Node& node, std::size_t index) {
  return graph.values[node.inputs[index]];
}

// Input 0 as it is: the outcome of every operator that keeps type and shape.
std::vector<ValueType> same_as_input(const Graph& graph, const Node& node);
// The same, for operators that calculate with floats.
std::vector<ValueType> same_as_float_input(const Graph& graph, const Node& node);

void require_float(const Graph& graph, const Node& node);  // all inputs that are there; half precision too
// Input `index`; the sentence for users is `allowed`, as "an integer type".
void require_type(const Graph& graph, const Node& node, std::size_t index, bool (*fits)(DataType),
                  const char* allowed);
void require_alike(const Graph& graph, const Node& node, std::size_t first);  // inputs from `first` on
bool is_computed_float(DataType type);                                        // float32, float16
bool is_number(DataType type);                                                // the same, and all integers
bool is_boolean(DataType type);
// As NumPy and ONNX define it: shapes aligned at the end, a 1 stretches.
Shape broadcast_shape(const Shape& a, const Shape& b);
void require_rank(const Value& value, std::size_t rank, const char* what);
void require_shape(const Value& value, const Shape& wanted, const char* what);
Shape matmul_shape(const Shape& a, const Shape& b);  // as NumPy's; Error if they don't fit
// Negative axes count from the end. Error unless -rank <= axis < rank.
std::int64_t positive_axis(std::int64_t axis, const Shape& shape);

// Output size of one dimension of a window. Errors: sizes out of range, a window larger than the padded map.
struct WindowSpan {
  std::int64_t input, kernel, stride, dilation, pad_begin, pad_end;
};
std::int64_t window_output(const WindowSpan& span, bool ceil_mode);
Shape window_output_shape(const Shape& input, const Window& window, std::int64_t channels, bool ceil_mode);
// Of a convolution: data [n,c,h,w], weight [out,c/groups,kh,kw].
Shape convolution_output_shape(const Graph& graph, const Node& node);
std::int64_t convolution_macs(const Graph& graph, const Node& node);
std::string print_convolution(const Node& node);
std::string print_window(const Window& window);

std::int64_t saturating_multiply(std::int64_t a, std::int64_t b);  // of counts, at the largest int64

}  // namespace trireme
