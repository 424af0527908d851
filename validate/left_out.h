// SPDX-License-Identifier: Apache-2.0
// The last fit's predictions of networks it has not seen, kept in a file: fitting again takes minutes, and
// the figure to quote should stand beside every fit error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "validate/report.h"

namespace trireme {

// chip,network,fit_ms,left_out_ms; a row a point. Both have the points of the fit in the same order.
std::string left_out_csv(const std::vector<Point>& fit, const LeaveOneOut& left_out);

// Of the points, with their predictions, those the file knows, and apart those of networks it knows on no
// chip: the fit has never seen them. Nothing if the chips or the model have changed since: a prediction is
// not the one of the fit within a thousandth, or the file knows none. Errors: a file that cannot be read.
std::optional<LeaveOneOut> known_left_out(const std::filesystem::path& csv, const std::vector<Point>& points);

}  // namespace trireme
