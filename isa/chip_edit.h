// SPDX-License-Identifier: Apache-2.0
// Changes one field in the text of a chip file and leaves every other line, with its comments, as it is.
#pragma once

#include <cstdint>
#include <string>

namespace trireme {

// `field`: "dram.path_latency_ps". Its line gets the value with basis fitted and this source; one that the
// file inherits is added. Errors: no such field; the file does not have a field a line.
std::string with_fitted_field(const std::string& yaml, const std::string& file, const std::string& field,
                              std::int64_t value, const std::string& source);

}  // namespace trireme
