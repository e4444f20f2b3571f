#include "sim/background/slotted.hpp"

#include <algorithm>

#include "sim/protocol/messages.hpp"

namespace dwell::background {
namespace {

constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);

}  // namespace

void SlottedProcess::start(kernel::Context& context) { context.schedule(Time{}, kTimer, 0); }

void SlottedProcess::handle(kernel::Context& context, kernel::Events& events) {
  while (events.next() != nullptr) {
    const Time now = context.now();
    plan(context, {slot_, now + context.lookahead()});
    ++slot_;
    context.schedule(now + Slot::kLength, kTimer, 0);
  }
}

void SlottedProcess::save(ByteWriter& writer) const {
  writer.put(slot_);
  save_state(writer);
}

Status SlottedProcess::restore(ByteReader& reader) {
  slot_ = reader.get<std::int64_t>();
  restore_state(reader);
  return success();
}

Time moment_in(const Slot& slot, RandomStream& random) {
  // 600 s in microseconds fit 30 bits, so 32 uniform bits leave no moment out.
  return slot.begin + Duration{random.below(static_cast<std::uint32_t>(Slot::kLength.us))};
}

std::uint64_t due(std::uint64_t n, Time begin, Time end, Time at) {
  if (at <= begin) return 0;
  if (at >= end) return n;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(n) * static_cast<std::uint64_t>((at - begin).us) /
                                    static_cast<std::uint64_t>((end - begin).us));
}

Duration spread(Duration span, std::uint64_t i, std::uint64_t n, std::uint32_t bits) {
  const std::uint64_t within = to_below(bits, static_cast<std::uint32_t>(span.us));
  return {static_cast<std::int64_t>((static_cast<std::uint64_t>(span.us) * i + within) / n)};
}

void AuditOutbox::ship(Time now) {
  std::size_t kept = 0;
  for (telemetry::AuditRow& row : waiting_) {
    if (row.time_us >= now.us) {
      waiting_[kept++] = row;
      continue;
    }
    row.ingest_us = now.us;
    out_->audit.push(row, kBackground);
  }
  waiting_.resize(kept);
}

KeyChoice::KeyChoice(const std::vector<protocol::Key>& keys) {
  std::vector<double> shares;
  for (const protocol::Key& key : keys) {
    ids_.push_back(key.id);
    shares.push_back(key.share > 0 ? key.share : 1);
  }
  if (!ids_.empty()) shares_ = AliasTable(shares);
}

}  // namespace dwell::background
