// SPDX-License-Identifier: Apache-2.0
// The real quantized networks, their stored cases, and which runtime's answers belong to which rule.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/import/import.h"
#include "tests/support_for_tests/shared_folder.h"

namespace trireme {

namespace fs = std::filesystem;

struct Difference {
  std::int64_t elements = 0, differing = 0;
  double largest = 0;

  void operator+=(const Difference& other) {
    elements += other.elements;
    differing += other.differing;
    largest = std::max(largest, other.largest);
  }
};

inline Difference difference(const Tensor& ours, const Tensor& theirs) {
  Difference d;
  d.elements = theirs.size();
  if (ours.dtype != theirs.dtype || ours.size() != theirs.size()) {
    d.differing = d.elements;
    return d;
  }
  for (std::int64_t i = 0; i < theirs.size(); ++i) {
    const double distance = std::abs(element(ours, i) - element(theirs, i));
    d.differing += distance == 0 ? 0 : 1;
    d.largest = std::max(d.largest, distance);
  }
  return d;
}

struct Variant {
  std::string oracle;
  RequantRule rule;
};

// The oracles whose rule is ours. An ONNX file: the QLinear form is followed by its plain evaluation; of the
// QDQ form the one whose optimizer computes the fused integers exactly for its activation type (numerics.md
// §3.3).
inline std::vector<Variant> variants(const std::string& name, const Graph& graph) {
  if (graph.source_format == "tflite") {
    return {{"tflite290", RequantRule::tflite},
            {"tflm_r0", RequantRule::tflm},
            {"tflm_r1", RequantRule::tflm_single}};
  }
  if (name.rfind("onnx_qdq", 0) != 0) return {{"ort_disabled", RequantRule::onnx}};
  const bool u8 = graph.values[graph.inputs.at(0)].quantization.dtype == DataType::uint8;
  return {{u8 ? "ort_all_prec" : "ort_all_int8", RequantRule::onnx}};
}

inline bool quantized_workload(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return fs::is_directory(folder / "reference") &&
         (fs::exists(folder / "model.tflite") || name.rfind("onnx_qdq", 0) == 0 ||
          name.rfind("onnx_qlinear", 0) == 0) &&
         name.find("fp32") == std::string::npos;
}

// TRIREME_WORKLOAD limits the test to networks whose names hold this text.
inline std::vector<fs::path> quantized_workloads() {
  std::vector<fs::path> found;
  const fs::path folder = workloads_folder();
  if (folder.empty()) return found;
  const char* only = std::getenv("TRIREME_WORKLOAD");
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const bool wanted = only == nullptr || entry.path().filename().string().find(only) != std::string::npos;
    if (wanted && quantized_workload(entry.path())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline fs::path model_of(const fs::path& folder) {
  return fs::exists(folder / "model.tflite") ? folder / "model.tflite" : folder / "model.onnx";
}

inline std::vector<fs::path> cases_of(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "reference"))
    found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace trireme
