// SPDX-License-Identifier: Apache-2.0
#include "tensor/files.h"
#include <cstring>
#include <string>

#include "isa/network_binary.h"
#include "model/preprocess/input_meta.h"
#include "model/quantize/table.h"
#include "support/files.h"
#include "tensor/image.h"
#include "tests/fuzz/targets.h"

namespace trireme {
namespace {

template <typename Read>
bool reads(Read read) {
  try {
    read();
    return true;
  } catch (const Error&) {
    return false;
  }
}

// A damaged binary with the size and the SHA-256 of what it holds now (docs/isa.md): else damage would never
// get past them.
std::string resealed(std::string_view bytes) {
  constexpr std::size_t size_at = 16, hash_at = 24, header_bytes = 56;
  std::string sealed(bytes);
  if (sealed.size() < header_bytes) return sealed;
  const std::uint64_t payload_bytes = sealed.size() - header_bytes;
  std::memcpy(&sealed[size_at], &payload_bytes, sizeof payload_bytes);
  const std::string hex = sha256_hex(sealed.data() + header_bytes, payload_bytes);
  for (std::size_t i = 0; i < hex.size(); i += 2)
    sealed[hash_at + i / 2] = static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return sealed;
}

}  // namespace

bool read_quantize_bytes(std::string_view bytes) {
  return reads([&] { read_quantize_table(fuzz_file("m.quantize", bytes)); });
}

bool read_input_meta_bytes(std::string_view bytes) {
  return reads([&] { read_input_meta(fuzz_file("m_inputmeta.yml", bytes)); });
}

bool read_array_bytes(std::string_view bytes) {
  const std::filesystem::path path = fuzz_file("array", bytes);
  const Shape shape = {2, 3};  // of the corpus: the kinds without a header need one
  const bool npy = reads([&] { read_npy(path); });
  const bool npz = reads([&] { read_npz(path); });
  const bool text = reads([&] { read_text_tensor(path, shape); });
  const bool raw = reads([&] { read_dat(path, DataType::float32, shape); });
  return npy || npz || text || raw;
}

bool read_picture_bytes(std::string_view bytes) {
  return reads([&] { read_image(fuzz_file("picture", bytes)); });
}

bool read_network_binary_bytes(std::string_view bytes) {
  return reads([&] {
    const NetworkBinary binary = read_network_binary(fuzz_file("m.tnb", resealed(bytes)));
    info_text(binary, {});
    check(binary, chip_of(binary, {}, "m.tnb"), "m.tnb");
  });
}

}  // namespace trireme
