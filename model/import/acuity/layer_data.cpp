// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/pickle.h"
#include "support/files.h"
#include "tensor/files.h"
#include "tensor/npy_format.h"

namespace trireme {
namespace {

using Kind = PickleValue::Kind;

struct Converter {
  const Pickle& pickle;
  const std::string& file;
  std::map<std::string, std::string> lids = {};  // of layer names that only one layer has
  std::uint64_t budget = 0;                      // bytes that tensors may still take
  LayerData result = {{}, true};

  const PickleValue& value(PickleId id) const { return pickle.values[id]; }
};

std::string key_text(const Converter& c, PickleId id, const std::string& where) {
  const PickleValue& key = c.value(id);
  if (key.kind != Kind::text && key.kind != Kind::bytes)
    throw Error(where, "a key that is no text", "layer ids, and 'weight' or 'bias', are keys");
  return std::string(key.text);
}

// Its elements are a view of the file (type, elements, dimensions).
Tensor tensor_of(Converter& c, const PickleValue& array, const std::string& where) {
  if (array.items.size() < 2) throw Error(where, "an array without elements", "the file is damaged");
  const PickleValue& elements = c.value(array.items[1]);
  if (elements.kind != Kind::bytes) throw Error(where, "an array of Python objects", "numbers are needed");
  NpyHeader header{std::string(c.value(array.items[0]).text), array.integer != 0, {}};
  for (std::size_t i = 2; i < array.items.size(); ++i)
    header.shape.push_back(c.value(array.items[i]).integer);
  const std::uint64_t size = elements.text.size();
  if (size > c.budget) {
    throw Error(where, "the arrays are larger than the file",
                fmt::format("shared arrays may take {} times its size", kMostPickleSharing));
  }
  c.budget -= size;
  return decode_elements(header, reinterpret_cast<const std::uint8_t*>(elements.text.data()),
                         elements.text.size(), where);
}

void read_layer_arrays(Converter& c, const std::string& lid, const PickleValue& dict) {
  const std::string layer = fmt::format("{}: layer '{}'", c.file, printable(lid));
  if (dict.kind != Kind::dict) throw Error(layer, "is no dict of arrays");
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const std::string key = key_text(c, dict.items[i], layer);
    const std::string where = layer + ": '" + printable(key) + "'";
    const PickleValue& array = c.value(dict.items[i + 1]);
    if (array.kind == Kind::none) continue;  // no bias
    if (array.kind != Kind::array) throw Error(where, "is no array");
    if (!c.result.tensors.emplace(lid + ":" + key, tensor_of(c, array, where)).second)
      throw Error(where, "occurs twice");
  }
}

// numpy.save of a dict: an array without dimensions, or of one element, whose element is the dict.
const PickleValue& dict_of(const Converter& c) {
  const PickleValue* value = &c.value(c.pickle.root);
  if (value->kind == Kind::array && value->items.size() >= 2) {
    const PickleValue& elements = c.value(value->items[1]);
    if (elements.kind == Kind::list && elements.items.size() == 1) value = &c.value(elements.items[0]);
  }
  if (value->kind != Kind::dict)
    throw Error(c.file, "is no pickled dict of layers", "numpy.save(file, {layer: {'weight': array}})");
  return *value;
}

std::map<std::string, std::string> ids_of_names(const std::vector<Layer>& layers) {
  std::map<std::string, std::string> ids;
  for (const Layer& layer : layers) {
    const auto [entry, fresh] = ids.emplace(layer.name, layer.lid);
    if (!fresh) entry->second.clear();  // which of them is meant is not known
  }
  for (const Layer& layer : layers) ids[layer.lid] = layer.lid;
  return ids;
}

LayerData from_pickle(const Bytes& bytes, std::size_t start, const std::string& file,
                      const std::vector<Layer>& layers) {
  const Pickle pickle = parse_pickle(bytes.data() + start, bytes.size() - start, start, file);
  Converter c{pickle, file, ids_of_names(layers), kMostPickleSharing * bytes.size()};
  const PickleValue& dict = dict_of(c);
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const std::string key = key_text(c, dict.items[i], file);
    const auto known = c.lids.find(key);
    const bool named = known != c.lids.end() && !known->second.empty();
    read_layer_arrays(c, named ? known->second : key, c.value(dict.items[i + 1]));
  }
  return std::move(c.result);
}

}  // namespace

LayerData read_layer_data(const std::filesystem::path& path, const std::vector<Layer>& layers) {
  constexpr std::uint8_t first_of_pickle = 0x80;
  const std::string file = path.string();
  const Bytes bytes = read_file(path);
  if (!bytes.empty() && bytes[0] == first_of_pickle) return from_pickle(bytes, 0, file, layers);
  const NpyObjects objects = find_npy_objects(bytes.data(), bytes.size(), file);
  if (objects.pickle_at != 0) return from_pickle(bytes, objects.pickle_at, file, layers);
  return {decode_npz(bytes, file), false};
}

}  // namespace trireme
