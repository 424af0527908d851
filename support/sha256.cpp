// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <array>

#include "support/error.h"
#include "support/files.h"

namespace trireme {

std::string sha256_hex(const void* data, std::size_t bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  if (EVP_Digest(data, bytes, digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    internal_error("OpenSSL cannot compute SHA-256");
  }
  constexpr char hex_digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += hex_digits[digest[i] >> 4];
    hex += hex_digits[digest[i] & 15];
  }
  return hex;
}

std::string sha256_hex(const Bytes& bytes) { return sha256_hex(bytes.data(), bytes.size()); }

}  // namespace trireme
