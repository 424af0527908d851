// SPDX-License-Identifier: Apache-2.0
// How NumPy spells an array in a pickle (ndarray.__reduce__, numpy.core.numeric._frombuffer,
// dtype.__reduce__), put together from its parts; whether they fit together is checked when the array becomes
// a tensor.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/graph/operators.h"
#include "model/import/acuity/pickle.h"
#include "support/error.h"

namespace trireme {
namespace {

using Kind = PickleValue::Kind;

struct Name {
  std::string_view module, name;
};
constexpr std::array<Name, 7> kNames = {{
    {"numpy.core.multiarray", "_reconstruct"},
    {"numpy.core.numeric", "_frombuffer"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy", "ndarray"},
    {"numpy", "dtype"},
    {"_codecs", "encode"},  // bytes in protocol 2: a text whose characters are the bytes
    {"collections", "OrderedDict"},
}};

constexpr std::size_t kMostDimensions = 64;  // NumPy stops there, too

[[noreturn]] void fail(const std::string& what) {
  throw Error({}, what, "only dicts of NumPy arrays are read; save them with numpy.savez");
}

const PickleValue& argument(const Pickle& pickle, const PickleValue& list, std::size_t i, Kind kind) {
  if (i >= list.items.size() || pickle.values[list.items[i]].kind != kind) {
    fail(fmt::format("argument {} is missing or of another kind than NumPy writes", i + 1));
  }
  return pickle.values[list.items[i]];
}

std::string_view make_text(Pickle& pickle, std::string text, std::size_t& budget) {
  // An honest file makes each text once. One that makes the same text again and again could fill any memory.
  if (text.size() > budget) fail("the texts that are made are longer than the file");
  budget -= text.size();
  return pickle.made_texts.emplace_back(std::move(text));
}

// UTF-8 of characters up to U+00FF to the bytes they stand for (Latin-1).
std::string latin1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((lead != 0xC2 && lead != 0xC3) || (next & 0xC0U) != 0x80) fail("a character that is no byte");
    bytes += static_cast<char>((lead & 3U) << 6 | (next & 0x3FU));
    ++i;
  }
  return bytes;
}

PickleValue encoded(Pickle& pickle, const PickleValue& arguments, std::size_t& budget) {
  const PickleValue& text = argument(pickle, arguments, 0, Kind::text);
  const std::string_view encoding = argument(pickle, arguments, 1, Kind::text).text;
  if (encoding != "latin1") fail(fmt::format("encoding '{}'", printable(std::string(encoding))));
  return {Kind::bytes, 0, make_text(pickle, latin1(text.text), budget), {}};
}

// Texts may be bytes: Python 2 knows no others.
std::string_view any_text(const Pickle& pickle, const PickleValue& list, std::size_t i) {
  const bool bytes = i < list.items.size() && pickle.values[list.items[i]].kind == Kind::bytes;
  return argument(pickle, list, i, bytes ? Kind::bytes : Kind::text).text;
}

// type, elements, dimensions
std::vector<PickleId> parts(const Pickle& pickle, PickleId type, PickleId elements,
                            const PickleValue& shape) {
  if (pickle.values[type].kind != Kind::type) fail("an array without type");
  const Kind kind = pickle.values[elements].kind;
  if (kind != Kind::bytes && kind != Kind::list) fail("an array without elements");
  if (shape.items.size() > kMostDimensions) fail("an array of too many dimensions");
  std::vector<PickleId> all = {type, elements};
  for (std::size_t i = 0; i < shape.items.size(); ++i) argument(pickle, shape, i, Kind::integer);
  all.insert(all.end(), shape.items.begin(), shape.items.end());
  return all;
}

PickleValue array_of_buffer(const Pickle& pickle, const PickleValue& arguments) {
  const std::string_view order = argument(pickle, arguments, 3, Kind::text).text;
  if (order != "C" && order != "F") fail("an array in an unknown order");
  return {Kind::array,
          order == "F" ? 1 : 0,
          {},
          parts(pickle, arguments.items[1], arguments.items[0], argument(pickle, arguments, 2, Kind::tuple))};
}

PickleValue scalar(const Pickle& pickle, const PickleValue& arguments) {
  argument(pickle, arguments, 1, Kind::bytes);
  return {Kind::array, 0, {}, parts(pickle, arguments.items[0], arguments.items[1], {})};
}

PickleValue called(Pickle& pickle, std::string_view name, const PickleValue& arguments, std::size_t& budget) {
  if (name == kNames[0].name) return {Kind::array, 0, {}, {}};  // BUILD fills it
  if (name == kNames[1].name) return array_of_buffer(pickle, arguments);
  if (name == kNames[2].name) return scalar(pickle, arguments);
  if (name == kNames[4].name) return {Kind::type, 0, any_text(pickle, arguments, 0), {}};
  if (name == kNames[5].name) return encoded(pickle, arguments, budget);
  if (name == kNames[6].name && arguments.items.empty()) return {Kind::dict, 0, {}, {}};
  fail(fmt::format("'{}' is called in a way NumPy does not", name));
}

// (3, "<", …): the byte order, then what only types of several fields have.
void build_type(Pickle& pickle, PickleValue& type, const PickleValue& state, std::size_t& budget) {
  const std::string_view order = any_text(pickle, state, 1);
  if (order.size() != 1 || std::string_view("<>|=").find(order) == std::string_view::npos)
    fail("an unknown byte order");
  type.text = make_text(pickle, std::string(order) + std::string(type.text), budget);
}

// (1, shape, type, Fortran order, elements)
void build_array(const Pickle& pickle, PickleValue& array, const PickleValue& state) {
  if (state.items.size() != 5) fail("an array's state has five parts");
  const PickleValue& fortran = pickle.values[state.items[3]];
  if (fortran.kind != Kind::boolean && fortran.kind != Kind::integer) fail("an array in an unknown order");
  array.items = parts(pickle, state.items[2], state.items[4], argument(pickle, state, 1, Kind::tuple));
  array.integer = fortran.integer != 0 ? 1 : 0;
}

}  // namespace

std::string_view numpy_name(std::string_view module, std::string_view name) {
  std::string known_module(module);
  constexpr std::string_view newer = "numpy._core.";  // from NumPy 2 on
  if (module.substr(0, newer.size()) == newer)
    known_module = "numpy.core." + std::string(module.substr(newer.size()));
  for (const Name& known : kNames) {
    if (known.module == known_module && known.name == name) return known.name;
  }
  fail(fmt::format("'{} {}' is not allowed", printable(std::string(module.substr(0, 80))),
                   printable(std::string(name.substr(0, 80)))));
}

PickleId call_numpy(Pickle& pickle, PickleId callee, PickleId arguments, std::size_t& text_budget) {
  if (pickle.values[callee].kind != Kind::name) fail("what is called is no name");
  if (pickle.values[arguments].kind != Kind::tuple) fail("arguments that are no tuple");
  PickleValue result = called(pickle, pickle.values[callee].text, pickle.values[arguments], text_budget);
  pickle.values.push_back(std::move(result));
  return static_cast<PickleId>(pickle.values.size() - 1);
}

void build_numpy(Pickle& pickle, PickleId object, PickleId state, std::size_t& text_budget) {
  PickleValue& target = pickle.values[object];
  if (pickle.values[state].kind != Kind::tuple) fail("a state that is no tuple");
  if (target.kind == Kind::type) return build_type(pickle, target, pickle.values[state], text_budget);
  if (target.kind == Kind::array) return build_array(pickle, target, pickle.values[state]);
  fail("a state for something that has none");
}

}  // namespace trireme
