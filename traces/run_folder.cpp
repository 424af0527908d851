// SPDX-License-Identifier: Apache-2.0
#include "traces/run_folder.h"

#include <fmt/format.h>

#include "support/files.h"
#include "tensor/files.h"
#include "traces/run_json.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

void write_io_tensors(const fs::path& folder, const RunRecord& record, bool npy) {
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    write_dat(folder / input_dat_name(static_cast<int>(i)), record.inputs[i].tensor);
  }
  for (std::size_t i = 0; i < record.outputs.size(); ++i) {
    const Tensor& tensor = record.outputs[i].tensor;
    write_dat(folder / output_dat_name(static_cast<int>(i), tensor.shape), tensor);
    if (npy) write_npy(folder / fmt::format("output{}.npy", i), tensor);
  }
}

void write_layers(const fs::path& folder, const RunRecord& record, bool npy) {
  if (record.layers.empty()) return;
  fs::create_directory(folder);
  for (const GoldenTensor& layer : record.layers) {
    const std::string stem = layer_file_stem(layer);
    write_dat(folder / (stem + ".dat"), layer.tensor);
    write_text_tensor(folder / (stem + ".tensor"), real_values(layer));
    if (npy) write_npy(folder / (stem + ".npy"), layer.tensor);
  }
}

}  // namespace

void write_run_files(const fs::path& folder, const RunRecord& record, bool npy) {
  write_io_tensors(folder, record, npy);
  write_layers(folder / "layers", record, npy);
  write_file(folder / "profile.json", profile_json(record.profile));
  write_file(folder / "profile.csv", profile_csv(record.profile));
  write_file(folder / "profile.txt", profile_table(record.profile));
  write_file(folder / "graph.json", graph_json(record));
  write_file(folder / "memory.json", memory_json(record));
  write_timeline(folder / "timeline.bin", record.timeline);
  write_file(folder / kRunMarker, run_yaml(record));
}

void write_run_folder(const fs::path& folder, const RunRecord& record, bool force, bool npy) {
  AtomicFolder out(folder, kRunMarker, force);
  write_run_files(out.path(), record, npy);
  out.commit();
}

}  // namespace trireme
