// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>

#include "support/files.h"

namespace trireme {

// The bytes of a tensor that lie in a file beside the model (ONNX, "External Data"). The file must be inside
// of `folder`, links followed, and hold `size` bytes where the model says. Errors without a place.
Bytes read_external_data(const onnx::TensorProto& proto, std::uint64_t size,
                         const std::filesystem::path& folder);

}  // namespace trireme
