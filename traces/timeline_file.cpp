// SPDX-License-Identifier: Apache-2.0
// timeline.bin (docs/formats.md): header of 32 bytes, texts, records of 32 bytes, all little-endian. Record i
// lies at header + text_bytes + 32 * i, so that a viewer can search the file without reading all of it.
#include <fmt/format.h>

#include <cstring>

#include "support/error.h"
#include "support/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

struct TimelineHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t units, names;  // texts of the table: first the units, then the names
  std::uint32_t text_bytes;    // of the table, a multiple of eight: each text is a u32 length and its bytes
  std::uint64_t events;
};
static_assert(sizeof(TimelineHeader) == 32);

constexpr char kMagic[8] = {'T', 'R', 'I', 'T', 'I', 'M', 'E', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kTextAlignment = 8;

void append(Bytes& bytes, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

void append_text(Bytes& bytes, const std::string& text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  append(bytes, &length, sizeof length);
  append(bytes, text.data(), text.size());
}

class Reader {
 public:
  Reader(const Bytes& bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(where_, "damaged timeline: " + what, "run the simulation again");
  }

  void take(void* to, std::size_t size) {
    if (size > bytes_.size() - at_) damaged(fmt::format("the file ends at byte {}", bytes_.size()));
    if (size > 0) std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
  }

  std::string take_text(std::size_t end) {
    std::uint32_t length = 0;
    take(&length, sizeof length);
    if (at_ > end || length > end - at_) damaged(fmt::format("a text at byte {} leaves its table", at_));
    std::string text(length, '\0');
    take(text.data(), length);
    return text;
  }

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  const std::string& where() const { return where_; }

 private:
  const Bytes& bytes_;
  std::string where_;
  std::size_t at_ = 0;
};

TimelineHeader read_header(Reader& reader) {
  TimelineHeader header{};
  reader.take(&header, sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    throw Error(reader.where(), "is not a timeline", "a run folder's timeline.bin is one");
  }
  if (header.version != kVersion) {
    throw Error(reader.where(),
                fmt::format("timeline version {}, this program reads {}", header.version, kVersion),
                "run the simulation again");
  }
  if (header.text_bytes % kTextAlignment != 0) reader.damaged("its text table has an odd size");
  // Held against the file before anything is allocated by these counts.
  if (header.text_bytes > reader.left() || (reader.left() - header.text_bytes) % sizeof(TimelineEvent) != 0 ||
      (reader.left() - header.text_bytes) / sizeof(TimelineEvent) != header.events) {
    reader.damaged(fmt::format("{} bytes of texts and {} records do not make the file's size",
                               header.text_bytes, header.events));
  }
  const std::uint64_t texts = std::uint64_t{header.units} + header.names;
  if (texts * sizeof(std::uint32_t) > header.text_bytes) reader.damaged("more texts than fit its table");
  return header;
}

void read_texts(Reader& reader, const TimelineHeader& header, Timeline& timeline) {
  const std::size_t end = reader.at() + header.text_bytes;
  for (std::uint32_t i = 0; i < header.units; ++i) {
    if (timeline.unit(reader.take_text(end)) != i) reader.damaged("a unit is named twice");
  }
  for (std::uint32_t i = 0; i < header.names; ++i) {
    if (timeline.name(reader.take_text(end)) != i) reader.damaged("a name occurs twice");
  }
  if (end - reader.at() >= kTextAlignment) reader.damaged("bytes after the last text");
  while (reader.at() < end) {
    std::uint8_t padding = 0;
    reader.take(&padding, 1);
    if (padding != 0) reader.damaged("bytes after the last text");
  }
}

void check_event(const Reader& reader, const Timeline& timeline, const TimelineEvent& event, std::size_t i) {
  if (event.unit >= timeline.units.size() || event.name >= timeline.names.size()) {
    reader.damaged(fmt::format("record {} names unit {} and text {}", i, event.unit, event.name));
  }
  if (event.finish_cycle < event.start_cycle)
    reader.damaged(fmt::format("record {} ends before it begins", i));
  if (i == 0) return;
  const TimelineEvent& before = timeline.events[i - 1];
  if (event.unit < before.unit || (event.unit == before.unit && event.start_cycle < before.start_cycle)) {
    reader.damaged(fmt::format("record {} is out of order", i));
  }
}

}  // namespace

void write_timeline(const std::filesystem::path& path, const Timeline& timeline) {
  Bytes texts;
  for (const std::string& unit : timeline.units) append_text(texts, unit);
  for (const std::string& name : timeline.names) append_text(texts, name);
  texts.resize((texts.size() + kTextAlignment - 1) / kTextAlignment * kTextAlignment);

  TimelineHeader header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.units = static_cast<std::uint32_t>(timeline.units.size());
  header.names = static_cast<std::uint32_t>(timeline.names.size());
  header.text_bytes = static_cast<std::uint32_t>(texts.size());
  header.events = timeline.events.size();

  Bytes bytes;
  bytes.reserve(sizeof header + texts.size() + timeline.events.size() * sizeof(TimelineEvent));
  append(bytes, &header, sizeof header);
  append(bytes, texts.data(), texts.size());
  append(bytes, timeline.events.data(), timeline.events.size() * sizeof(TimelineEvent));
  write_file(path, bytes);
}

Timeline read_timeline(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  Reader reader(bytes, path.string());
  const TimelineHeader header = read_header(reader);
  Timeline timeline;
  read_texts(reader, header, timeline);
  timeline.events.resize(header.events);
  reader.take(timeline.events.data(), timeline.events.size() * sizeof(TimelineEvent));
  for (std::size_t i = 0; i < timeline.events.size(); ++i) {
    check_event(reader, timeline, timeline.events[i], i);
  }
  return timeline;
}

}  // namespace trireme
