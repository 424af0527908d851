// SPDX-License-Identifier: Apache-2.0
#include "isa/chip_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "isa/chip_fields.h"
#include "support/files.h"
#include "support/text.h"
#include "support/yaml_fields.h"

namespace trireme {

namespace {

constexpr std::size_t kMaxInheritance = 8;  // files of a chip, its own included
constexpr std::size_t kMaxAliases = 64;
const std::vector<std::string> kBases = {"published", "derived", "fitted", "assumed"};

// One file of the `inherits:` chain. Its sections keep book of the keys that were asked for.
struct Layer {
  std::string file;
  YamlFields top;
  std::map<std::string, YamlFields> sections;

  YamlFields& section(const std::string& name) { return name.empty() ? top : sections.at(name); }
};

Layer open_layer(const std::string& yaml, const std::string& file, Problems& problems) {
  Layer layer{file, YamlFields(parse_yaml(yaml, file), file, "", problems), {}};
  for (const ChipField& field : chip_fields()) {
    const std::string name = field.section;
    if (name.empty() || layer.sections.count(name) != 0 || !layer.top.has(name)) continue;
    layer.sections.emplace(name, layer.top.section(name));
  }
  return layer;
}

// Step 1: a file and all it inherits from, the most derived one first. Of several bases the one named first
// speaks first, with its own bases behind it.
class LayerReader {
 public:
  LayerReader(bool allow_inherits, Problems& problems)
      : allow_inherits_(allow_inherits), problems_(problems) {}

  void read(const std::string& yaml, const std::string& file) {
    layers_.push_back(open_layer(yaml, file, problems_));
    if (!layers_.back().top.has("inherits")) return;
    const std::string where = layers_.back().top.where("inherits");
    if (!allow_inherits_) throw Error(where, "not allowed here", "store the resolved description");
    const std::vector<std::string> bases = layers_.back().top.texts("inherits");
    problems_.throw_if_any();  // an unreadable layer or `inherits` ends the search
    open_.push_back(std::filesystem::weakly_canonical(file));
    for (const std::string& base : bases) read_base(base, file, where);
    open_.pop_back();
  }

  std::vector<Layer> layers() && { return std::move(layers_); }

 private:
  void read_base(const std::string& base, const std::string& file, const std::string& where) {
    const std::filesystem::path path = [&] {
      try {
        return std::filesystem::weakly_canonical(
            find_chip_file(base, std::filesystem::path(file).parent_path()));
      } catch (const Error& error) {
        throw Error(where, error.problems()[0].what, error.problems()[0].hint);
      }
    }();
    if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
      throw Error(where, fmt::format("'{}' inherits from itself", base), "break the cycle");
    }
    if (layers_.size() == kMaxInheritance) {
      throw Error(where, fmt::format("more than {} chips inherit from each other", kMaxInheritance),
                  "write the values out");
    }
    read(read_text(path, kMaxChipFileBytes), path.string());
  }

  bool allow_inherits_;
  Problems& problems_;
  std::vector<Layer> layers_;
  std::vector<std::filesystem::path> open_;  // from the first file to the one being read
};

template <typename Enum, std::size_t count>
Enum enum_of(const std::string& name, const std::array<Enum, count>& values) {
  for (const Enum value : values) {
    if (name == name_of(value)) return value;
  }
  return values[0];
}

// Reads the value at `key` into the chip and returns how the resolved text spells it.
std::string read_value(YamlFields& from, const std::string& key, const ChipField& field, Chip& chip) {
  const auto read = [&](auto* target) -> std::string {
    using Value = std::remove_pointer_t<decltype(target)>;
    if constexpr (std::is_same_v<Value, bool>) {
      *target = from.boolean(key);
      return *target ? "true" : "false";
    } else if constexpr (std::is_integral_v<Value>) {
      *target = static_cast<Value>(from.integer(key, field.min, field.max));
      return std::is_same_v<Value, std::uint32_t> ? fmt::format("0x{:x}", *target)
                                                  : fmt::format("{}", *target);
    } else {
      const std::string name = field.allowed.empty() ? from.text(key) : from.choice(key, field.allowed);
      if constexpr (std::is_same_v<Value, RequantRule>) {
        *target = enum_of(name, std::array{RequantRule::vipf, RequantRule::vip7, RequantRule::vip8});
      } else if constexpr (std::is_same_v<Value, Ties>) {
        *target = enum_of(name, std::array{Ties::half_up, Ties::half_even, Ties::half_away});
      } else if constexpr (std::is_same_v<Value, CoefficientCoding>) {
        *target = enum_of(name, std::array{CoefficientCoding::huffman, CoefficientCoding::zero_run});
      } else if constexpr (std::is_same_v<Value, DramModel>) {
        *target = enum_of(name, std::array{DramModel::in_order, DramModel::scheduled});
      } else {
        *target = name;
      }
      return name;
    }
  };
  return std::visit(read, field.target(chip));
}

// `cores: 8` in a file that inherits: a what-if value without a source of its own.
void read_plain(Layer& layer, const ChipField& field, Chip& chip, FieldOrigin& origin) {
  origin.value = read_value(layer.section(field.section), field.key, field, chip);
  origin.basis = "assumed";
  origin.source = "set in " + std::filesystem::path(layer.file).filename().string();
}

void read_explained(YamlFields entry, const ChipField& field, Chip& chip, FieldOrigin& origin) {
  origin.value = read_value(entry, "value", field, chip);
  origin.basis = entry.choice("basis", kBases);
  origin.source = entry.text("source");
  if (entry.has("source") && trim(origin.source).empty()) {
    entry.complain("source", "is empty", "say where the value comes from");
  }
  entry.reject_unknown();
}

// Steps 2 and 3: every field from the most derived file that has it.
class FieldReader {
 public:
  explicit FieldReader(std::vector<Layer>& layers) : layers_(layers) {}

