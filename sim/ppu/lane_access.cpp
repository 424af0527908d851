// SPDX-License-Identifier: Apache-2.0
// The lanes of a load mostly meet one span, and within a thread they lie side by side or all at one address:
// these loads go straight to the bytes. All others look for their span lane by lane.
#include "sim/ppu/lane_access.h"

#include <algorithm>
#include <cstring>

#include "sim/ppu/lane_loops.h"
#include "sim/ppu/lane_math.h"
#include "support/error.h"
#include "tensor/half.h"

namespace trireme {

namespace {

template <typename Stored>
Stored stored_at(const std::uint8_t* bytes) {
  Stored value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// One element type: bytes in memory, and the 32 bits of a lane.
template <typename Stored>
struct Whole {
  static constexpr std::size_t kBytes = sizeof(Stored);
  static std::uint32_t widen(const std::uint8_t* bytes) {
    return static_cast<std::uint32_t>(stored_at<Stored>(bytes));
  }
  static void narrow(std::uint32_t value, std::uint8_t* bytes) {
    const auto stored = static_cast<Stored>(static_cast<std::int32_t>(value));
    std::memcpy(bytes, &stored, sizeof stored);
  }
};

struct Half {
  static constexpr std::size_t kBytes = 2;
  static std::uint32_t widen(const std::uint8_t* bytes) {
    return lane::as_bits(half_to_float(stored_at<std::uint16_t>(bytes)));
  }
  static void narrow(std::uint32_t value, std::uint8_t* bytes) {
    const std::uint16_t half = float_to_half(lane::as_float(value));
    std::memcpy(bytes, &half, sizeof half);
  }
};

// The span an element of `bytes` bytes lies in, remembered from one access to the next.
class SpanFinder {
 public:
  SpanFinder(const std::vector<PpuSpan>& spans, std::size_t bytes) : spans_(spans), bytes_(bytes) {}

  const PpuSpan* find(Address address, std::size_t bytes) {
    if (last_ != nullptr && holds(*last_, address, bytes)) return last_;
    const auto after = std::upper_bound(spans_.begin(), spans_.end(), address,
                                        [](Address at, const PpuSpan& span) { return at < span.address; });
    if (after == spans_.begin() || !holds(*std::prev(after), address, bytes)) return nullptr;
    last_ = &*std::prev(after);
    return last_;
  }
  const PpuSpan* find(Address address) { return find(address, bytes_); }

 private:
  static bool holds(const PpuSpan& span, Address address, std::size_t bytes) {
    const std::uint64_t offset = std::uint64_t{address} - span.address;  // wraps to a large one below
    return offset <= span.bytes && bytes <= span.bytes - offset;
  }
  const std::vector<PpuSpan>& spans_;
  std::size_t bytes_;
  const PpuSpan* last_ = nullptr;
};

constexpr std::size_t kThreadLanes = kPpuLanes;

template <typename Type>
void load_lane(PpuMemory& memory, SpanFinder& spans, const LaneAccess& access, std::size_t i) {
  if (access.mask != nullptr && access.mask[i] == 0) return;
  const Address address = access.addresses[i];
  if (const PpuSpan* span = spans.find(address)) {
    access.data[i] = Type::widen(span->data + (address - span->address));
  } else {
    std::uint8_t raw[Type::kBytes] = {};
    memory.load(address, raw, Type::kBytes);
    access.data[i] = Type::widen(raw);
  }
}

// All loaded lanes are in one span: no lane needs a check. A lane the mask holds back reads the lowest
// address instead and keeps its data.
template <typename Type>
void load_direct(const std::uint8_t* lowest, Address low, const LaneAccess& access) {
  const std::uint32_t* const addresses = access.addresses;
  const std::uint32_t* const mask = access.mask;
  std::uint32_t* const data = access.data;
  const std::size_t lanes = access.lanes;
  if (mask != nullptr) {
    for (std::size_t i = 0; i < lanes; ++i) {
      const std::uint32_t value = Type::widen(lowest + ((addresses[i] - low) & mask[i]));
      data[i] = (value & mask[i]) | (data[i] & ~mask[i]);
    }
  } else if (access.step == static_cast<std::int64_t>(Type::kBytes)) {
    for (std::size_t t = 0; t < lanes; t += kThreadLanes) {
      const std::uint8_t* const bytes = lowest + (addresses[t] - low);
      for (std::size_t j = 0; j < kThreadLanes; ++j) data[t + j] = Type::widen(bytes + j * Type::kBytes);
    }
  } else if (access.step == 0) {
    for (std::size_t t = 0; t < lanes; t += kThreadLanes) {
      const std::uint32_t value = Type::widen(lowest + (addresses[t] - low));
      for (std::size_t j = 0; j < kThreadLanes; ++j) data[t + j] = value;
    }
  } else {
    for (std::size_t i = 0; i < lanes; ++i) data[i] = Type::widen(lowest + (addresses[i] - low));
  }
}

template <typename Type>
void load_typed(PpuMemory& memory, const LaneAccess& access) {
  SpanFinder spans(memory.load_spans, Type::kBytes);
  const AddressBounds bounds = address_bounds(access.addresses, access.mask, access.lanes);
  if (bounds.low > bounds.high) return;  // the mask holds all lanes back
  const std::size_t bytes = bounds.high - bounds.low + Type::kBytes;
  if (const PpuSpan* span = spans.find(bounds.low, bytes)) {
    return load_direct<Type>(span->data + (bounds.low - span->address), bounds.low, access);
  }
  for (std::size_t i = 0; i < access.lanes; ++i) load_lane<Type>(memory, spans, access, i);
}

// In the order of the lanes: of two lanes with one address the later one stays.
template <typename Type>
void store_typed(PpuMemory& memory, const LaneAccess& access) {
  SpanFinder spans(memory.store_spans, Type::kBytes);
  for (std::size_t i = 0; i < access.lanes; ++i) {
    if (access.mask != nullptr && access.mask[i] == 0) continue;
    const Address address = access.addresses[i];
    if (const PpuSpan* span = spans.find(address)) {
      const std::size_t offset = address - span->address;
      Type::narrow(access.data[i], span->data + offset);
      if (span->stored != nullptr) std::memset(span->stored + offset, 1, Type::kBytes);
    } else {
      std::uint8_t raw[Type::kBytes];
      Type::narrow(access.data[i], raw);
      memory.store(address, raw, Type::kBytes);
    }
  }
}

template <typename Type>
void access_typed(PpuMemory& memory, const LaneAccess& access, bool load) {
  load ? load_typed<Type>(memory, access) : store_typed<Type>(memory, access);
}

void access_lanes(PpuMemory& memory, const LaneAccess& access, bool load) {
  switch (access.type) {
    case PpuType::u8:
      return access_typed<Whole<std::uint8_t>>(memory, access, load);
    case PpuType::i8:
      return access_typed<Whole<std::int8_t>>(memory, access, load);
    case PpuType::u16:
      return access_typed<Whole<std::uint16_t>>(memory, access, load);
    case PpuType::i16:
      return access_typed<Whole<std::int16_t>>(memory, access, load);
    case PpuType::i32:
    case PpuType::f32:
      return access_typed<Whole<std::int32_t>>(memory, access, load);
    case PpuType::f16:
      return access_typed<Half>(memory, access, load);
    case PpuType::i64:
      return access_typed<Whole<std::int64_t>>(memory, access, load);
  }
  internal_error("PPU access of another type");
}

}  // namespace

void load_lanes(PpuMemory& memory, const LaneAccess& access) { access_lanes(memory, access, true); }

void store_lanes(PpuMemory& memory, const LaneAccess& access) { access_lanes(memory, access, false); }

}  // namespace trireme
