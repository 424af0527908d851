// SPDX-License-Identifier: Apache-2.0
// .npy in memory, as the members of an .npz archive hold it, and an array as NumPy describes it elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "support/files.h"
#include "tensor/npy_header.h"
#include "tensor/tensor.h"

namespace trireme {

bool has_npy_magic(const std::uint8_t* data, std::size_t size);

// Every Error begins with `where`. The tensor is allocated only after its size has been held against `size`.
Tensor decode_npy(const std::uint8_t* data, std::size_t size, const std::string& where);
// The elements alone: exactly `size` bytes in the type, order and shape of `array`.
Tensor decode_elements(const NpyHeader& array, const std::uint8_t* data, std::size_t size,
                       const std::string& where);

// An array of Python objects has a pickle where others have elements; `pickle_at` is 0 in all others.
struct NpyObjects {
  NpyHeader header;
  std::size_t pickle_at = 0;
};
NpyObjects find_npy_objects(const std::uint8_t* data, std::size_t size, const std::string& where);
Bytes encode_npy(const Tensor& tensor);
std::map<std::string, Tensor> decode_npz(const Bytes& bytes, const std::string& where);

}  // namespace trireme
