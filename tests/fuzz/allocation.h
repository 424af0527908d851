// SPDX-License-Identifier: Apache-2.0
// Counts what operator new has given out in this program. C libraries (libjpeg, libpng, libzip) use malloc
// and are not seen here; libFuzzer's limits see them.
#pragma once

#include <cstddef>

namespace trireme {

std::size_t allocated_bytes();       // at this instant
std::size_t most_allocated_bytes();  // at any instant since reset_most_allocated()
void reset_most_allocated();

}  // namespace trireme
