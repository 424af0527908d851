// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "support/files.h"
#include "tensor/files.h"
#include "tensor/npy_format.h"

namespace trireme {

namespace {

constexpr std::string_view member_suffix = ".npy";
// A zip bomb unpacks to a thousand times its size. Weights shrink a few times at most, so that an archive may
// unpack to this much plus this many times its own size.
constexpr std::uint64_t free_expansion = std::uint64_t{256} << 20;
constexpr std::uint64_t most_expansion = 64;
constexpr std::uint64_t most_bytes = std::uint64_t{4} << 30;

// 1980-01-01 00:00, the first date zip can hold (APPNOTE.TXT 4.4.6).
constexpr zip_uint16_t dos_time = 0;
constexpr zip_uint16_t dos_date = (1 << 5) | 1;

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  zip_error_t* get() { return &error_; }
  const char* text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_;
};

[[noreturn]] void damaged(const std::string& where, const std::string& what) {
  throw Error(where, "damaged archive: " + what, "the file is truncated or was changed; write it again");
}

Archive open_archive(const Bytes& bytes, const std::string& where) {
  if (has_npy_magic(bytes.data(), bytes.size())) {
    decode_npy(bytes.data(), bytes.size(), where);  // a pickle is refused here, with the reason
    throw Error(where, "is a single .npy array, not an .npz archive", "save it with numpy.savez");
  }
  // libzip takes an empty file for an empty archive.
  if (bytes.empty()) throw Error(where, "the file is empty", "an .npz archive is needed");
  ZipError error;
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get()));
  if (!source) damaged(where, error.text());
  Archive archive(zip_open_from_source(source.get(), ZIP_RDONLY, error.get()));
  if (!archive) {
    throw Error(where, fmt::format("not an .npz archive, or a damaged one: {}", error.text()),
                "an archive as numpy.savez writes it is needed");
  }
  static_cast<void>(source.release());  // the archive frees it
  return archive;
}

zip_stat_t stat_member(zip_t* archive, zip_uint64_t index, const std::string& where) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & wanted) != wanted) {
    damaged(where, fmt::format("entry {} cannot be read", index));
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    throw Error(where, fmt::format("member '{}' is compressed by method {}", stat.name, stat.comp_method),
                "numpy.savez and numpy.savez_compressed write archives that can be read");
  }
  return stat;
}

Bytes unpack_member(zip_t* archive, zip_uint64_t index, std::uint64_t size, const std::string& where) {
  Member member(zip_fopen_index(archive, index, 0));
  if (!member) damaged(where, zip_error_strerror(zip_get_error(archive)));
  // One more than needed: libzip compares the checksum when it meets the end of the data.
  Bytes bytes(static_cast<std::size_t>(size) + 1);
  std::size_t used = 0;
  while (used < bytes.size()) {
    const zip_int64_t got = zip_fread(member.get(), &bytes[used], bytes.size() - used);
    if (got < 0) damaged(where, zip_error_strerror(zip_file_get_error(member.get())));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used != size) damaged(where, fmt::format("{} bytes instead of {}", used, size));
  bytes.resize(used);
  return bytes;
}

std::string tensor_name(const zip_stat_t& stat, const std::string& where) {
  const std::string_view name = stat.name;
  const bool named_npy =
      name.size() >= member_suffix.size() && name.substr(name.size() - member_suffix.size()) == member_suffix;
  if (!named_npy) {
    throw Error(where, fmt::format("member '{}' is no .npy array", name),
                "an .npz archive holds nothing else");
  }
  return std::string(name.substr(0, name.size() - member_suffix.size()));
}

void add_member(zip_t* archive, const std::string& name, const Bytes& bytes, const std::string& where) {
  const auto fail = [&] {
    throw Error(where, fmt::format("cannot store tensor '{}': {}", name, zip_strerror(archive)));
  };
  if (name.find('\0') != std::string::npos) throw Error(where, "a tensor name holds a zero byte");
  Source source(zip_source_buffer(archive, bytes.data(), bytes.size(), 0));
  if (!source) fail();
  const std::string file_name = name + std::string(member_suffix);
  const zip_int64_t index = zip_file_add(archive, file_name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) fail();
  static_cast<void>(source.release());  // the archive frees it
  const auto entry = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) != 0) fail();
  if (zip_file_set_dostime(archive, entry, dos_time, dos_date, 0) != 0) fail();
}

Bytes content_of(zip_source_t* source, const std::string& where) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) {
    throw Error(where,
                fmt::format("cannot build the archive: {}", zip_error_strerror(zip_source_error(source))));
  }
  Bytes bytes(static_cast<std::size_t>(stat.size));
  const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(bytes.size()))
    internal_error("an archive in memory cannot be read back");
  return bytes;
}

Bytes build_archive(const std::map<std::string, Tensor>& tensors, const std::string& where) {
  ZipError error;
  const Source buffer(zip_source_buffer_create(nullptr, 0, 0, error.get()));
  if (!buffer) throw Error(where, fmt::format("cannot build the archive: {}", error.text()));
  zip_source_keep(buffer.get());  // one for us, one for the archive
  Archive archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, error.get()));
  if (!archive) {
    zip_source_free(buffer.get());
    throw Error(where, fmt::format("cannot build the archive: {}", error.text()));
  }
  std::vector<Bytes> members;  // libzip reads them when the archive is closed
  members.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    members.push_back(encode_npy(tensor));
    add_member(archive.get(), name, members.back(), where);
  }
  if (zip_close(archive.get()) != 0) {
    throw Error(where, fmt::format("cannot build the archive: {}", zip_strerror(archive.get())));
  }
  static_cast<void>(archive.release());  // a closed archive is freed
  return content_of(buffer.get(), where);
}

}  // namespace

std::map<std::string, Tensor> read_npz(const std::filesystem::path& path) {
  return decode_npz(read_file(path), path.string());
}

std::map<std::string, Tensor> decode_npz(const Bytes& bytes, const std::string& where) {
  const Archive archive = open_archive(bytes, where);
  std::uint64_t budget = std::min(most_bytes, free_expansion + most_expansion * bytes.size());
  std::map<std::string, Tensor> tensors;
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(entries); ++i) {
    const zip_stat_t stat = stat_member(archive.get(), i, where);
    const std::string name = tensor_name(stat, where);
    if (stat.size > budget) {
      throw Error(where, fmt::format("member '{}' unpacks to {} bytes", stat.name, stat.size),
                  "too much for a file of this size; is it a zip bomb?");
    }
    budget -= stat.size;
    const std::string member = fmt::format("{}: member '{}'", where, stat.name);
    const Bytes unpacked = unpack_member(archive.get(), i, stat.size, member);
    Tensor tensor = decode_npy(unpacked.data(), unpacked.size(), member);
    if (!tensors.emplace(name, std::move(tensor)).second) damaged(member, "the member occurs twice");
  }
  return tensors;
}

void write_npz(const std::filesystem::path& path, const std::map<std::string, Tensor>& tensors) {
  // libzip deletes an archive without members instead of writing its 22 bytes (APPNOTE.TXT 4.3.16).
  Bytes empty(22, 0);
  constexpr std::string_view end_of_directory = "PK\x05\x06";
  std::copy(end_of_directory.begin(), end_of_directory.end(), empty.begin());
  write_file(path, tensors.empty() ? empty : build_archive(tensors, path.string()));
}

}  // namespace trireme
