// SPDX-License-Identifier: Apache-2.0
// Inside the reader of pickles only: the stack machine. pickle_opcodes.cpp says which opcode is which
// function.
#pragma once

#include <optional>

#include "model/import/acuity/pickle.h"

namespace trireme {

class PickleMachine {
 public:
  PickleMachine(const std::uint8_t* data, std::size_t size, std::size_t start, const std::string& where)
      : rest_(reinterpret_cast<const char*>(data), size), size_(size), start_(start), where_(where) {
    text_budget_ = size;
  }
  Pickle run();

 private:
  using Kind = PickleValue::Kind;
  struct Opcode {
    unsigned char code;
    const char* name;
    void (PickleMachine::*run)(int);
    int argument;  // most often the width of a number in the file
  };
  static const Opcode& opcode_of(unsigned char code);  // Error without a place if it is not allowed
  std::size_t at() const { return start_ + size_ - rest_.size(); }

  std::string_view take(std::uint64_t bytes);
  std::uint64_t take_number(int width);
  std::string_view take_line();
  PickleId pop();
  std::vector<PickleId> pop_to_mark();
  void push(PickleValue value);
  void push(Kind kind) { push(PickleValue{kind, 0, {}, {}}); }
  PickleValue& top(Kind kind, const char* name);
  std::string_view text_of(PickleId id) const;

  void none(int) { push(Kind::none); }
  void boolean(int value) { push({Kind::boolean, value, {}, {}}); }
  void unsigned_number(int width);
  void signed_number(int width);
  void real(int);
  void text(int width);
  void bytes(int width);
  void container(int kind) { push(static_cast<Kind>(kind)); }
  void tuple(int length);
  void tuple_to_mark(int) { push({Kind::tuple, 0, {}, pop_to_mark()}); }
  void append(int to_mark);
  void set_item(int to_mark);
  void mark(int);
  void put(int width);
  void memoize(int);
  void get(int width);
  void name_in_line(int);
  void name_on_stack(int);
  void reduce(int);
  void build(int);
  void protocol(int);
  void frame(int) { take_number(8); }
  void stop(int);

  std::string_view rest_;
  const std::size_t size_, start_;
  const std::string& where_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;             // heights of the stack
  std::vector<std::optional<PickleId>> memo_;  // pickles number it from 0
  std::size_t text_budget_ = 0;                // what texts that are made may still take
  std::size_t memoized_ = 0;
  bool stopped_ = false;
};

}  // namespace trireme
