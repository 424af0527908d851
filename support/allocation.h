// SPDX-License-Identifier: Apache-2.0
// How the process keeps its memory.
#pragma once

namespace trireme {

// Freed memory stays with the process (glibc; elsewhere nothing happens). A simulation allocates and frees
// buffers of megabytes for every job: given back each time, their pages would be cleared again and again, a
// sixth of the CPU time of MobileNetV2's values. For main() of programs that simulate.
void keep_freed_memory();

}  // namespace trireme
