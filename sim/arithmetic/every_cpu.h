// SPDX-License-Identifier: Apache-2.0
// Inside sim/ only: compiles a function several times, for the vector units that the machine may have; the
// loader picks one. No bit depends on the choice: integers have one result, IEEE 754 operations too, and a
// product is never fused with a sum (-ffp-contract=off). A marked function must be a loop without calls, or
// what it calls is not compiled for those units.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TRIREME_FOR_EVERY_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TRIREME_FOR_EVERY_CPU
#endif
