// SPDX-License-Identifier: Apache-2.0
// The networks by name: one file a family. A new network is one row in its family's list and one in
// networks.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "zoo/builder.h"

namespace trireme::zoo {

struct Recipe {
  std::string name;
  std::function<void(Builder&)> describe;
};
using Family = std::vector<Recipe>;

Family lenet();
Family mobilenets();
Family resnets();
Family vgg();
Family squeezenets();
Family inceptions();
Family densenets();
Family ssd();
Family retinaface();
Family yolov3();
Family yolov5();
Family yolov6();
Family yolov7();
Family yolov8();
Family yolo11();
Family yolox();
Family ppyoloe();
Family synthetic();

std::vector<std::string> names();
// `full`: weights as initializers. Error for an unknown name.
onnx::ModelProto build(const std::string& name, bool full);

// A row of networks.csv: what is published about a network.
struct Published {
  std::string name, note;
  std::vector<std::int64_t> input;  // channels, height, width
  double million_parameters = 0, gmac = 0;
};
std::vector<Published> read_published(const std::filesystem::path& csv);

// Counted in the file by our own import.
struct Counts {
  std::vector<std::int64_t> input;
  std::int64_t parameters = 0, macs = 0;
};
Counts count(const std::filesystem::path& onnx);

// Where counts and publication differ by more than kTolerance (deviations.csv says why).
constexpr double kTolerance = 0.02;
struct Deviation {
  std::string name, quantity, reason;  // quantity: parameters, macs
};
std::vector<Deviation> read_deviations(const std::filesystem::path& csv);
// The quantities out of tolerance.
std::vector<std::string> differences(const Published& published, const Counts& counted);

// networks.csv and deviations.csv lie there.
std::filesystem::path data_folder();

}  // namespace trireme::zoo
