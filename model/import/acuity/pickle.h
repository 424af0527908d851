// SPDX-License-Identifier: Apache-2.0
// Pickles of dicts of NumPy arrays, read as data. A pickle is a program for a stack machine that may import
// and call anything; here only the opcodes are known that make numbers, texts, lists, tuples and dicts
// (protocols 2 to 5, PEP 307 and PEP 574), and the names by which NumPy spells an array are compared as
// words: nothing is looked up, imported or called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace trireme {

using PickleId = std::uint32_t;  // place in Pickle::values; lists may hold themselves

struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    dict,
    name,   // of what NumPy's arrays are made by
    type,   // numpy.dtype
    array,  // numpy.ndarray or a NumPy scalar
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;     // boolean and integer; array: 1 if in Fortran order
  std::string_view text;        // text and bytes; name: "numpy dtype"; type: "<f4"
  std::vector<PickleId> items;  // list, tuple; dict: key, value, key, …; array: type, elements, dimensions
};

struct Pickle {
  std::vector<PickleValue> values;
  std::deque<std::string> made_texts;  // of views that are not in the file; they stay where they are
  PickleId root = 0;
};

// `data` must outlive the result. Memory: at most kMostPickleSteps values of 64 bytes, twice while their list
// grows, as many places in lists, memo and stack, and texts that together are no longer than the data. Any
// other opcode, any other name and every damage is an Error that tells the opcode and its byte in the file:
// `start` is the place of the pickle's first byte.
constexpr std::size_t kMostPickleSteps = std::size_t{1} << 22;
Pickle parse_pickle(const std::uint8_t* data, std::size_t size, std::size_t start, const std::string& where);

// What NumPy's names mean (pickle_numpy.cpp). Errors without a place.
std::string_view numpy_name(std::string_view module, std::string_view name);  // as PickleValue::text
PickleId call_numpy(Pickle& pickle, PickleId callee, PickleId arguments, std::size_t& text_budget);
void build_numpy(Pickle& pickle, PickleId object, PickleId state, std::size_t& text_budget);

}  // namespace trireme
