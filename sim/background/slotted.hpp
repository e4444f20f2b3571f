#pragma once
// The common shape of background processes: a timer every ten minutes, at which the next ten minutes are planned.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/core/tables.hpp"
#include "sim/kernel/process.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::background {

/// Ten minutes of planning: [begin, begin + kSlot), one lookahead after the timer that plans them.
struct Slot {
  static constexpr Duration kLength = Duration::minutes(10);
  static constexpr std::int64_t kPerDay = Duration::days(1) / kLength;
  std::int64_t index = 0;
  Time begin;
  [[nodiscard]] std::size_t hour() const { return static_cast<std::size_t>(begin.hour() % 24); }
  [[nodiscard]] Time end() const { return begin + kLength; }
};

/// Calls `plan` once a slot from the run's start. A timer of the lower class: 144 events a day, no cost in between.
class SlottedProcess : public kernel::Process {
 public:
  explicit SlottedProcess(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string_view name() const final { return name_; }
  void start(kernel::Context& context) final;
  void handle(kernel::Context& context, kernel::Events& events) final;
  [[nodiscard]] bool every_window() const final { return false; }
  void save(ByteWriter& writer) const final;
  Status restore(ByteReader& reader) final;

 protected:
  virtual void plan(kernel::Context& context, const Slot& slot) = 0;
  /// What changes from slot to slot, beside the slot's number; nothing unless overridden.
  virtual void save_state(ByteWriter&) const {}
  virtual void restore_state(ByteReader&) {}

 private:
  std::string name_;
  std::int64_t slot_ = 0;
};

/// A moment of the slot, uniform.
Time moment_in(const Slot& slot, RandomStream& random);

/// n events in all of a job that lasts from `begin` to `end`, of which those due before `at` (whole numbers, no drift).
std::uint64_t due(std::uint64_t n, Time begin, Time end, Time at);

/// Offset of event i of n that are spread over `span` (at most an hour) in their order, one in each n-th part.
Duration spread(Duration span, std::uint64_t i, std::uint64_t n, std::uint32_t bits);

/// Audit rows of reads planned ahead, shipped at the first timer after the read, as an audit log is collected.
class AuditOutbox {
 public:
  explicit AuditOutbox(telemetry::PlatformRows* out) : out_(out) {}
  void add(const telemetry::AuditRow& row) {
    if (out_ != nullptr) waiting_.push_back(row);
  }
  /// Emits the rows of reads before `now`, ingested now.
  void ship(Time now);
  void save(ByteWriter& writer) const { writer.put_vector(waiting_); }
  void restore(ByteReader& reader) { waiting_ = reader.get_vector<telemetry::AuditRow>(); }

 private:
  telemetry::PlatformRows* out_;
  std::vector<telemetry::AuditRow> waiting_;
};

/// Chooses among keys by their shares.
class KeyChoice {
 public:
  KeyChoice() = default;
  explicit KeyChoice(const std::vector<protocol::Key>& keys);
  [[nodiscard]] bool empty() const { return ids_.empty(); }
  /// `bits` are 32 uniform bits; no key (0) when empty.
  [[nodiscard]] KeyId draw(std::uint32_t bits) const { return ids_.empty() ? KeyId{0} : ids_[shares_.draw(bits)]; }

 private:
  std::vector<KeyId> ids_;
  AliasTable shares_;
};

}  // namespace dwell::background
