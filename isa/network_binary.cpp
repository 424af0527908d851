// SPDX-License-Identifier: Apache-2.0
// The file around the protobuf payload: magic, version, size, SHA-256 (docs/isa.md).
#include "isa/network_binary.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstring>

#include "isa/chip_description.h"
#include "isa/network_binary_proto.h"
#include "support/error.h"

namespace trireme {

namespace {

constexpr char kMagic[8] = {'T', 'R', 'I', 'R', 'E', 'M', 'E', '\0'};
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;
constexpr std::size_t kHashBytes = 32;

struct FileHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t payload_bytes;
  std::uint8_t sha256[kHashBytes];  // of the payload
};
static_assert(sizeof(FileHeader) == 56);

void put_hash(const std::uint8_t* data, std::size_t bytes, std::uint8_t (&hash)[kHashBytes]) {
  const std::string hex = sha256_hex(data, bytes);
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    hash[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
}

std::string serialized(const proto::NetworkBinary& message) {
  std::string payload;
  {
    google::protobuf::io::StringOutputStream stream(&payload);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!message.SerializeToCodedStream(&coded)) internal_error("a network binary did not serialize");
  }
  return payload;
}

// The closed tool chain's network binary: bytes 0-3 'VPMN', then format version and target PID (formats.md
// §7).
void reject_nbg(const Bytes& bytes, const std::string& where) {
  if (bytes.size() < 4 || std::memcmp(bytes.data(), "VPMN", 4) != 0) return;
  std::uint32_t fields[2] = {0, 0};
  if (bytes.size() >= 12) std::memcpy(fields, bytes.data() + 4, sizeof fields);
  throw Error(
      where, fmt::format("is an NBG file (.nb) of format 0x{:x} for target PID 0x{:x}", fields[0], fields[1]),
      "its command stream runs on that chip only; compile the network's ONNX or JSON file with 'trireme "
      "compile'");
}

FileHeader read_header(const Bytes& bytes, const std::string& where) {
  reject_nbg(bytes, where);
  FileHeader header;
  const std::size_t magic_bytes = std::min(bytes.size(), sizeof kMagic);
  if (bytes.empty() || std::memcmp(bytes.data(), kMagic, magic_bytes) != 0) {
    throw Error(where, "is not a network binary (.tnb)", "'trireme compile' writes one");
  }
  if (bytes.size() < sizeof header) throw Error(where, "is cut short", "compile the network again");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kNetworkBinaryVersion) {
    throw Error(
        where, fmt::format("has format version {}", header.version),
        fmt::format("this program reads version {}; compile the network again", kNetworkBinaryVersion));
  }
  return header;
}

void check_payload(const Bytes& bytes, const FileHeader& header, const std::string& where) {
  const std::uint64_t there = bytes.size() - sizeof header;
  if (there < header.payload_bytes) {
    throw Error(where, fmt::format("is cut short: {} of {} payload bytes", there, header.payload_bytes),
                "compile the network again");
  }
  std::uint8_t hash[kHashBytes];
  put_hash(bytes.data() + sizeof header, there, hash);
  const bool intact = header.reserved == 0 && there == header.payload_bytes &&
                      std::memcmp(hash, header.sha256, kHashBytes) == 0;
  if (!intact) throw Error(where, "is damaged: its SHA-256 does not match", "compile the network again");
}

}  // namespace

void write_network_binary(const std::filesystem::path& path, const NetworkBinary& binary) {
  proto::NetworkBinary message;
  to_proto(binary, message);
  const std::string payload = serialized(message);
  FileHeader header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = static_cast<std::uint32_t>(binary.version);
  header.payload_bytes = payload.size();
  const auto* data = reinterpret_cast<const std::uint8_t*>(payload.data());
  put_hash(data, payload.size(), header.sha256);
  Bytes bytes(sizeof header + payload.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, data, payload.size());
  write_file(path, bytes);
}

NetworkBinary read_network_binary(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Bytes bytes = read_file(path, kMaxFileBytes);
  const FileHeader header = read_header(bytes, where);
  check_payload(bytes, header, where);
  const google::protobuf::LogSilencer silent;  // the Error below is the one message
  proto::NetworkBinary message;
  if (!message.ParseFromArray(bytes.data() + sizeof header, static_cast<int>(header.payload_bytes))) {
    throw Error(where, "is damaged: its payload is no network", "compile the network again");
  }
  NetworkBinary binary = from_proto(message, where);
  binary.version = static_cast<int>(header.version);
  return binary;
}

Chip chip_of(const NetworkBinary& binary, const std::string& wanted, const std::string& where) {
  Chip chip = resolve_chip(binary.chip_yaml, where + ": chip description", false).chip;
  if (chip.name != binary.chip_name || chip.pid != binary.chip_pid) {
    throw Error(where, fmt::format("is for chip '{}' and describes '{}'", binary.chip_name, chip.name),
                "compile the network again");
  }
  if (wanted.empty()) return chip;
  // An own chip may have the name of none that is installed: then only the name itself matches.
  std::vector<std::string> names = chip.aliases;
  names.push_back(chip.name);
  for (const std::string& name : names) {
    if (normalized_chip_name(name) == normalized_chip_name(wanted)) return chip;
  }
  throw Error(where, fmt::format("is compiled for chip '{}', not for '{}'", chip.name, wanted),
              fmt::format("compile the network with --chip {}", wanted));
}

}  // namespace trireme
