// SPDX-License-Identifier: Apache-2.0
// The opcodes that are known, one row each (Python's pickletools documents them), and the names of others.
#include <fmt/format.h>

#include <array>

#include "model/import/acuity/pickle_machine.h"
#include "support/error.h"

namespace trireme {
namespace {

// Opcodes that make objects of any class, and those of the text protocols: refused by name.
constexpr std::array<std::pair<unsigned char, const char*>, 24> kRefused = {{
    {'i', "INST"},     {'o', "OBJ"},          {0x81, "NEWOBJ"}, {0x92, "NEWOBJ_EX"},
    {'P', "PERSID"},   {'Q', "BINPERSID"},    {0x82, "EXT1"},   {0x83, "EXT2"},
    {0x84, "EXT4"},    {0x97, "NEXT_BUFFER"}, {'I', "INT"},     {'L', "LONG"},
    {'F', "FLOAT"},    {'S', "STRING"},       {'V', "UNICODE"}, {'l', "LIST"},
    {'d', "DICT"},     {'p', "PUT"},          {'g', "GET"},     {'0', "POP"},
    {'1', "POP_MARK"}, {'2', "DUP"},          {0x8B, "LONG4"},  {0x98, "READONLY_BUFFER"},
}};

std::string name_of_refused(unsigned char code) {
  for (const auto& [refused, name] : kRefused) {
    if (refused == code) return name;
  }
  return fmt::format("0x{:02X}", code);
}

}  // namespace

const PickleMachine::Opcode& PickleMachine::opcode_of(unsigned char code) {
  constexpr int list = static_cast<int>(Kind::list), dict = static_cast<int>(Kind::dict),
                empty_tuple = static_cast<int>(Kind::tuple);
  static const std::vector<Opcode> rows = {
      {0x80, "PROTO", &PickleMachine::protocol, 0},
      {0x95, "FRAME", &PickleMachine::frame, 0},
      {'.', "STOP", &PickleMachine::stop, 0},
      {'N', "NONE", &PickleMachine::none, 0},
      {0x88, "NEWTRUE", &PickleMachine::boolean, 1},
      {0x89, "NEWFALSE", &PickleMachine::boolean, 0},
      {'K', "BININT1", &PickleMachine::unsigned_number, 1},
      {'M', "BININT2", &PickleMachine::unsigned_number, 2},
      {'J', "BININT", &PickleMachine::signed_number, 4},
      {0x8A, "LONG1", &PickleMachine::signed_number, 0},
      {'G', "BINFLOAT", &PickleMachine::real, 0},
      {0x8C, "SHORT_BINUNICODE", &PickleMachine::text, 1},
      {'X', "BINUNICODE", &PickleMachine::text, 4},
      {0x8D, "BINUNICODE8", &PickleMachine::text, 8},
      {'U', "SHORT_BINSTRING", &PickleMachine::bytes, 1},
      {'T', "BINSTRING", &PickleMachine::bytes, 4},
      {'C', "SHORT_BINBYTES", &PickleMachine::bytes, 1},
      {'B', "BINBYTES", &PickleMachine::bytes, 4},
      {0x8E, "BINBYTES8", &PickleMachine::bytes, 8},
      {0x96, "BYTEARRAY8", &PickleMachine::bytes, 8},
      {']', "EMPTY_LIST", &PickleMachine::container, list},
      {'}', "EMPTY_DICT", &PickleMachine::container, dict},
      {')', "EMPTY_TUPLE", &PickleMachine::container, empty_tuple},
      {0x85, "TUPLE1", &PickleMachine::tuple, 1},
      {0x86, "TUPLE2", &PickleMachine::tuple, 2},
      {0x87, "TUPLE3", &PickleMachine::tuple, 3},
      {'t', "TUPLE", &PickleMachine::tuple_to_mark, 0},
      {'a', "APPEND", &PickleMachine::append, 0},
      {'e', "APPENDS", &PickleMachine::append, 1},
      {'s', "SETITEM", &PickleMachine::set_item, 0},
      {'u', "SETITEMS", &PickleMachine::set_item, 1},
      {'(', "MARK", &PickleMachine::mark, 0},
      {'q', "BINPUT", &PickleMachine::put, 1},
      {'r', "LONG_BINPUT", &PickleMachine::put, 4},
      {0x94, "MEMOIZE", &PickleMachine::memoize, 0},
      {'h', "BINGET", &PickleMachine::get, 1},
      {'j', "LONG_BINGET", &PickleMachine::get, 4},
      {'c', "GLOBAL", &PickleMachine::name_in_line, 0},
      {0x93, "STACK_GLOBAL", &PickleMachine::name_on_stack, 0},
      {'R', "REDUCE", &PickleMachine::reduce, 0},
      {'b', "BUILD", &PickleMachine::build, 0},
  };
  for (const Opcode& row : rows) {
    if (row.code == code) return row;
  }
  throw Error(fmt::format("opcode {}", name_of_refused(code)), "is not allowed in a pickle",
              "only dicts of NumPy arrays are read; save them with numpy.savez");
}

}  // namespace trireme
