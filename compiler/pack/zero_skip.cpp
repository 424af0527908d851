// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/zero_skip.h"

#include <algorithm>

#include "timing/cycles.h"

namespace trireme {

namespace {

// The coefficients of a block that are left: groups in which not all are zero.
class Block {
 public:
  Block(const WeightCodes& codes, std::int64_t group) : zero_(codes.zero_point), group_(group) {}
  void add(std::uint16_t word) {
    any_ = any_ || word != zero_;
    ++size_;
    if (size_ % group_ == 0) close(group_);
  }
  // Ends the block: its coefficients that are left.
  std::int64_t kept() {
    close(size_ % group_);
    size_ = 0;
    const std::int64_t kept = kept_;
    kept_ = 0;
    return kept;
  }

 private:
  void close(std::int64_t coefficients) {
    if (any_) kept_ += coefficients;
    any_ = false;
  }

  std::uint16_t zero_;
  std::int64_t group_;
  std::int64_t size_ = 0, kept_ = 0;
  bool any_ = false;
};

// What one kernel takes. Of a flattened block and of a block of channels the coefficients that are left move
// up, a block of a plane is multiplied or not: its geometry is the dot product's.
class KernelCost {
 public:
  KernelCost(const NneWeights& weights, const Chip& chip) : weights_(weights), nne_(chip.nne) {
    const bool planes = is_v7(chip) && weights.plane() > 1 && nne_.plane_dot_product > 0;
    order_ = planes ? Order::planes : is_v7(chip) ? Order::channels : Order::flattened;
  }

  std::int64_t of(std::int64_t kernel) const {
    switch (order_) {
      case Order::planes:
        return planes(kernel);
      case Order::channels:
        return channels(kernel);
      case Order::flattened:
        return flattened(kernel);
    }
    return 0;
  }

 private:
  enum class Order : std::uint8_t { planes, channels, flattened };

  Block block() const {
    return {weights_.codes, std::min<std::int64_t>(nne_.zero_skip_group, nne_.coefficient_block)};
  }
  std::int64_t cycles(Block& block) const { return ceil_div(block.kept(), nne_.dot_product_length); }
  std::int64_t own_begin(std::int64_t kernel) const { return weights_.first_channel(kernel); }
  std::int64_t own_end(std::int64_t kernel) const {
    return weights_.first_channel(kernel) + weights_.channels / weights_.groups;
  }

  std::int64_t planes(std::int64_t kernel) const {
    const std::int64_t rows = nne_.plane_dot_product / kPlaneBlockColumns, width = weights_.kernel_w;
    std::int64_t sum = 0;
    for (std::int64_t c = own_begin(kernel); c < own_end(kernel); ++c) {
      for (std::int64_t top = 0; top < weights_.kernel_h; top += rows) {
        for (std::int64_t left = 0; left < width; left += kPlaneBlockColumns)
          sum += is_zero(kernel, c, {top, left}, rows) ? 0 : 1;
      }
    }
    return sum;
  }

  struct Corner {
    std::int64_t top, left;
  };
  bool is_zero(std::int64_t kernel, std::int64_t c, const Corner& corner, std::int64_t rows) const {
    const std::int64_t width = weights_.kernel_w;
    for (std::int64_t y = corner.top; y < std::min(corner.top + rows, weights_.kernel_h); ++y) {
      for (std::int64_t x = corner.left; x < std::min(corner.left + kPlaneBlockColumns, width); ++x) {
        if (weights_.word(kernel, c, y * width + x) != weights_.codes.zero_point) return false;
      }
    }
    return true;
  }

  // Blocks of channels at each position of the plane; those without a channel of the group are zero.
  std::int64_t channels(std::int64_t kernel) const {
    const std::int64_t at_once = nne_.coefficient_block;
    const std::int64_t first = own_begin(kernel) / at_once * at_once;
    std::int64_t sum = 0;
    Block left = block();
    for (std::int64_t i = 0; i < weights_.plane(); ++i) {
      for (std::int64_t begin = first; begin < own_end(kernel); begin += at_once) {
        const std::int64_t end = std::min(begin + at_once, weights_.channels);
        for (std::int64_t c = begin; c < end; ++c) left.add(weights_.word(kernel, c, i));
        sum += cycles(left);
      }
    }
    return sum;
  }

  std::int64_t flattened(std::int64_t kernel) const {
    const std::int64_t plane = weights_.plane(), at_once = nne_.coefficient_block;
    const std::int64_t first = own_begin(kernel) * plane / at_once * at_once;
    std::int64_t sum = 0;
    Block left = block();
    for (std::int64_t begin = first; begin < own_end(kernel) * plane; begin += at_once) {
      const std::int64_t end = std::min(begin + at_once, weights_.per_kernel());
      for (std::int64_t i = begin; i < end; ++i) left.add(weights_.word(kernel, i / plane, i % plane));
      sum += cycles(left);
    }
    return sum;
  }

  const NneWeights& weights_;
  const NneConfig& nne_;
  Order order_;
};

}  // namespace

std::uint32_t dot_products_of(const NneWeights& weights, const Chip& chip) {
  if (chip.nne.zero_skip_group == 0) return 0;
  const KernelCost cost(weights, chip);
  const auto kernels = static_cast<int>(weights.kernels);
  std::int64_t sum = 0;
  for (int s = 0; s < weights.superblocks; ++s) {
    std::int64_t most = 0;
    for (int core = 0; core < chip.nne.cores; ++core) {
      const int first = first_kernel_of_core(kernels, chip.nne.cores, core);
      const int count = kernels_of_core(kernels, chip.nne.cores, core);
      std::int64_t cycles = 0;
      for (int k = s * weights.kernels_per_core; k < std::min((s + 1) * weights.kernels_per_core, count); ++k)
        cycles += cost.of(first + k);
      most = std::max(most, cycles);
    }
    sum += most;
  }
  // 0 would say that nothing is known; an array without any work still takes a cycle.
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(sum, 1, 0xFFFFFFFF));
}

}  // namespace trireme
