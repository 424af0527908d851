// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy: magic, version, header length, header text, data (numpy.lib.format, NEP 1).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "tensor/files.h"
#include "tensor/npy_format.h"
#include "tensor/npy_header.h"

namespace trireme {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{64} << 10;  // as much as version 1 can hold
constexpr std::string_view byte_orders = "<>|=";               // what a descr may begin with
constexpr std::size_t data_alignment = 64;                     // of the data in the file, as NumPy aligns it

struct DescrRow {
  DataType type;
  const char* descr;
};

// NumPy knows no bfloat16: ml_dtypes and JAX save it as two bytes of no type, V2, and so do we.
constexpr std::array<DescrRow, 13> descrs = {{
    {DataType::float32, "<f4"},
    {DataType::float16, "<f2"},
    {DataType::bfloat16, "<V2"},
    {DataType::float64, "<f8"},
    {DataType::int8, "|i1"},
    {DataType::uint8, "|u1"},
    {DataType::int16, "<i2"},
    {DataType::uint16, "<u2"},
    {DataType::int32, "<i4"},
    {DataType::uint32, "<u4"},
    {DataType::int64, "<i8"},
    {DataType::uint64, "<u8"},
    {DataType::boolean, "|b1"},
}};

std::optional<DataType> type_of_kind(std::string_view kind_and_size) {
  for (const DescrRow& row : descrs) {
    if (kind_and_size == row.descr + 1) return row.type;
  }
  return std::nullopt;
}

bool begins_with_any(std::string_view text, std::string_view characters) {
  return !text.empty() && characters.find(text.front()) != std::string_view::npos;
}

DataType parse_descr(const std::string& descr, const std::string& where) {
  std::string_view kind = descr;
  char order = '=';
  if (begins_with_any(kind, byte_orders)) {
    order = kind.front();
    kind.remove_prefix(1);
  }
  if (begins_with_any(kind, "O")) {
    throw Error(where, "holds Python objects",
                "only the .data of an Acuity network may be a pickle; save arrays with numpy.savez");
  }
  const auto type = type_of_kind(kind);
  if (!type) {
    throw Error(where, fmt::format("unknown element type '{}'", descr.substr(0, 40)),
                "float16/32/64, int8..int64, uint8..uint64 and bool can be read");
  }
  if (order == '>' && bytes_of(*type) > 1) {
    throw Error(where, fmt::format("big-endian elements ('{}')", descr), "save it as little-endian");
  }
  return *type;
}

// The file may end anywhere.
class Reader {
 public:
  Reader(const std::uint8_t* data, std::size_t size, const std::string& where)
      : data_(data), size_(size), where_(where) {}

  const std::uint8_t* take(std::size_t bytes, const char* what) {
    if (bytes > size_) {
      throw Error(where_, fmt::format("the .npy data ends within its {}", what), "the file is truncated");
    }
    const std::uint8_t* start = data_;
    data_ += bytes;
    size_ -= bytes;
    return start;
  }
  std::size_t left() const { return size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  const std::string& where_;
};

NpyHeader read_header(Reader& reader, const std::string& where) {
  const std::uint8_t* version = reader.take(2, "version");
  if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
    throw Error(where, fmt::format("unknown .npy version {}.{}", version[0], version[1]),
                "1.0 to 3.0 can be read");
  }
  const std::size_t length_bytes = version[0] == 1 ? 2 : 4;
  const std::uint8_t* length_field = reader.take(length_bytes, "header length");
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | length_field[i];
  if (length > longest_header) {
    throw Error(where, fmt::format("an .npy header of {} bytes", length),
                fmt::format("at most {} are read", longest_header));
  }
  const std::uint8_t* text = reader.take(length, "header");
  return parse_npy_header({reinterpret_cast<const char*>(text), length}, where);
}

struct Axis {
  std::size_t length;
  std::size_t stride;  // in the file, in bytes
  std::size_t index;
};

// Walks the elements row-major; in the file the first dimension is the contiguous one.
void copy_fortran_order(Tensor& tensor, const std::uint8_t* data) {
  const auto width = static_cast<std::size_t>(bytes_of(tensor.dtype));
  std::vector<Axis> axes;
  std::size_t stride = width;
  for (const std::int64_t dim : tensor.shape) {
    axes.push_back({static_cast<std::size_t>(dim), stride, 0});
    stride *= static_cast<std::size_t>(dim);
  }
  std::size_t source = 0;
  for (std::size_t target = 0; target < tensor.bytes.size(); target += width) {
    std::memcpy(&tensor.bytes[target], data + source, width);
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      source += axis->stride;
      if (++axis->index < axis->length) break;
      source -= axis->stride * axis->length;
      axis->index = 0;
    }
  }
}

}  // namespace

