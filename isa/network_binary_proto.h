// SPDX-License-Identifier: Apache-2.0
// Inside isa only: the structs of network_binary.h as protobuf messages and back.
#pragma once

#include <string>

#include "isa/network_binary.h"
#include "tnb.pb.h"

namespace trireme {

void to_proto(const NetworkBinary& binary, proto::NetworkBinary& message);
// Error: an unknown type, scheme, rule or job, a shape that cannot be; `version` is not part of the message.
NetworkBinary from_proto(const proto::NetworkBinary& message, const std::string& where);

}  // namespace trireme
