// SPDX-License-Identifier: Apache-2.0
// NAME_inputmeta.yml, NAME_postprocess_file.yml, dataset.txt, --channel-mean-value (formats.md §2, §3), and
// the way from a picture or tensor file to the tensor a network takes.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct InputPort {  // input_meta.databases[].ports[]
  std::string lid;
  std::string category = "image";  // image, frequency, undefined
  std::string dtype = "float32";
  bool sparse = false;
  std::string tensor_name;
  std::string layout = "nchw";
  Shape shape;
  std::string fitting =
      "scale";  // how a picture of another size is fitted: scale (stretch), fill (cut), whole (bars)
  // Our own key: false makes a picture of another size an error. Files of the old tool lack it and resize
  // silently.
  bool resize = true;
  bool reverse_channel = false;
  std::vector<float> mean;
  std::vector<float> scale;  // x' = (x - mean) * scale
  bool add_preproc_node = false;
  std::string preproc_type = "IMAGE_RGB";
  bool redirect_to_output = false;
};

struct InputDatabase {
  std::string path = "dataset.txt";
  std::string type = "TEXT";
  std::vector<InputPort> ports;
};

struct InputMeta {
  std::vector<InputDatabase> databases;
};

// Sane defaults (formats.md §15 no. 3): image only for rank-4 inputs with 1 or 3 channels, reverse_channel
// false, resize false.
InputMeta default_input_meta(const Graph& graph, const std::string& dataset_path,
                             const std::string& channel_mean_value = {});  // "m m m s#…"; s > 1 is a divisor
InputMeta read_input_meta(const std::filesystem::path& path);
void write_input_meta(const std::filesystem::path& path, const InputMeta& meta);
const InputPort* find_port(const InputMeta& meta, const std::string& lid);
// What a port says against the input it belongs to: another shape, channels to swap that are not there.
void check_port(const InputPort& port, const Value& input, const std::string& where, Problems& problems);

struct Sample {
  std::vector<std::filesystem::path> files;  // one a port
  std::optional<std::string> label;
};
// One sample a line, optional label; paths relative to the list's folder, then to the working folder. A line
// with more files than `inputs` is a problem.
std::vector<Sample> read_dataset(const std::filesystem::path& path,
                                 std::size_t inputs = std::numeric_limits<std::size_t>::max());

// Order (formats.md §2): crop, resize, (v - mean) * scale in float32, interleaved to planar, channel reverse.
// Pictures: jpg png bmp. .npy is taken as it is (shape checked, never preprocessed); .tensor/.txt text; .dat
// raw in the stored type. Errors name file, what the network wants and what the file has (size, channels, the
// first element that is no finite number).
Tensor load_input(const std::filesystem::path& file, const Value& input, const InputPort& port);
// Seeded uniform noise in [0,1] for calibration without data.
Tensor random_input(const Value& input, std::uint64_t seed);

struct PostprocessFile {
  int topn = 5;
  std::string dump_file_type = "TENSOR";
  struct Output {
    std::string lid;
    bool add_postproc_node = false;
    std::vector<std::int64_t> perm;
    bool force_float32 = false;
  };
  std::vector<Output> outputs;
};
PostprocessFile default_postprocess(const Graph& graph);
PostprocessFile read_postprocess(const std::filesystem::path& path);
void write_postprocess(const std::filesystem::path& path, const PostprocessFile& file);

struct TopEntry {
  std::int64_t index;
  double value;
};
std::vector<TopEntry> top_n(const Tensor& tensor, int n);  // ties: lower index first

}  // namespace trireme
