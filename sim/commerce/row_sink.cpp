#include "sim/commerce/row_sink.hpp"

#include <algorithm>
#include <utility>

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

/// Sorts the rows of each run of equal ingest times by a keyed hash of their columns, and adds what tells their order
/// to `sum`. Rows of the background are counted apart, so that its sum does not depend on who else is there.
template <class Batch>
void settle_ties(telemetry::Labelled<Batch>& labelled, std::vector<std::uint32_t>& ties, Seed seed,
                 std::uint64_t (&sum)[2]) {
  struct Item {
    std::uint64_t fold, hash;
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
      run.push_back({fold(row), mix64(fold(row), seed.value), row, labelled.origins[last]});
    }
    std::sort(run.begin(), run.end(),
              [](const Item& a, const Item& b) { return a.hash != b.hash ? a.hash < b.hash : a.origin < b.origin; });
    std::uint64_t place[2] = {};
    for (std::size_t i = 0; i < run.size(); ++i) {
      overwrite(batch, first + i, run[i].row);
      labelled.origins[first + i] = run[i].origin;
      const bool foreign = run[i].origin != kBackground;
      if (place[foreign] != 0) sum[foreign] += mix64(run[i].fold, place[foreign]);
      ++place[foreign];
    }
    done = last;
  }
  ties.clear();
}

}  // namespace

RowSink::RowSink(const Model& model, ShardId shard, telemetry::PartitionRows* out)
    : out_(out), access_fate_(model.access_fate()), auth_fate_(model.auth_fate()), model_(&model) {
  range_.shard = shard;
}

void RowSink::open() {
  range_.access_begin = static_cast<std::uint32_t>(out_->access.rows.size());
  range_.auth_begin = static_cast<std::uint32_t>(out_->auth.rows.size());
  foreign_access_ = out_->access.foreign;
  foreign_auth_ = out_->auth.foreign;
}

void RowSink::close() {
  const std::uint32_t begin = range_.access_begin;
  if (!access_ties_.empty()) [[unlikely]]
    settle_ties(out_->access, access_ties_, model_->seed(), sum_);
  if (!auth_ties_.empty()) [[unlikely]]
    settle_ties(out_->auth, auth_ties_, model_->seed(), sum_);
  for (std::size_t kind = 0; kind < 2; ++kind) digest_[kind].add(std::exchange(sum_[kind], 0));
  last_access_us_ = last_auth_us_ = -1;
  range_.access_end = static_cast<std::uint32_t>(out_->access.rows.size());
  range_.auth_end = static_cast<std::uint32_t>(out_->auth.rows.size());
  counts_.access += range_.access_end - begin;
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

std::int64_t RowSink::arrival_us(std::int64_t now_us, std::uint64_t what) const {
  const auto low = static_cast<std::uint32_t>(what);
  const auto high = static_cast<std::uint32_t>(what >> 32);
  return now_us + model_->lateness(random_block(model_->seed(), low, purpose("log.lateness"), high, 0).word[0]).us;
}

void RowSink::wait(std::int64_t at_us, std::uint32_t place) {
  late_.push_back({at_us, place});
  std::push_heap(late_.begin(), late_.end(), Late::after);
}

void RowSink::miss(AccessRow row, Origin origin, Fate fate) {
  if (fate == Fate::lost) {
    ++counts_.lost;
    if (origin != kBackground) out_->unlogged.push(row, origin);
    return;
  }
  ++counts_.late;
  row.ingest_us = arrival_us(row.ingest_us, fold(row));
  wait(row.ingest_us, late_access_.put(row, origin));
}

void RowSink::miss(AuthRow row, Origin origin, Fate fate) {
  if (fate == Fate::lost) {
    ++counts_.lost;
    return;
  }
  ++counts_.late;
  row.ingest_us = arrival_us(row.ingest_us, fold(row));
  wait(row.ingest_us, late_auth_.put(row, origin) | kAuthFlag);
}

void RowSink::write_late() {
  std::pop_heap(late_.begin(), late_.end(), Late::after);
  const std::uint32_t place = late_.back().place;
  late_.pop_back();
  if ((place & kAuthFlag) != 0) {
    const auto waiting = late_auth_.take(place & ~kAuthFlag);
    arrive(waiting.row, waiting.origin);
  } else {
    const auto waiting = late_access_.take(place);
    arrive(waiting.row, waiting.origin);
  }
}

}  // namespace dwell::commerce
