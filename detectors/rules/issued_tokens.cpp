#include "detectors/rules/issued_tokens.hpp"
#include "sim/core/time.hpp"

#include <algorithm>

namespace dwell::detect {
namespace {
constexpr std::int64_t kNoWindow = INT64_MIN;

/// Saved rows stand beside pairs of a window and how many of them are its.
struct SavedRow {
  std::uint64_t token;
  std::uint64_t key_source;
};
}  // namespace

IssuedPlan IssuedPlan::of(const Descriptor& descriptor, const Setting& setting) {
  const auto per_day = static_cast<double>(setting.windows_per_day);
  IssuedPlan plan;
  plan.window_us = Duration::days(1).us / setting.windows_per_day;
  plan.lag_windows = static_cast<std::int64_t>(descriptor.parameter("lag_windows"));
  const double generation_days = descriptor.parameter("generation_hours") / 24;
  plan.generation_windows = std::max<std::int64_t>(1, static_cast<std::int64_t>(generation_days * per_day));
  plan.lifetime_windows = static_cast<std::int64_t>(descriptor.parameter("lifetime_days") * per_day);
  plan.generations =
      (plan.lifetime_windows + plan.lag_windows + plan.generation_windows - 1) / plan.generation_windows + 1;
  const double tokens = static_cast<double>(setting.events_per_day_expected) * generation_days / 4;
  plan.tokens = std::max<std::uint64_t>(1024, static_cast<std::uint64_t>(tokens / std::max(1U, setting.shards)));
  plan.bits_per_key = descriptor.parameter("bits_per_key");
  plan.hashes = static_cast<unsigned>(descriptor.parameter("hashes"));
  return plan;
}

IssuedTokens::IssuedTokens(const IssuedPlan& plan)
    : plan_(plan),
      filters_(static_cast<std::size_t>(plan.generations), Bloom(plan.tokens, plan.bits_per_key, plan.hashes)),
      window_(kNoWindow),
      first_window_(kNoWindow) {}

void IssuedTokens::observe(const WindowRows& rows, WindowTable& table) {
  // Views by value, which no store can change.
  const telemetry::AccessRows access = rows.access;
  const telemetry::AuthRows auth = rows.auth;
  if (access.empty() && auth.empty()) return;
  const std::int64_t window = window_of(access.empty() ? auth.ingest_us(0) : access.ingest_us(0));
  if (window > window_) begin_window(window, table);
  Bloom& filling = filters_[filling_];
  for (std::size_t i = 0; i < auth.size(); ++i) {
    const std::uint64_t token = auth.token(i);
    if (token == 0) continue;
    const Bloom::Walk walk(token);
    filling.add(walk);
    found_[place_of(walk)] = token;  // it will soon be asked for
  }
  std::size_t next = waiting_.size();
  waiting_.extend(access.size());
  for (std::size_t i = 0; i < access.size(); ++i) {
    const std::uint64_t token = access.token(i);
    waiting_[next] = {token, static_cast<std::uint64_t>(access.key(i)) << 32 | access.source(i), window};
    next += static_cast<unsigned>(token != 0) & static_cast<unsigned>(access.status(i) == telemetry::kStatusOk);
  }
  waiting_.drop_last(waiting_.size() - next);
}

std::int64_t IssuedTokens::window_of(std::int64_t ingest_us) const {
  // Rows come in order: nearly always this window or the next, which spares a division.
  if (window_ != kNoWindow) {
    const std::int64_t since_us = ingest_us - window_ * plan_.window_us;
    if (since_us >= 0 && since_us < 2 * plan_.window_us) return since_us < plan_.window_us ? window_ : window_ + 1;
  }
  return ingest_us / plan_.window_us;
}

void IssuedTokens::begin_window(std::int64_t window, WindowTable& table) {
  if (first_window_ == kNoWindow) first_window_ = window;
  const std::int64_t first_judged = first_window_ + plan_.lifetime_windows;
  std::size_t due = 0;
  std::size_t judged = 0;
  SparseTable::Entry* const out = table.list.extend(waiting_.size());
  for (; due < waiting_.size() && waiting_[due].window + plan_.lag_windows < window; ++due) {
    const Waiting& row = waiting_[due];
    if (row.window >= first_judged) out[judged++] = {row.key_source, issued(row.token) ? 1 : (1LL << 32) + 1};
  }
  table.list.drop_last(waiting_.size() - judged);
  waiting_.drop_first(due);
  if (window_ == kNoWindow || window >= generation_end_) begin_generation(window / plan_.generation_windows);
  window_ = window;
}

void IssuedTokens::begin_generation(std::int64_t generation) {
  const std::int64_t oldest = std::max(generation - plan_.generations + 1, generation_ + 1);
  if (window_ != kNoWindow) {
    for (std::int64_t g = oldest; g <= generation; ++g)
      filters_[static_cast<std::size_t>(g % plan_.generations)].clear();
    found_.fill(0);
  }
  set_generation(generation);
}

void IssuedTokens::set_generation(std::int64_t generation) {
  generation_ = generation;
  generation_end_ = (generation + 1) * plan_.generation_windows;
  filling_ = static_cast<std::size_t>(generation % plan_.generations);
}

bool IssuedTokens::issued(std::uint64_t token) {
  const Bloom::Walk walk(token);
  std::uint64_t& found = found_[place_of(walk)];
  if (found == token) return true;
  if (!filters_hold(walk)) return false;
  found = token;
  return true;
}

bool IssuedTokens::filters_hold(Bloom::Walk walk) const {
  // The newest first: most tokens are young.
  std::size_t slot = filling_;
  for (std::int64_t age = 0; age < plan_.generations; ++age) {
    if (filters_[slot].contains(walk)) return true;
    slot = (slot == 0 ? filters_.size() : slot) - 1;
  }
  return false;
}

void IssuedTokens::save(ByteWriter& writer) const {
  for (const Bloom& filter : filters_) filter.save(writer);
  std::vector<SavedRow> rows;
  std::vector<std::int64_t> begins;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const Waiting& row = waiting_[i];
    rows.push_back({row.token, row.key_source});
    if (begins.empty() || begins[begins.size() - 2] != row.window) begins.insert(begins.end(), {row.window, 0});
    ++begins.back();
  }
  writer.put_vector(rows);
  writer.put_vector(begins);
  writer.put(window_);
  writer.put(first_window_);
  writer.put(generation_);
}

Status IssuedTokens::restore(ByteReader& reader) {
  for (Bloom& filter : filters_) filter.restore(reader);
  found_.fill(0);  // only spares work
  const auto rows = reader.get_vector<SavedRow>();
  const auto begins = reader.get_vector<std::int64_t>();
  waiting_.clear();
  for (std::size_t span = 0; span + 1 < begins.size(); span += 2) {
    for (std::int64_t k = 0; k < begins[span + 1] && waiting_.size() < rows.size(); ++k) {
      const SavedRow& row = rows[waiting_.size()];
      waiting_.extend(1);
      waiting_[waiting_.size() - 1] = {row.token, row.key_source, begins[span]};
    }
  }
  window_ = reader.get<std::int64_t>();
  first_window_ = reader.get<std::int64_t>();
  set_generation(reader.get<std::int64_t>());
  if (!reader.failed()) return success();
  return Error{"token-issuance", "saved shard state", "it ends early", "the bytes that save wrote"};
}

std::uint64_t IssuedTokens::state_bytes() const {
  std::uint64_t bytes = sizeof *this + waiting_.bytes();
  for (const Bloom& filter : filters_) bytes += filter.bytes() + sizeof filter;
  return bytes;
}

}  // namespace dwell::detect
