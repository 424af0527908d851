// SPDX-License-Identifier: Apache-2.0
#include "zoo/zoo.h"

#include "support/error.h"
#include "support/text.h"

namespace trireme::zoo {
namespace {

std::vector<Recipe> all_recipes() {
  std::vector<Recipe> all;
  for (Family (*family)() :
       {lenet, mobilenets, resnets, vgg, squeezenets, inceptions, densenets, ssd, retinaface, yolov3, yolov5,
        yolov6, yolov7, yolov8, yolo11, yolox, ppyoloe, synthetic}) {
    for (Recipe& recipe : family()) all.push_back(std::move(recipe));
  }
  return all;
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = all_recipes();
  return all;
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Recipe& recipe : recipes()) all.push_back(recipe.name);
  return all;
}

onnx::ModelProto build(const std::string& name, bool full) {
  for (const Recipe& recipe : recipes()) {
    if (recipe.name != name) continue;
    Builder builder(name, full);
    recipe.describe(builder);
    return builder.take();
  }
  throw Error("", "the zoo has no network '" + name + "'", suggestion(name, names()));
}

}  // namespace trireme::zoo
