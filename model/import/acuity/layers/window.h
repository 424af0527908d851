// SPDX-License-Identifier: Apache-2.0
// Inside layers/ only: windows over maps, for the layers that become such.
#pragma once

#include "model/import/acuity/layer.h"

namespace trireme {

std::any read_convolution(LayerParameters& p);
std::any read_pooling(LayerParameters& p);
// Of a node that has the attributes: what depends on the size of the map.
void resolve_convolution(LayerParameters& p, LayerSteps& steps);
void resolve_pooling(LayerParameters& p, LayerSteps& steps);

}  // namespace trireme
