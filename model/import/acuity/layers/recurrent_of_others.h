// SPDX-License-Identifier: Apache-2.0
// Inside layers/ only: lstm and gru as other tools write them, with a matrix a gate in NAME.data.
#pragma once

#include "model/import/acuity/layer.h"

namespace trireme {

// Words of functions; their place is their meaning (RecurrentAttributes::Activation).
std::size_t place_in(LayerParameters& p, const char* key, const std::string& word,
                     const std::vector<std::string>& words);
extern const std::vector<std::string> kRecurrentActivations;

std::vector<std::string> lstm_constants();
std::vector<std::string> gru_constants();
std::any read_lstm_of_others(LayerParameters& p);
std::any read_gru_of_others(LayerParameters& p);
void resolve_lstm(LayerParameters& p, LayerSteps& steps);  // those of our own are left as they are
void resolve_gru(LayerParameters& p, LayerSteps& steps);

}  // namespace trireme
