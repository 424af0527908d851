// SPDX-License-Identifier: Apache-2.0
// Vectors of numbers that resize() leaves as they are: buffers that are written in full before they are read.
#pragma once

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace trireme {

template <typename T>
struct UninitializedAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = UninitializedAllocator<U>;
  };
  UninitializedAllocator() = default;
  template <typename U>
  explicit UninitializedAllocator(const UninitializedAllocator<U>&) {}
  template <typename U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
  }
};

template <typename T>
using Uninitialized = std::vector<T, UninitializedAllocator<T>>;

}  // namespace trireme
