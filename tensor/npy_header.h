// SPDX-License-Identifier: Apache-2.0
// The header text of .npy, a Python dict literal such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   (numpy.lib.format, NEP 1).
#pragma once

#include <string>
#include <string_view>

#include "tensor/shape.h"

namespace trireme {

struct NpyHeader {
  std::string descr;  // "<f4"
  bool fortran_order = false;
  Shape shape;
};

NpyHeader parse_npy_header(std::string_view text, const std::string& where);
std::string format_npy_header(const NpyHeader& header);

}  // namespace trireme
