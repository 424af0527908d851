// SPDX-License-Identifier: Apache-2.0
// A small network with everything that the steps of the chain leave behind, in a folder of its own.
#pragma once

#include "model/quantize/table.h"
#include "tensor/files.h"
#include "tests/model/onnx_builder.h"
#include "tests/system/cli_program.h"

namespace trireme {

inline void write_model(const std::filesystem::path& path, const OnnxBuilder& model) {
  write_file(path, std::string_view(model.model.SerializeAsString()));
}

// Sixteen numbers that differ from sample to sample.
inline Tensor sample_tensor(int index) {
  std::vector<float> values;
  for (int i = 0; i < 16; ++i) values.push_back(static_cast<float>((i * 7 + index * 5) % 16) / 15.0F);
  return Tensor::of({1, 1, 4, 4}, values);
}

// small.onnx, small.json, small.data, small_inputmeta.yml, small.quantize, small.tnb, dataset.txt with two
// .npy.
class Project {
 public:
  Project() {
    write_model(folder / "small.onnx", small_onnx_model());
    for (int i = 0; i < 2; ++i) write_npy(folder / ("s" + std::to_string(i) + ".npy"), sample_tensor(i));
    write_file(folder / "dataset.txt", std::string_view("s0.npy 0\ns1.npy 1\n"));
    must({"import", "onnx", "--model", "small.onnx"});
    must({"generate", "inputmeta", "--model", "small.json"});
    must({"quantize", "--model", "small.json", "--rebuild"});
    must({"compile", "small.json", "-o", "small.tnb"});
  }

  Finished run(const std::vector<std::string>& words) const { return run_trireme(folder.path(), words); }

  Finished must(const std::vector<std::string>& words) const {
    const Finished finished = run(words);
    EXPECT_EQ(finished.status, 0) << join(words, " ") << "\n" << finished.err;
    return finished;
  }

  TempFolder folder;
};

}  // namespace trireme
