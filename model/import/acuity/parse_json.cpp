// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/parse_json.h"

#include <set>
#include <vector>

#include "model/graph/operators.h"
#include "support/error.h"

namespace trireme {

using Json = nlohmann::ordered_json;

namespace {

constexpr int kDeepest = 16;  // layers, their parameters, lists of lists
// An object that keeps its order finds a key by comparing with all: seconds for this many, and minutes for
// ten times as many. The largest networks known have some ten thousand layers.
constexpr std::size_t kMostKeys = 30'000;

// What the parser is told of each event: true keeps the value.
class Guard {
 public:
  explicit Guard(std::string file) : file_(std::move(file)) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kDeepest) throw Error(file_, "nested deeper than " + std::to_string(kDeepest) + " levels");
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const std::string& key = parsed.get_ref<const std::string&>();
    if (!keys_.back().insert(key).second)
      throw Error(file_, "the key '" + printable(key) + "' occurs twice in one object");
    if (keys_.back().size() > kMostKeys)
      throw Error(file_, "more than " + std::to_string(kMostKeys) + " keys in one object");
    return true;
  }

 private:
  std::string file_;
  std::vector<std::set<std::string>> keys_;
};

std::string place_of(const std::string& text, std::size_t byte, const std::string& file) {
  std::size_t line = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) line += text[i] == '\n' ? 1 : 0;
  return file + ":" + std::to_string(line);
}

}  // namespace

Json parse_json(const std::string& text, const std::string& file) {
  Guard guard(file);
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    throw Error(place_of(text, error.byte, file),
                "not valid JSON: syntax error at byte " + std::to_string(error.byte),
                text.empty() ? "the file is empty" : "the file may be cut short");
  } catch (const Json::exception& error) {  // a number no double can hold
    throw Error(file, std::string("not valid JSON: ") + error.what());
  }
}

}  // namespace trireme
