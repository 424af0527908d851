// SPDX-License-Identifier: Apache-2.0
#include "isa/network_binary_proto.h"

#include <fmt/format.h>

#include "support/error.h"

namespace trireme {

namespace {

constexpr std::size_t kMaxDimensions = 8;

// ---- to protobuf

std::uint32_t number_of(DataType type) { return static_cast<std::uint32_t>(type); }

void put(const Shape& shape, google::protobuf::RepeatedField<std::int64_t>* dims) {
  dims->Assign(shape.begin(), shape.end());
}

void put(const Quantization& quantization, proto::Quantization* message) {
  message->set_scheme(static_cast<std::uint32_t>(quantization.scheme));
  message->set_dtype(number_of(quantization.dtype));
  message->mutable_scale()->Assign(quantization.scale.begin(), quantization.scale.end());
  message->mutable_zero_point()->Assign(quantization.zero_point.begin(), quantization.zero_point.end());
  message->set_channel_axis(quantization.channel_axis);
  message->set_fl(quantization.fl);
  message->set_min(quantization.min);
  message->set_max(quantization.max);
}

void put(const Segment& segment, proto::Segment* message) {
  message->set_name(segment.name);
  message->set_address(segment.address);
  message->set_data(segment.bytes.data(), segment.bytes.size());
}

void put(const Buffer& buffer, proto::Buffer* message) {
  message->set_name(buffer.name);
  message->set_kind(buffer.kind);
  message->set_address(buffer.address);
  message->set_size(buffer.bytes);
  message->set_first_job(buffer.first_job);
  message->set_last_job(buffer.last_job);
}

void put(const LayerTensor& tensor, proto::LayerTensor* message) {
  message->set_value(tensor.value);
  message->set_lid(tensor.lid);
  message->set_address(tensor.address);
  put(tensor.shape, message->mutable_shape());
  message->set_dtype(number_of(tensor.dtype));
  put(tensor.quantization, message->mutable_quantization());
  message->set_row_stride(tensor.row_stride);
  message->set_plane_stride(tensor.plane_stride);
  message->set_after_job(tensor.after_job);
}

void put(const LayerSymbol& layer, proto::LayerSymbol* message) {
  message->set_lid(layer.lid);
  message->set_name(layer.name);
  message->set_op(layer.op);
  for (const std::string& lid : layer.merged) message->add_merged(lid);
  message->set_engine(layer.engine);
  message->set_reason(layer.reason);
  for (const std::string& lid : layer.inputs) message->add_inputs(lid);
  put(layer.input_shape, message->mutable_input_shape());
  put(layer.output_shape, message->mutable_output_shape());
  message->set_macs(layer.macs);
  message->set_weight_bytes(layer.weight_bytes);
  message->set_coded_bytes(layer.coded_bytes);
  for (const LayerTensor& tensor : layer.outputs) put(tensor, message->add_outputs());
}

void put(const IoTensor& tensor, proto::IoTensor* message) {
  message->set_name(tensor.name);
  message->set_lid(tensor.lid);
  message->set_address(tensor.address);
  put(tensor.shape, message->mutable_shape());
  message->set_dtype(number_of(tensor.dtype));
  put(tensor.quantization, message->mutable_quantization());
}

// ---- from protobuf

// A message with the place to blame.
class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  template <typename Enum>
  Enum one_of(std::uint32_t value, Enum last, const char* what) const {
    if (value > static_cast<std::uint32_t>(last)) fail(fmt::format("{} {}", what, value));
    return static_cast<Enum>(value);
  }

  DataType dtype(std::uint32_t value) const { return one_of(value, DataType::boolean, "data type"); }

  Shape shape(const google::protobuf::RepeatedField<std::int64_t>& dims) const {
    if (static_cast<std::size_t>(dims.size()) > kMaxDimensions)
      fail(fmt::format("{} dimensions", dims.size()));
    Shape shape(dims.begin(), dims.end());
    try {
      element_count(shape);
    } catch (const Error& error) {
      fail("shape " + to_string(shape) + ": " + error.problems()[0].what);
    }
    return shape;
  }

  Quantization quantization(const proto::Quantization& message) const {
    Quantization quantization;
    quantization.scheme = one_of(message.scheme(), Quantization::Scheme::fixed_point, "quantization scheme");
    quantization.dtype = dtype(message.dtype());
    quantization.scale.assign(message.scale().begin(), message.scale().end());
    quantization.zero_point.assign(message.zero_point().begin(), message.zero_point().end());
    quantization.channel_axis = message.channel_axis();
    quantization.fl = message.fl();
    quantization.min = message.min();
    quantization.max = message.max();
    const bool affine = quantization.scheme == Quantization::Scheme::affine;
    if (affine &&
        (quantization.scale.empty() || quantization.zero_point.size() != quantization.scale.size())) {
      fail("scales and zero points that do not match");
    }
    return quantization;
  }

