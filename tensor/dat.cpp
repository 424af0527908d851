// SPDX-License-Identifier: Apache-2.0
// Raw tensors as the boards read and write them (formats.md §6).
#include <fmt/format.h>

#include "support/files.h"
#include "tensor/files.h"

namespace trireme {

Tensor read_dat(const std::filesystem::path& path, DataType dtype, const Shape& shape) {
  const auto needed =
      static_cast<std::uint64_t>(element_count(shape)) * static_cast<std::uint64_t>(bytes_of(dtype));
  Bytes bytes = read_file(path);
  if (bytes.size() != needed) {
    throw Error(
        path.string(),
        fmt::format("holds {} bytes, {} {} needs {}", bytes.size(), name_of(dtype), to_string(shape), needed),
        "check the data type and the shape");
  }
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.shape = shape;
  tensor.bytes = std::move(bytes);
  return tensor;
}

void write_dat(const std::filesystem::path& path, const Tensor& tensor) { write_file(path, tensor.bytes); }

std::string input_dat_name(int index) { return fmt::format("input_{}.dat", index); }

std::string output_dat_name(int index, const Shape& shape) {
  // A scalar has no dimension to name; boards know it as one of length 1.
  return fmt::format("output{}_{}.dat", index, shape.empty() ? "1" : w_first(shape));
}

}  // namespace trireme
