// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/preprocess/input_meta.h"

namespace trireme {

void check_port(const InputPort& port, const Value& input, const std::string& where, Problems& problems) {
  const std::string place = fmt::format("{}: port '{}'", where, port.lid);
  if (!port.shape.empty() && port.shape != input.shape) {
    problems.add(place,
                 fmt::format("its shape is {}, the network's input has {}", to_string(port.shape),
                             to_string(input.shape)),
                 "is it the inputmeta of another network?");
    return;
  }
  if (!port.reverse_channel || port.category != "image" || input.shape.size() != 4) return;
  // Files of the old tool say true for any input (formats.md §15 no. 3).
  const std::int64_t channels = input.shape[port.layout == "nhwc" ? 3 : 1];
  if (channels == 3) return;
  problems.add(place,
               fmt::format("reverse_channel: true for {} channel{}", channels, channels == 1 ? "" : "s"),
               "RGB and BGR are orders of 3 channels: set reverse_channel: false");
}

}  // namespace trireme
