// SPDX-License-Identifier: Apache-2.0
// Inside tensor only: .npy in memory, as the members of an .npz archive hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/files.h"
#include "tensor/tensor.h"

namespace trireme {

bool has_npy_magic(const std::uint8_t* data, std::size_t size);

// Every Error begins with `where`. The tensor is allocated only after its size has been held against `size`.
Tensor decode_npy(const std::uint8_t* data, std::size_t size, const std::string& where);
Bytes encode_npy(const Tensor& tensor);

}  // namespace trireme
