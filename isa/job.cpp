// SPDX-License-Identifier: Apache-2.0
#include "isa/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "support/error.h"

namespace trireme {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "descriptors are little-endian and copied as they are");

namespace {

// Collects what is wrong with one descriptor.
class JobReader {
 public:
  JobReader(const std::string& where, Problems& problems) : where_(where), problems_(problems) {}

  void at_most(const char* field, unsigned value, unsigned last) {
    if (value > last)
      problems_.add(where_, fmt::format("{} is {}", field, value), fmt::format("0 to {}", last));
  }
  template <typename Word, std::size_t count>
  void unused(const Word (&words)[count]) {
    const bool zero = std::all_of(words, words + count, [](Word word) { return word == 0; });
    if (!zero)
      problems_.add(where_, "reserved words are not zero", "the file is damaged or of another version");
  }
  void unused(unsigned value) {
    if (value != 0)
      problems_.add(where_, "a reserved field is not zero", "the file is damaged or of another version");
  }
  void view(const char* which, const TensorView& view) {
    at_most(which, view.dtype, static_cast<unsigned>(DataType::boolean));
    unused(view.reserved);
  }
  void post(const PostProcessing& post) {
    at_most("requantization rule", post.rule, static_cast<unsigned>(RequantRule::tflm_single));
    at_most("ties", post.ties, static_cast<unsigned>(Ties::half_away));
    at_most("per_channel", post.per_channel, 1);
    unused(post.reserved);
  }

 private:
  const std::string& where_;
  Problems& problems_;
};

void check_fields(const NneJob& job, JobReader& reader) {
  reader.at_most("operation", job.header.operation, static_cast<unsigned>(NneOperation::matmul));
  reader.view("data type of the input", job.input);
  reader.view("data type of the output", job.output);
  reader.view("data type of the second input", job.input2);
  reader.post(job.post);
  reader.at_most("pool_type", job.pool_type, 1);
  reader.at_most("data type of the weights", job.weight_dtype, static_cast<unsigned>(DataType::boolean));
  reader.at_most("subtract", job.subtract, 1);
  reader.at_most("activation", job.activation, static_cast<unsigned>(NneActivation::table));
  reader.at_most("prefetch", job.prefetch, 1);
}

void check_fields(const TpJob& job, JobReader& reader) {
  reader.at_most("operation", job.header.operation, static_cast<unsigned>(TpOperation::lrn));
  reader.view("data type of the input", job.input);
  reader.view("data type of the output", job.output);
  reader.post(job.post);
  reader.at_most("count_include_pad", job.count_include_pad, 1);
  for (const std::uint8_t axis : job.perm) reader.at_most("perm", axis, 2);
  reader.at_most("data type of the weights", job.weight_dtype, static_cast<unsigned>(DataType::boolean));
  reader.at_most("fills", job.fills, 1);
  reader.unused(job.reserved_byte);
  reader.unused(job.reserved);
}

void check_operands(const OperandRange (&operands)[kOperandRanges], JobReader& reader) {
  for (const OperandRange& operand : operands) reader.at_most("access", operand.access, OperandRange::write);
}

void check_fields(const PpuJob& job, JobReader& reader) {
  reader.at_most("operation", job.header.operation, 0);
  check_operands(job.operands, reader);
  reader.unused(job.reserved);
}

void check_fields(const HostJob& job, JobReader& reader) {
  reader.at_most("operation", job.header.operation, 0);
  check_operands(job.operands, reader);
  reader.unused(job.reserved);
}

template <typename Descriptor>
Job decode_as(const Bytes& bytes, const std::string& where) {
  if (bytes.size() != sizeof(Descriptor)) {
    throw Error(where, fmt::format("a descriptor of {} bytes", bytes.size()),
                fmt::format("{} jobs have {}", name_of(static_cast<Engine>(bytes[0])), sizeof(Descriptor)));
  }
  Descriptor job;
  std::memcpy(&job, bytes.data(), sizeof job);
  Problems problems;
  JobReader reader(where, problems);
  reader.unused(job.header.reserved);
  check_fields(job, reader);
  problems.throw_if_any();
  return job;
}

}  // namespace

const char* name_of(Engine engine) {
  constexpr std::array<const char*, kEngines> names = {"NN", "TP", "SH", "CPU"};
  const auto index = static_cast<std::size_t>(engine);
  if (index >= names.size()) internal_error("name of an unknown engine");
  return names[index];
}

std::int32_t zero_point_of(const TensorView& view) {
  const bool unsigned16 = static_cast<DataType>(view.dtype) == DataType::uint16;
  return unsigned16 ? std::int32_t{static_cast<std::uint16_t>(view.zero_point)}
                    : std::int32_t{view.zero_point};
}

bool has_wide_sums(const TensorView& input, std::uint8_t weight_dtype) {
  return bytes_of(static_cast<DataType>(input.dtype)) > 1 ||
         bytes_of(static_cast<DataType>(weight_dtype)) > 1;
}

int bias_bytes(const TensorView& input, std::uint8_t weight_dtype) {
  return has_wide_sums(input, weight_dtype) ? 8 : 4;
}

const JobHeader& header_of(const Job& job) {
  return std::visit([](const auto& descriptor) -> const JobHeader& { return descriptor.header; }, job);
}

JobHeader& header_of(Job& job) {
  return std::visit([](auto& descriptor) -> JobHeader& { return descriptor.header; }, job);
}

// The descriptor's type decides; the engine field of the header must agree and is what gets encoded.
Engine engine_of(const Job& job) { return static_cast<Engine>(job.index()); }

Bytes encode(const Job& job) {
  if (header_of(job).engine != static_cast<std::uint8_t>(engine_of(job))) {
    internal_error("a job's header names another engine than its descriptor is for");
  }
  return std::visit(
      [](const auto& descriptor) {
        Bytes bytes(sizeof descriptor);
        std::memcpy(bytes.data(), &descriptor, sizeof descriptor);
        return bytes;
      },
      job);
}

Job decode_job(const Bytes& bytes, const std::string& where) {
  if (bytes.size() < sizeof(JobHeader)) {
    throw Error(where, fmt::format("a descriptor of {} bytes", bytes.size()), "the shortest has 192");
  }
  switch (bytes[0]) {
    case static_cast<std::uint8_t>(Engine::nne):
      return decode_as<NneJob>(bytes, where);
    case static_cast<std::uint8_t>(Engine::tp):
      return decode_as<TpJob>(bytes, where);
    case static_cast<std::uint8_t>(Engine::ppu):
      return decode_as<PpuJob>(bytes, where);
    case static_cast<std::uint8_t>(Engine::host):
      return decode_as<HostJob>(bytes, where);
    default:
      throw Error(where, fmt::format("unknown engine {}", bytes[0]), "0 is NN, 1 is TP, 2 is SH, 3 is CPU");
  }
}

}  // namespace trireme
