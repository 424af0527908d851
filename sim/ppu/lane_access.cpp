// SPDX-License-Identifier: Apache-2.0
// Most loads and stores of a program meet the same span as the one before and have their four lanes side by
// side or all at one address; these go straight to the bytes.
#include "sim/ppu/lane_access.h"

#include <algorithm>
#include <cstring>

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

bool whole_thread(const LaneAccess& access, std::size_t first) {
  if (access.mask == nullptr) return true;
  const std::uint32_t* mask = access.mask + first;
  return (mask[0] & mask[1] & mask[2] & mask[3]) != 0;
}

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

template <typename Type>
void load_typed(PpuMemory& memory, const LaneAccess& access) {
  SpanFinder spans(memory.load_spans, Type::kBytes);
  const bool row = access.step == static_cast<std::int64_t>(Type::kBytes), same = access.step == 0;
  for (std::size_t t = 0; t < access.lanes; t += kThreadLanes) {
    const Address address = access.addresses[t];
    std::uint32_t* const data = access.data + t;
    const bool direct = (row || same) && whole_thread(access, t);
    const PpuSpan* span =
        direct ? spans.find(address, row ? kThreadLanes * Type::kBytes : Type::kBytes) : nullptr;
    if (span == nullptr) {
      for (std::size_t j = 0; j < kThreadLanes; ++j) load_lane<Type>(memory, spans, access, t + j);
      continue;
    }
    const std::uint8_t* bytes = span->data + (address - span->address);
    if (same) {
      std::fill_n(data, kThreadLanes, Type::widen(bytes));
    } else {
      for (std::size_t j = 0; j < kThreadLanes; ++j) data[j] = Type::widen(bytes + j * Type::kBytes);
    }
  }
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
