// SPDX-License-Identifier: Apache-2.0
// Tensor files: .npy, .npz, text .tensor, raw .dat (formats.md §5.2, §6).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tensor/tensor.h"

namespace trireme {

// NumPy .npy versions 1 to 3, C or Fortran order, little-endian; no object arrays (nothing is executed).
Tensor read_npy(const std::filesystem::path& path);
void write_npy(const std::filesystem::path& path, const Tensor& tensor);

// A NumPy .npz archive: member name (without ".npy") -> tensor. Written stored with fixed dates, so that the
// same tensors give the same bytes; numpy.load reads it under any file name opened as a file.
std::map<std::string, Tensor> read_npz(const std::filesystem::path& path);
void write_npz(const std::filesystem::path& path, const std::map<std::string, Tensor>& tensors);

// Text, one number a line, shortest representation that reads back to the same float32.
Tensor read_text_tensor(const std::filesystem::path& path, const Shape& shape);
void write_text_tensor(const std::filesystem::path& path, const Tensor& tensor);

// Raw little-endian bytes. The file must hold exactly the bytes of `shape`.
Tensor read_dat(const std::filesystem::path& path, DataType dtype, const Shape& shape);
void write_dat(const std::filesystem::path& path, const Tensor& tensor);
std::string input_dat_name(int index);                       // "input_0.dat"
std::string output_dat_name(int index, const Shape& shape);  // "output0_10_1.dat", W first

}  // namespace trireme