  LayerTensor layer_tensor(const proto::LayerTensor& message) const {
    return {message.value(),        message.lid(),          message.address(),
            shape(message.shape()), dtype(message.dtype()), quantization(message.quantization()),
            message.row_stride(),   message.plane_stride(), message.after_job()};
  }

  LayerSymbol layer(const proto::LayerSymbol& message) const {
    LayerSymbol layer;
    layer.lid = message.lid();
    layer.name = message.name();
    layer.op = message.op();
    layer.merged.assign(message.merged().begin(), message.merged().end());
    layer.engine = message.engine();
    layer.reason = message.reason();
    layer.inputs.assign(message.inputs().begin(), message.inputs().end());
    layer.input_shape = shape(message.input_shape());
    layer.output_shape = shape(message.output_shape());
    layer.macs = message.macs();
    layer.weight_bytes = message.weight_bytes();
    layer.coded_bytes = message.coded_bytes();
    for (const proto::LayerTensor& tensor : message.outputs()) layer.outputs.push_back(layer_tensor(tensor));
    return layer;
  }

  IoTensor io_tensor(const proto::IoTensor& message) const {
    return {message.name(),         message.lid(),          message.address(),
            shape(message.shape()), dtype(message.dtype()), quantization(message.quantization())};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(where_, "holds " + what, "not written by this program; compile the network again");
  }
  std::string where_;
};

void read_memory(const proto::NetworkBinary& message, NetworkBinary& binary) {
  for (const proto::Segment& segment : message.segments()) {
    binary.segments.push_back(
        {segment.name(), segment.address(), Bytes(segment.data().begin(), segment.data().end())});
  }
  for (const proto::Buffer& buffer : message.buffers()) {
    binary.buffers.push_back({buffer.name(), buffer.kind(), buffer.address(), buffer.size(),
                              buffer.first_job(), buffer.last_job()});
  }
}

}  // namespace

void to_proto(const NetworkBinary& binary, proto::NetworkBinary& message) {
  message.set_name(binary.name);
  message.set_producer(binary.producer);
  message.set_model_hash(binary.model_hash);
  message.set_chip_name(binary.chip_name);
  message.set_chip_pid(binary.chip_pid);
  message.set_chip_yaml(binary.chip_yaml);
  message.set_rule(static_cast<std::uint32_t>(binary.rule));
  message.set_ties(static_cast<std::uint32_t>(binary.ties));
  message.set_options(binary.options);
  message.set_dram_bytes(binary.dram_bytes);
  message.set_vip_sram_bytes(binary.vip_sram_bytes);
  message.set_axi_sram_bytes(binary.axi_sram_bytes);
  for (const Segment& segment : binary.segments) put(segment, message.add_segments());
  for (const Job& job : binary.jobs) {
    const Bytes bytes = encode(job);
    message.add_jobs(bytes.data(), bytes.size());
  }
  for (const LayerSymbol& layer : binary.layers) put(layer, message.add_layers());
  for (const Buffer& buffer : binary.buffers) put(buffer, message.add_buffers());
  for (const IoTensor& tensor : binary.inputs) put(tensor, message.add_inputs());
  for (const IoTensor& tensor : binary.outputs) put(tensor, message.add_outputs());
}

NetworkBinary from_proto(const proto::NetworkBinary& message, const std::string& where) {
  const Reader reader(where);
  NetworkBinary binary;
  binary.name = message.name();
  binary.producer = message.producer();
  binary.model_hash = message.model_hash();
  binary.chip_name = message.chip_name();
  binary.chip_pid = message.chip_pid();
  binary.chip_yaml = message.chip_yaml();
  binary.rule = reader.one_of(message.rule(), RequantRule::tflm_single, "requantization rule");
  binary.ties = reader.one_of(message.ties(), Ties::half_away, "tie direction");
  binary.options = message.options();
  binary.dram_bytes = message.dram_bytes();
  binary.vip_sram_bytes = message.vip_sram_bytes();
  binary.axi_sram_bytes = message.axi_sram_bytes();
  read_memory(message, binary);
  for (const std::string& job : message.jobs()) {
    binary.jobs.push_back(
        decode_job(Bytes(job.begin(), job.end()), fmt::format("{}: job {}", where, binary.jobs.size())));
  }
  for (const proto::LayerSymbol& layer : message.layers()) binary.layers.push_back(reader.layer(layer));
  for (const proto::IoTensor& tensor : message.inputs()) binary.inputs.push_back(reader.io_tensor(tensor));
  for (const proto::IoTensor& tensor : message.outputs()) binary.outputs.push_back(reader.io_tensor(tensor));
  return binary;
}

}  // namespace trireme
