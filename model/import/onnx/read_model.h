// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>

namespace trireme {

// Parses the file. One Error that says what the file is instead, if it is no ONNX model, or that it is
// damaged.
onnx::ModelProto read_onnx_model(const std::filesystem::path& path);

}  // namespace trireme
