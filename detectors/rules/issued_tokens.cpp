#include "detectors/rules/issued_tokens.hpp"
#include "sim/core/time.hpp"

#include <algorithm>

namespace dwell::detect {
namespace {
constexpr std::int64_t kNoWindow = INT64_MIN;
}

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
    found_[place_of(walk)] = {token, generation_};  // it will soon be asked for
  }
  const std::size_t before = waiting_.size();
  for (std::size_t i = 0; i < access.size(); ++i) {
    const std::uint64_t token = access.token(i);
    if (token == 0 || access.status(i) != telemetry::kStatusOk) continue;
    waiting_.push_back({token, static_cast<std::uint64_t>(access.key(i)) << 32 | access.source(i)});
  }
  begins_.back() += static_cast<std::int64_t>(waiting_.size() - before);
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
  std::size_t spans = first_span_;
  for (; spans < begins_.size() && begins_[spans] + plan_.lag_windows < window; spans += 2) {
    const bool warm = begins_[spans] - first_window_ >= plan_.lifetime_windows;
    const std::size_t end = first_waiting_ + static_cast<std::size_t>(begins_[spans + 1]);
    if (warm) judge(first_waiting_, end, table);
    first_waiting_ = end;
  }
  first_span_ = spans;
  // Half of it at a time, so that what stays is moved once.
  if (first_span_ * 2 >= begins_.size()) drop_judged();
  begins_.push_back(window);
  begins_.push_back(0);
  if (window_ == kNoWindow || window >= generation_end_) begin_generation(window / plan_.generation_windows);
  window_ = window;
}

void IssuedTokens::judge(std::size_t begin, std::size_t end, WindowTable& table) {
  SparseTable::Entry* out = table.list.extend(end - begin);
  for (std::size_t i = begin; i < end; ++i)
    *out++ = {waiting_[i].key_source, issued(waiting_[i].token) ? 1 : (1LL << 32) + 1};
}

void IssuedTokens::drop_judged() {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_waiting_));
  begins_.erase(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(first_span_));
  first_waiting_ = 0;
  first_span_ = 0;
}

void IssuedTokens::begin_generation(std::int64_t generation) {
  const std::int64_t oldest = std::max(generation - plan_.generations + 1, generation_ + 1);
  if (window_ != kNoWindow) {
    for (std::int64_t g = oldest; g <= generation; ++g)
      filters_[static_cast<std::size_t>(g % plan_.generations)].clear();
  }
  set_generation(generation);
}

void IssuedTokens::set_generation(std::int64_t generation) {
  generation_ = generation;
  generation_end_ = (generation + 1) * plan_.generation_windows;
  filling_ = static_cast<std::size_t>(generation % plan_.generations);
}

bool IssuedTokens::issued(std::uint64_t token) {
  // Exactly this token was added or found before, and the filter that holds it has not been cleared since.
  const Bloom::Walk walk(token);
  Found& found = found_[place_of(walk)];
  if (found.token == token && found.generation > generation_ - plan_.generations) return true;
  // The newest first: most tokens are young.
  std::size_t slot = filling_;
  for (std::int64_t age = 0; age < plan_.generations; ++age) {
    if (filters_[slot].contains(walk)) {
      found = {token, generation_ - age};
      return true;
    }
    slot = (slot == 0 ? filters_.size() : slot) - 1;
  }
  return false;
}

void IssuedTokens::save(ByteWriter& writer) const {
  for (const Bloom& filter : filters_) filter.save(writer);
  writer.put_vector(std::vector(waiting_.begin() + static_cast<std::ptrdiff_t>(first_waiting_), waiting_.end()));
  writer.put_vector(std::vector(begins_.begin() + static_cast<std::ptrdiff_t>(first_span_), begins_.end()));
  writer.put(window_);
  writer.put(first_window_);
  writer.put(generation_);
}

Status IssuedTokens::restore(ByteReader& reader) {
  for (Bloom& filter : filters_) filter.restore(reader);
  found_.fill({});  // only spares work
  waiting_ = reader.get_vector<Waiting>();
  begins_ = reader.get_vector<std::int64_t>();
  first_waiting_ = 0;
  first_span_ = 0;
  window_ = reader.get<std::int64_t>();
  first_window_ = reader.get<std::int64_t>();
  set_generation(reader.get<std::int64_t>());
  if (!reader.failed()) return success();
  return Error{"token-issuance", "saved shard state", "it ends early", "the bytes that save wrote"};
}

std::uint64_t IssuedTokens::state_bytes() const {
  std::uint64_t bytes =
      sizeof *this + waiting_.capacity() * sizeof(Waiting) + begins_.capacity() * sizeof(std::int64_t);
  for (const Bloom& filter : filters_) bytes += filter.bytes() + sizeof filter;
  return bytes;
}

}  // namespace dwell::detect
