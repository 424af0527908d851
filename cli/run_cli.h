// SPDX-License-Identifier: Apache-2.0
// The command line as a function, so that tests can call it without a process.
#pragma once

namespace trireme {

// Exit codes, as `trireme --help` documents them.
constexpr int kExitOk = 0;  // everything that the command promises was done and checked
constexpr int kExitChecksFailed =
    1;  // it ran, and a check failed: files differ, the memory checker found something
constexpr int kExitUsage =
    2;  // the command line itself is wrong: a verb, an option, or a value it never takes
constexpr int kExitBadInput =
    3;  // a file cannot be used, by itself or as the options ask; nothing was written
constexpr int kExitInternal = 70;  // a defect of Trireme

int run_cli(int argc, char** argv);

}  // namespace trireme
