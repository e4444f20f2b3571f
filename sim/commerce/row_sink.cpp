#include "sim/commerce/row_sink.hpp"

#include <algorithm>

#include "sim/core/random.hpp"

namespace dwell::commerce {
namespace {

using telemetry::AccessBatch;
using telemetry::AccessRow;
using telemetry::AuthBatch;
using telemetry::AuthRow;

void overwrite(AccessBatch& batch, std::size_t i, const AccessRow& row) {
#define DWELL_SET(kind, type, name, unit, sentinel, meaning) batch.name[i] = row.name;
  DWELL_ACCESS_COLUMNS(DWELL_SET)
}
void overwrite(AuthBatch& batch, std::size_t i, const AuthRow& row) {
  DWELL_AUTH_COLUMNS(DWELL_SET)
#undef DWELL_SET
}

/// Sorts the rows of each run of equal ingest times by a keyed hash of their columns.
template <class Batch>
void settle_ties(telemetry::Labelled<Batch>& labelled, std::vector<std::uint32_t>& ties, Seed seed) {
  struct Item {
    std::uint64_t hash;
    typename Batch::Row row;
    Origin origin;
  };
  std::vector<Item> run;
  Batch& batch = labelled.rows;
  std::size_t done = 0;
  for (const std::uint32_t first : ties) {
    if (first < done) continue;
    std::size_t last = first;
    run.clear();
    for (; last < batch.size() && batch.ingest_us[last] == batch.ingest_us[first]; ++last) {
      const auto row = batch.row(last);
      run.push_back({mix64(fold(row), seed.value), row, labelled.origins[last]});
    }
    std::sort(run.begin(), run.end(),
              [](const Item& a, const Item& b) { return a.hash != b.hash ? a.hash < b.hash : a.origin < b.origin; });
    for (std::size_t i = 0; i < run.size(); ++i) {
      overwrite(batch, first + i, run[i].row);
      labelled.origins[first + i] = run[i].origin;
    }
    done = last;
  }
  ties.clear();
}

/// Chains the rows from `begin` on, each with its kind. A loop of its own rather than a part of writing a row: there it
/// would need more registers than there are.
template <class Batch>
void chain(const telemetry::Labelled<Batch>& labelled, std::size_t begin, Digest (&digest)[2]) {
  for (std::size_t i = begin; i < labelled.rows.size(); ++i)
    digest[labelled.origins[i] != kBackground].add(fold(labelled.rows.row(i)));
}

}  // namespace

RowSink::RowSink(const Model& model, ShardId shard, telemetry::PartitionRows* out)
    : out_(out), access_fate_(model.access_fate()), auth_fate_(model.auth_fate()), model_(&model) {
  range_.shard = shard;
}

void RowSink::close() {
  if (!access_ties_.empty()) [[unlikely]]
    settle_ties(out_->access, access_ties_, model_->seed());
  if (!auth_ties_.empty()) [[unlikely]]
    settle_ties(out_->auth, auth_ties_, model_->seed());
  chain(out_->access, range_.access_begin, digest_);
  chain(out_->auth, range_.auth_begin, digest_);
  last_access_us_ = last_auth_us_ = -1;
  range_.access_end = static_cast<std::uint32_t>(out_->access.rows.size());
  range_.auth_end = static_cast<std::uint32_t>(out_->auth.rows.size());
  counts_.access += range_.access_end - range_.access_begin;
  counts_.auth += range_.auth_end - range_.auth_begin;
  counts_.foreign_access += out_->access.foreign - foreign_access_;
  counts_.foreign_auth += out_->auth.foreign - foreign_auth_;
  out_->shards.push_back(range_);
}

template <class Row>
std::uint32_t RowSink::Room<Row>::put(const Row& row, Origin origin) {
  if (free.empty()) {
    rows.push_back({row, origin});
    return static_cast<std::uint32_t>(rows.size() - 1);
  }
  const std::uint32_t place = free.back();
  free.pop_back();
  rows[place] = {row, origin};
  return place;
}

template <class Row>
RowSink::Waiting<Row> RowSink::Room<Row>::take(std::uint32_t place) {
  free.push_back(place);
  return rows[place];
}

Time RowSink::arrival(Time now, std::uint32_t fate, std::uint64_t what) const {
  const auto low = static_cast<std::uint32_t>(what);
  const auto high = static_cast<std::uint32_t>(what >> 32);
  return now + model_->lateness(random_block(model_->seed(), low, purpose("log.lateness"), high, fate).word[0]);
}

void RowSink::access_missing(kernel::Context& context, AccessRow row, Origin origin, std::uint32_t fate) {
  if (fate < access_fate_.lost_below) {
    ++counts_.lost;
    if (origin != kBackground) out_->unlogged.push(row, origin);
    return;
  }
  ++counts_.late;
  const Time at = arrival(context.now(), fate, fold(row));
  row.ingest_us = at.us;
  context.schedule(at, static_cast<unsigned>(protocol::Priority::late_log), late_access_.put(row, origin));
}

void RowSink::auth_missing(kernel::Context& context, AuthRow row, Origin origin, std::uint32_t fate) {
  if (fate < auth_fate_.lost_below) {
    ++counts_.lost;
    return;
  }
  ++counts_.late;
  const Time at = arrival(context.now(), fate, fold(row));
  row.ingest_us = at.us;
  context.schedule(at, static_cast<unsigned>(protocol::Priority::late_log), late_auth_.put(row, origin) | kAuthFlag);
}

void RowSink::late(std::uint32_t data) {
  if ((data & kAuthFlag) != 0) {
    const auto waiting = late_auth_.take(data & ~kAuthFlag);
    arrive(waiting.row, waiting.origin);
  } else {
    const auto waiting = late_access_.take(data);
    arrive(waiting.row, waiting.origin);
  }
}

std::size_t RowSink::bytes() const {
  return late_access_.rows.capacity() * sizeof(late_access_.rows[0]) +
         late_auth_.rows.capacity() * sizeof(late_auth_.rows[0]);
}

}  // namespace dwell::commerce
