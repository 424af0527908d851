// SPDX-License-Identifier: Apache-2.0
// NAME.data: what layers keep, as "<lid>:weight". Our own is an .npz archive; that of other tools is a
// pickled dict of dicts (formats.md §5.2), by layer id or layer name, whose weights may be in another order.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/import/acuity/layer_file.h"
#include "tensor/tensor.h"

namespace trireme {

struct LayerData {
  std::map<std::string, Tensor> tensors;
  bool pickled = false;
};

// `layers` tell ids from names. Tensors of a pickle may together take kMostPickleSharing times the file's
// size.
constexpr std::uint64_t kMostPickleSharing = 16;
LayerData read_layer_data(const std::filesystem::path& path, const std::vector<Layer>& layers);

// Brings the weights of a pickle into the order used here: outputs first; for deconvolutions, inputs first.
void order_weights(const std::vector<Layer>& layers, const std::string& file, LayerData& data,
                   Problems& problems);

}  // namespace trireme
