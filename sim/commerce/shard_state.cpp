// State of a shard between windows, and back. Members are not saved: they follow from the model.

#include "sim/commerce/shard.hpp"
#include "sim/core/check.hpp"

namespace dwell::commerce {
namespace {

#define DWELL_PUT(kind, type, name, unit, sentinel, meaning) writer.put(row.name);
#define DWELL_GET(kind, type, name, unit, sentinel, meaning) row.name = reader.get<type>();
void save_row(ByteWriter& writer, const telemetry::AccessRow& row) { DWELL_ACCESS_COLUMNS(DWELL_PUT) }
void save_row(ByteWriter& writer, const telemetry::AuthRow& row) { DWELL_AUTH_COLUMNS(DWELL_PUT) }
void restore_row(ByteReader& reader, telemetry::AccessRow& row) { DWELL_ACCESS_COLUMNS(DWELL_GET) }
void restore_row(ByteReader& reader, telemetry::AuthRow& row) { DWELL_AUTH_COLUMNS(DWELL_GET) }
#undef DWELL_PUT
#undef DWELL_GET

/// Rows on their way, in their places, with those that are free: what refers to a row does so by its place.
template <class Room>
void save_room(ByteWriter& writer, const Room& room) {
  writer.put(static_cast<std::uint64_t>(room.rows.size()));
  for (const auto& waiting : room.rows) {
    save_row(writer, waiting.row);
    writer.put(waiting.origin);
  }
  writer.put_vector(room.free);
}

template <class Room>
void restore_room(ByteReader& reader, Room& room) {
  room.rows.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    auto& waiting = room.rows.emplace_back();
    restore_row(reader, waiting.row);
    waiting.origin = reader.get<Origin>();
  }
  room.free = reader.get_vector<std::uint32_t>();
}

}  // namespace

void RowSink::save(ByteWriter& writer) const {
  writer.put(last_access_us_);
  writer.put(last_auth_us_);
  for (const Digest& digest : digest_) writer.put(digest.value);
  writer.put(counts_);
  save_room(writer, late_access_);
  save_room(writer, late_auth_);
  writer.put(static_cast<std::uint64_t>(late_.size()));
  for (const Late& late : late_) {
    writer.put(late.at_us);
    writer.put(late.place);
  }
}

void RowSink::restore(ByteReader& reader) {
  last_access_us_ = reader.get<std::int64_t>();
  last_auth_us_ = reader.get<std::int64_t>();
  for (Digest& digest : digest_) digest.value = reader.get<std::uint64_t>();
  counts_ = reader.get<RowCounts>();
  restore_room(reader, late_access_);
  restore_room(reader, late_auth_);
  late_.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    const auto at_us = reader.get<std::int64_t>();
    late_.push_back({at_us, reader.get<std::uint32_t>()});
  }
}

void Shard::save(ByteWriter& writer) const {
  DWELL_DEMAND(timetable_.has_value(), "a shard is saved before it was started");
  writer.put(timetable_->window_length().us);
  timetable_->save(writer);
  sessions_.save(writer);
  keys_.save(writer);
  rows_.save(writer);
  writer.put(next_day_);
  writer.put(next_hour_);
  for (const std::vector<Start>& starts : hours_) writer.put_vector(starts);
  writer.put(stats_.sessions);
  writer.put(stats_.visits);
  writer.put(stats_.member_days);
  writer.put(stats_.requests);
  writer.put(stats_.logins);
}

Status Shard::restore(ByteReader& reader) {
  const Duration window{reader.get<std::int64_t>()};
  if (window.us < 1 || window.us > (std::int64_t{1} << 32)) {
    return Error{"", name_, "windows of " + std::to_string(window.us) + " us", "1 to 2^32 us"};
  }
  timetable_.emplace(window, kHorizonWindows);
  timetable_->restore(reader);
  sessions_.restore(reader);
  keys_.restore(reader);
  rows_.restore(reader);
  next_day_ = reader.get<std::int64_t>();
  next_hour_ = reader.get<std::int64_t>();
  for (std::vector<Start>& starts : hours_) starts = reader.get_vector<Start>();
  stats_.sessions = reader.get<std::uint64_t>();
  stats_.visits = reader.get<std::uint64_t>();
  stats_.member_days = reader.get<std::uint64_t>();
  stats_.requests = reader.get<std::uint64_t>();
  stats_.logins = reader.get<std::uint64_t>();
  return success();
}

}  // namespace dwell::commerce
