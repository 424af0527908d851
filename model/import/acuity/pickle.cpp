// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/import/acuity/pickle_machine.h"
#include "support/error.h"

namespace trireme {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostMarks = 64;  // open at once: dicts in dicts and the tuples of an array take 8

[[noreturn]] void fail(const std::string& what, const std::string& hint = {}) { throw Error({}, what, hint); }

}  // namespace

std::string_view PickleMachine::take(std::uint64_t bytes) {
  if (bytes > rest_.size()) {
    fail(fmt::format("{} bytes are announced, {} are left", bytes, rest_.size()), "the file is truncated");
  }
  const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(bytes));
  rest_.remove_prefix(taken.size());
  return taken;
}

std::uint64_t PickleMachine::take_number(int width) {
  const std::string_view bytes = take(static_cast<std::uint64_t>(width));
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string_view PickleMachine::take_line() {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) fail("the line has no end", "the file is truncated");
  const std::string_view line = take(end);
  take(1);
  return line;
}

PickleId PickleMachine::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("the stack is empty");
  const PickleId id = stack_.back();
  stack_.pop_back();
  return id;
}

std::vector<PickleId> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail("there is no mark");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleId> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleMachine::push(PickleValue value) {
  stack_.push_back(static_cast<PickleId>(pickle_.values.size()));
  pickle_.values.push_back(std::move(value));
}

// What items are put into: it stays on the stack.
PickleValue& PickleMachine::top(Kind kind, const char* name) {
  const PickleId id = pop();
  stack_.push_back(id);
  if (pickle_.values[id].kind != kind) fail(fmt::format("no {} is there to be filled", name));
  return pickle_.values[id];
}

std::string_view PickleMachine::text_of(PickleId id) const {
  if (pickle_.values[id].kind != Kind::text) fail("a name is no text");
  return pickle_.values[id].text;
}

void PickleMachine::unsigned_number(int width) {
  push({Kind::integer, static_cast<std::int64_t>(take_number(width)), {}, {}});
}

// Two's complement of `width` bytes; 0: LONG1, whose width stands before it.
void PickleMachine::signed_number(int width) {
  if (width == 0) width = static_cast<int>(take_number(1));
  if (width > 8) fail(fmt::format("a number of {} bytes", width), "at most 8 are read");
  const std::uint64_t bits = take_number(width);
  const int unused = 64 - 8 * width;
  const std::uint64_t sign = width == 0 ? 0 : bits >> (8 * width - 1) & 1;
  const std::uint64_t extension = sign == 0 || unused == 0 ? 0 : ~std::uint64_t{0} << (8 * width);
  push({Kind::integer, static_cast<std::int64_t>(bits | extension), {}, {}});
}

void PickleMachine::real(int) {
  take(8);
  push(Kind::real);
}

void PickleMachine::text(int width) { push({Kind::text, 0, take(take_number(width)), {}}); }
void PickleMachine::bytes(int width) { push({Kind::bytes, 0, take(take_number(width)), {}}); }

void PickleMachine::tuple(int length) {
  std::vector<PickleId> items(static_cast<std::size_t>(length));
  for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
  push({Kind::tuple, 0, {}, std::move(items)});
}

void PickleMachine::append(int to_mark) {
  const std::vector<PickleId> items = to_mark != 0 ? pop_to_mark() : std::vector<PickleId>{pop()};
  PickleValue& list = top(Kind::list, "list");
  list.items.insert(list.items.end(), items.begin(), items.end());
}

void PickleMachine::set_item(int to_mark) {
  std::vector<PickleId> items;
  if (to_mark != 0) {
    items = pop_to_mark();
  } else {
    items = {0, pop()};
    items[0] = pop();
  }
  if (items.size() % 2 != 0) fail("a key without value");
  PickleValue& dict = top(Kind::dict, "dict");
  dict.items.insert(dict.items.end(), items.begin(), items.end());
}

void PickleMachine::mark(int) {
  if (marks_.size() == kMostMarks) fail(fmt::format("nested deeper than {} levels", kMostMarks));
  marks_.push_back(stack_.size());
}

void PickleMachine::put(int width) {
  const std::uint64_t index = width == 0 ? memoized_ : take_number(width);
  if (index >= kMostPickleSteps)
    fail(fmt::format("a memo of {} values", index), "Python numbers them from 0");
  if (index >= memo_.size()) memo_.resize(static_cast<std::size_t>(index) + 1);
  const PickleId id = pop();
  stack_.push_back(id);
  memo_[static_cast<std::size_t>(index)] = id;
  ++memoized_;
}

void PickleMachine::memoize(int) { put(0); }

void PickleMachine::get(int width) {
  const std::uint64_t index = take_number(width);
  if (index >= memo_.size() || !memo_[static_cast<std::size_t>(index)]) {
    fail(fmt::format("the memo has no value {}", index));
  }
  stack_.push_back(*memo_[static_cast<std::size_t>(index)]);
}

void PickleMachine::name_in_line(int) {
  const std::string_view module = take_line();
  push({Kind::name, 0, numpy_name(module, take_line()), {}});
}

void PickleMachine::name_on_stack(int) {
  const PickleId name = pop(), module = pop();
  push({Kind::name, 0, numpy_name(text_of(module), text_of(name)), {}});
}

void PickleMachine::reduce(int) {
  const PickleId arguments = pop(), callee = pop();
  stack_.push_back(call_numpy(pickle_, callee, arguments, text_budget_));
}

void PickleMachine::build(int) {
  const PickleId state = pop(), object = pop();
  build_numpy(pickle_, object, state, text_budget_);
  stack_.push_back(object);
}

void PickleMachine::protocol(int) {
  const std::uint64_t version = take_number(1);
  if (version < 2 || version > 5) fail(fmt::format("protocol {}", version), "protocols 2 to 5 are read");
}

void PickleMachine::stop(int) {
  pickle_.root = pop();
  if (!stack_.empty() || !marks_.empty()) fail("values are left on the stack");
  if (!rest_.empty()) fail(fmt::format("{} bytes follow the pickle's end", rest_.size()));
  stopped_ = true;
}

Pickle PickleMachine::run() {
  if (rest_.empty() || static_cast<unsigned char>(rest_.front()) != 0x80) {
    throw Error(where_, "is no pickle of protocol 2 to 5", "numpy.save writes one");
  }
  for (std::size_t steps = 0; !stopped_; ++steps) {
    if (steps == kMostPickleSteps)
      throw Error(where_, fmt::format("a pickle of more than {} opcodes", kMostPickleSteps));
    if (rest_.empty()) throw Error(where_, "the pickle has no end", "the file is truncated");
    const std::size_t place = at();
    const Opcode* opcode = nullptr;
    try {
      opcode = &opcode_of(static_cast<unsigned char>(take(1).front()));
      (this->*opcode->run)(opcode->argument);
    } catch (const Error& error) {
      const Problem& problem = error.problems().front();
      const std::string name = opcode != nullptr ? fmt::format("opcode {}", opcode->name) : problem.where;
      throw Error(fmt::format("{}: byte {}: {}", where_, place, name), problem.what, problem.hint);
    }
  }
  return std::move(pickle_);
}

Pickle parse_pickle(const std::uint8_t* data, std::size_t size, std::size_t start, const std::string& where) {
  return PickleMachine(data, size, start, where).run();
}

}  // namespace trireme
