#pragma once
// What jobs have in common that read member pages with service or partner keys.

#include "sim/background/slotted.hpp"
#include "sim/background/surroundings.hpp"

namespace dwell::background {

/// A slotted process that reads through the gateway and whose reads are audited.
class ServiceJobs : public SlottedProcess {
 protected:
  struct Read {
    Time token_issued;
    MemberId member;
    protocol::Subscriber from;
    Page page = Page::address;
    bool issued = true;  ///< whether the token's issuance is on record
    KeyId key;
    TokenId token;
  };

  ServiceJobs(std::string name, const Surroundings& around, telemetry::PlatformRows* out)
      : SlottedProcess(std::move(name)), around_(around), audit_(out) {}

  /// Host number `ordinal` of a network of this kind, chosen by 32 uniform bits.
  [[nodiscard]] protocol::Subscriber host(protocol::NetworkKind kind, std::uint32_t bits, std::uint32_t ordinal) const;
  [[nodiscard]] MemberId draw_member(RandomStream& random, double stale) const {
    return random.uniform() < stale ? draw_stale(around_, random) : draw_existing(around_, random);
  }
  void read(kernel::Context& context, Time at, const Read& what);
  void save_state(ByteWriter& writer) const override { audit_.save(writer); }
  void restore_state(ByteReader& reader) override { audit_.restore(reader); }

  Surroundings around_;
  AuditOutbox audit_;
};

}  // namespace dwell::background