  void read(const ChipField& field, ChipDescription& description) {
    FieldOrigin origin{field.path(), "", field.unit, "", "", field.meaning};
    Layer* found = find(field);
    if (found == nullptr) {
      complain_missing(field);
    } else {
      YamlFields& section = found->section(field.section);
      places_[field.path()] = section.where(field.key);
      const YAML::Node node = section.node(field.key);
      const bool inherits = found->top.has("inherits");  // else it is where the values come from
      if (!node.IsDefined()) return;                     // has no value: told already
      if (node.IsScalar() && inherits) {
        read_plain(*found, field, description.chip, origin);
      } else if (node.IsScalar()) {
        section.complain(
            field.key, fmt::format("is only '{}'", node.Scalar().substr(0, 60)),
            fmt::format("write {{value: {}, basis: …, source: \"…\"}}", node.Scalar().substr(0, 60)));
      } else {
        read_explained(section.section(field.key), field, description.chip, origin);
      }
    }
    description.origins.push_back(std::move(origin));
  }
  const FieldPlaces& places() const { return places_; }

 private:
  Layer* find(const ChipField& field) {
    Layer* found = nullptr;
    for (Layer& layer : layers_) {
      const bool has_section = *field.section == '\0' || layer.sections.count(field.section) != 0;
      // Asked in every layer, so that each knows the key.
      if (has_section && layer.section(field.section).has(field.key) && found == nullptr) found = &layer;
    }
    return found;
  }

  void complain_missing(const ChipField& field) {
    Layer& layer = layers_.front();
    const std::string section = field.section;
    if (!section.empty() && layer.sections.count(section) == 0) {
      layer.sections.emplace(section,
                             layer.top.section(section));  // complains once that the section is missing
    } else {
      layer.section(section).node(field.key);
    }
  }

  std::vector<Layer>& layers_;
  FieldPlaces places_;
};

void read_identity(std::vector<Layer>& layers, Chip& chip) {
  YamlFields& top = layers.front().top;
  chip.name = top.text("name");
  const bool plain = std::all_of(chip.name.begin(), chip.name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (top.has("name") && (chip.name.empty() || !plain || chip.name.size() > 64)) {
    top.complain("name", fmt::format("'{}' is no chip name", chip.name.substr(0, 64)),
                 "up to 64 lower case letters, digits and '_'");
  }
  // Aliases belong to one chip, so a chip that inherits does not take them over.
  if (top.has("aliases")) chip.aliases = top.texts("aliases");
  if (chip.aliases.size() > kMaxAliases) {
    top.complain("aliases", fmt::format("has {} names", chip.aliases.size()),
                 fmt::format("at most {}", kMaxAliases));
  }
  YamlFields* named = &top;
  for (Layer& layer : layers) {
    layer.top.has("name");
    layer.top.has("aliases");
    if (layer.top.has("market_name") && !named->has("market_name")) named = &layer.top;
  }
  chip.market_name = named->text("market_name");
}

std::string yaml_quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    // A control character would end the line or the text.
    if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// The description with nothing inherited: same chip, same text, whatever files it came from.
std::string resolved_text(const Chip& chip, const std::vector<FieldOrigin>& origins) {
  std::vector<std::string> aliases;
  for (const std::string& alias : chip.aliases) aliases.push_back(yaml_quoted(alias));
  std::string text = fmt::format("name: {}\nmarket_name: {}\naliases: [{}]\n", yaml_quoted(chip.name),
                                 yaml_quoted(chip.market_name), join(aliases, ", "));
  std::string section;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const ChipField& field = chip_fields()[i];
    if (section != field.section) {
      section = field.section;
      text += section + ":\n";
    }
    const bool quote = std::holds_alternative<std::string*>(field.target(const_cast<Chip&>(chip)));
    text += fmt::format("{}{}: {{value: {}, basis: {}, source: {}}}\n", section.empty() ? "" : "  ",
                        field.key, quote ? yaml_quoted(origins[i].value) : origins[i].value, origins[i].basis,
                        yaml_quoted(origins[i].source));
  }
  return text;
}

}  // namespace

ChipDescription resolve_chip(const std::string& yaml, const std::string& file, bool allow_inherits) {
  Problems problems;
  ChipDescription description{};
  LayerReader bases(allow_inherits, problems);
  bases.read(yaml, file);
  std::vector<Layer> layers = std::move(bases).layers();
  read_identity(layers, description.chip);
  FieldReader reader(layers);
  for (const ChipField& field : chip_fields()) reader.read(field, description);
  for (Layer& layer : layers) {
    layer.top.reject_unknown();
    for (auto& [name, section] : layer.sections) section.reject_unknown();
  }
  problems.throw_if_any();  // checks across fields need all of them
  check_chip(description.chip, reader.places(), problems);
  problems.throw_if_any();
  description.chip.yaml = resolved_text(description.chip, description.origins);
  return description;
}

}  // namespace trireme
