#pragma once
// The key ring: which keys exist when the run starts, what they are for and who owns them. Built by sim/workforce, read
// by all.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/time.hpp"
#include "sim/protocol/segments.hpp"

namespace dwell::protocol {

struct Key {
  KeyId id;
  KeyUse use = KeyUse::token_signing;
  StaffId owner;            ///< 0: nobody
  Time created;             ///< usually before the run, so negative
  double share = 0;         ///< of the legitimate tokens of its use that it signs; 0: trusted but not used
  bool owner_left = false;  ///< orphaned when the run starts
  bool insider = false;     ///< the key the insider of the scenario kept; known to assembly and truth only
  bool retired = false;     ///< replaced by another key or revoked

  void save(ByteWriter& writer) const {
    writer.put(id.value);
    writer.put(use);
    writer.put(owner.value);
    writer.put(created.us);
    writer.put(share);
    writer.put(owner_left);
    writer.put(insider);
    writer.put(retired);
  }
  void restore(ByteReader& reader) {
    id = {reader.get<std::uint32_t>()};
    use = reader.get<KeyUse>();
    owner = {reader.get<std::uint32_t>()};
    created = Time{reader.get<std::int64_t>()};
    share = reader.get<double>();
    owner_left = reader.get<bool>();
    insider = reader.get<bool>();
    retired = reader.get<bool>();
  }
};

struct KeyRing {
  std::vector<Key> keys;
  ReachTable reach = {};  ///< what a key of each use reaches
  /// The insider's key, or keys.size() when the scenario has none.
  [[nodiscard]] std::size_t insider() const {
    std::size_t i = 0;
    while (i < keys.size() && !keys[i].insider) ++i;
    return i;
  }
};

}  // namespace dwell::protocol
