// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/families.h"

namespace trireme {

bool place_on_ppu(Placement&) { return false; }

}  // namespace trireme
