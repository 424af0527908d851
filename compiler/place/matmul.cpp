// SPDX-License-Identifier: Apache-2.0
// Products of two maps of codes -> NNE (NN_SUPPORT_GEMM, hardware.md §1.3): a 1x1 convolution of b[k,n], k
// channels of n pixels, with the m rows of a[m,k] as its kernels, a job a product.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "compiler/place/array.h"
#include "compiler/plan/views.h"
#include "compiler/ppu_kernels/index_space.h"

namespace trireme {

namespace {

// NumPy's: c[m,n] = a[m,k] b[k,n] for each element of `batch`, over which a and b may repeat.
struct Products {
  std::int64_t m, k, n;
  Shape batch, a_strides, b_strides;  // strides in matrices
};

Shape batch_of(const Shape& shape) {
  return shape.size() <= 2 ? Shape() : Shape(shape.begin(), shape.end() - 2);
}

Products products_of(const Shape& a, const Shape& b, const Shape& out) {
  require(a.size() > 1 && b.size() > 1, "it multiplies a vector", "the array multiplies matrices");
  Products p{a[a.size() - 2], a.back(), b.back(), batch_of(out), {}, {}};
  p.a_strides = repeating_strides(batch_of(a), p.batch);
  p.b_strides = repeating_strides(batch_of(b), p.batch);
  return p;
}

// The matrix of the operand that product `index` of the batch takes.
std::int64_t matrix_of(std::int64_t index, const Shape& batch, const Shape& strides) {
  std::int64_t matrix = 0;
  for (std::size_t i = batch.size(); i-- > 0; index /= batch[i]) matrix += index % batch[i] * strides[i];
  return matrix;
}

void require_worth_it(const Products& p, const Chip& chip) {
  const auto macs = static_cast<std::uint64_t>(p.m * p.k * p.n);
  const Cycle launch = static_cast<Cycle>(chip.nne.launch_cycles);
  require(macs >= launch,
          fmt::format("a product takes {} multiplications, launching it {} cycles", macs, launch),
          "the PPU does one a cycle or so, and all products at once");
}

NneJob product_job(const Placement& placement, const Products& p) {
  const Value &kernels = placement.value(placement.node().inputs[0]),
              &map = placement.value(placement.node().inputs[1]);
  NneJob job{};
  job.header = header_for(Engine::nne, static_cast<std::uint8_t>(NneOperation::matmul));
  job.post = saturating_post(placement.output());
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = job.dilation_w = job.dilation_h = 1;
  job.groups = 1;
  job.input = packed_view(p.k, 1, p.n, map);
  job.output = packed_view(p.m, 1, p.n, placement.output());
  job.conv_width = job.output.width;
  job.conv_height = 1;
  job.weight_zero_point = static_cast<std::int16_t>(zero_point_of(kernels.quantization));
  job.weight_dtype = static_cast<std::uint8_t>(kernels.quantization.dtype);
  return job;
}

PlannedJob planned_product(Placement& placement, const Products& p, std::int64_t index) {
  PlannedJob planned{product_job(placement, p), {}, {}, {0, p.m}};
  const std::vector<ValueId>& inputs = placement.node().inputs;
  const auto link = [&](std::size_t field, const StorageRef& storage, std::int64_t elements) {
    planned.links.push_back(
        {static_cast<std::uint16_t>(field), storage, static_cast<std::uint32_t>(elements)});
  };
  const auto operand = [&](std::size_t i) {
    return operand_storage(placement.plan, inputs[i], placement.index);
  };
  link(offsetof(NneJob, coefficients), operand(0), matrix_of(index, p.batch, p.a_strides) * p.m * p.k);
  link(offsetof(NneJob, input) + offsetof(TensorView, address), operand(1),
       matrix_of(index, p.batch, p.b_strides) * p.k * p.n);
  link(offsetof(NneJob, output) + offsetof(TensorView, address), value_storage(placement.layer.output),
       index * p.m * p.n);
  return planned;
}

void place_matmul(Placement& placement) {
  const Node& node = placement.node();
  const Value &a = placement.value(node.inputs[0]), &b = placement.value(node.inputs[1]);
  require(placement.chip.nne.matmul, "this chip's array multiplies maps by constants only");
  for (const Value& value : {a, b, placement.output()}) require_codes8(value);
  const Products p = products_of(a.shape, b.shape, placement.output().shape);
  require(p.m <= kMaxChannels && p.n <= kMaxImageSize && p.k <= kMaxChannels,
          fmt::format("{} x {} times {} x {}", p.m, p.k, p.k, p.n),
          fmt::format("at most {} rows and terms and {} columns on the array", kMaxChannels, kMaxImageSize));
  require_worth_it(p, placement.chip);
  for (const Value& value : {a, b, placement.output()}) bytes_stored(value);
  const std::int64_t products = element_count(p.batch);
  for (std::int64_t i = 0; i < products; ++i)
    placement.layer.jobs.push_back(planned_product(placement, p, i));
  placement.layer.reason = fmt::format(
      "{} x {} times {} x {}: a 1x1 convolution whose kernels are the first map's rows", p.m, p.k, p.k, p.n);
}

}  // namespace

std::vector<PlacementRow> matmul_placements() { return {{"matmul", place_matmul}}; }

}  // namespace trireme