bool has_npy_magic(const std::uint8_t* data, std::size_t size) {
  return size >= magic.size() && std::memcmp(data, magic.data(), magic.size()) == 0;
}

Tensor decode_elements(const NpyHeader& array, const std::uint8_t* data, std::size_t size,
                       const std::string& where) {
  const DataType type = parse_descr(array.descr, where);
  std::int64_t count = 0;
  try {
    count = element_count(array.shape);
  } catch (const Error& error) {
    throw Error(where, to_string(error.problems().front()));
  }
  // At most 2^40 elements of 8 bytes: no overflow.
  const auto needed = static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(bytes_of(type));
  if (needed != size) {
    throw Error(where,
                fmt::format("holds {} bytes of data, {} {} needs {}", size, name_of(type),
                            to_string(array.shape), needed),
                needed > size ? "the file is truncated" : "something else follows the array");
  }
  Tensor tensor(type, array.shape);
  if (array.fortran_order) {
    copy_fortran_order(tensor, data);
  } else if (needed > 0) {
    std::memcpy(tensor.bytes.data(), data, tensor.bytes.size());
  }
  return tensor;
}

Tensor decode_npy(const std::uint8_t* data, std::size_t size, const std::string& where) {
  if (!has_npy_magic(data, size))
    throw Error(where, "not an .npy array", "it does not begin with '\\x93NUMPY'");
  Reader reader(data + magic.size(), size - magic.size(), where);
  const NpyHeader header = read_header(reader, where);
  const std::size_t bytes = reader.left();
  return decode_elements(header, reader.take(bytes, "data"), bytes, where);
}

NpyObjects find_npy_objects(const std::uint8_t* data, std::size_t size, const std::string& where) {
  if (!has_npy_magic(data, size)) return {};
  Reader reader(data + magic.size(), size - magic.size(), where);
  const NpyHeader header = read_header(reader, where);
  const std::string_view descr = header.descr;
  if (!begins_with_any(descr.substr(begins_with_any(descr, byte_orders) ? 1 : 0), "O")) return {};
  return {header, size - reader.left()};
}

Bytes encode_npy(const Tensor& tensor) {
  const auto row = std::find_if(descrs.begin(), descrs.end(),
                                [&](const DescrRow& candidate) { return candidate.type == tensor.dtype; });
  const auto width = static_cast<std::size_t>(bytes_of(tensor.dtype));
  if (tensor.bytes.size() != static_cast<std::size_t>(tensor.size()) * width) {
    internal_error("a tensor whose bytes do not match its shape");
  }
  std::string header = format_npy_header({row->descr, false, tensor.shape});
  const std::size_t prefix = magic.size() + 4;  // version 1.0 and a length of two bytes
  const std::size_t total =
      (prefix + header.size() + 1 + data_alignment - 1) / data_alignment * data_alignment;
  header.append(total - prefix - header.size() - 1, ' ');
  header += '\n';
  if (header.size() > 0xFFFF) internal_error("an .npy header too long for version 1.0");
  Bytes bytes(magic.begin(), magic.end());
  for (const std::size_t field : {std::size_t{1}, std::size_t{0}, header.size() & 0xFF, header.size() >> 8}) {
    bytes.push_back(static_cast<std::uint8_t>(field));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
  return bytes;
}

Tensor read_npy(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return decode_npy(bytes.data(), bytes.size(), path.string());
}

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  write_file(path, encode_npy(tensor));
}

}  // namespace trireme
