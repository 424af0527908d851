// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <set>
#include <sstream>

#include "support/yaml_fields.h"

namespace trireme {

namespace {

constexpr std::size_t max_bytes = std::size_t{64}
                                  << 20;  // a quantize table of 100,000 tensors has about 25 MB
constexpr int max_depth = 100;            // our formats need fewer than ten
constexpr int max_nodes = 4'000'000;  // visited with aliases expanded; a bomb ("billion laughs") has far more

std::string position(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file;
  return fmt::format("{}:{}:{}", file, mark.line + 1, mark.column + 1);
}

// Walks the tree the way a reader of it would, with every alias expanded.
class TreeCheck {
 public:
  explicit TreeCheck(const std::string& file) : file_(file) {}

  void visit(const YAML::Node& node, int depth) {
    if (depth > max_depth) {
      throw Error(position(file_, node.Mark()), fmt::format("nested deeper than {} levels", max_depth),
                  "an alias (*name) inside its own anchor (&name) nests without end");
    }
    if (++visited_ > max_nodes) {
      throw Error(position(file_, node.Mark()), fmt::format("more than {} values", max_nodes),
                  "aliases (*name) that repeat each other multiply");
    }
    if (node.IsMap()) check_keys(node);
    for (const auto& item : node) {
      visit(node.IsMap() ? item.second : static_cast<const YAML::Node&>(item), depth + 1);
    }
  }

  void throw_if_any() const { problems_.throw_if_any(); }

 private:
  void check_keys(const YAML::Node& map) {
    std::set<std::string> keys;
    for (const auto& entry : map) {
      const YAML::Node& key = entry.first;
      if (!key.IsScalar()) {
        throw Error(position(file_, key.Mark()), "a key is a list or a mapping", "write keys as plain text");
      }
      const bool first = keys.insert(key.Scalar()).second;
      // Once a place, however many aliases lead there.
      if (first || !reported_.insert(key.Mark().pos).second) continue;
      problems_.add(position(file_, key.Mark()), fmt::format("the key '{}' occurs twice", key.Scalar()),
                    "keep one of them");
    }
  }

  const std::string& file_;
  int visited_ = 0;
  std::set<int> reported_;
  Problems problems_;
};

// Sees where a document begins and counts its values, before memory is spent on them.
class DocumentScan : public YAML::EventHandler {
 public:
  explicit DocumentScan(const std::string& file) : file_(file) {}
  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnMapEnd() override {}
  const YAML::Mark& start() const { return start_; }

 private:
  void count(const YAML::Mark& mark) {
    if (++values_ > max_nodes)
      throw Error(position(file_, mark), fmt::format("more than {} values", max_nodes));
  }

  const std::string& file_;
  YAML::Mark start_ = YAML::Mark::null_mark();
  int values_ = 0;
};

// YAML::Load would ignore what follows the first document. YAML::LoadAll is no help: it never comes to an end
// on a text like "," (yaml-cpp 0.7), which is an empty document that consumes nothing, over and over.
void require_one_document(const std::string& text, const std::string& file) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentScan first(file), second(file);
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return;
  throw Error(position(file, second.start()), "not valid YAML: something follows the end of the document",
              "a file holds one document; a second '---' or a stray ',' or ']' begins another");
}

YAML::Node load_document(const std::string& text, const std::string& file) {
  try {
    require_one_document(text, file);
    return YAML::Load(text);
  } catch (const YAML::DeepRecursion& error) {
    // yaml-cpp's parser stops by itself at 500 levels, before the stack is used up.
    throw Error(position(file, error.mark), fmt::format("nested deeper than {} levels", max_depth));
  } catch (const YAML::Exception& error) {
    throw Error(position(file, error.mark), "not valid YAML: " + error.msg);
  }
}

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& file) {
  if (text.size() > max_bytes) {
    throw Error(file, fmt::format("{} bytes of YAML are more than the limit of {}", text.size(), max_bytes));
  }
  YAML::Node document = load_document(text, file);
  TreeCheck check(file);
  check.visit(document, 1);
  check.throw_if_any();
  return document;
}

}  // namespace trireme
