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

void IssuedTokens::observe(const WindowRows& rows, SparseTable& table) {
  if (rows.access.empty() && rows.auth.empty()) return;
  const std::int64_t ingest_us = rows.access.empty() ? rows.auth.ingest_us(0) : rows.access.ingest_us(0);
  const std::int64_t window = ingest_us / plan_.window_us;
  if (window > window_) begin_window(window, table);
  Bloom& filling = filters_[static_cast<std::size_t>(generation_ % plan_.generations)];
  for (std::size_t i = 0; i < rows.auth.size(); ++i) {
    if (const std::uint64_t token = rows.auth.token(i); token != 0) filling.add(token);
  }
  std::int64_t added = 0;
  for (std::size_t i = 0; i < rows.access.size(); ++i) {
    if (rows.access.token(i) == 0 || rows.access.status(i) != telemetry::kStatusOk) continue;
    waiting_.push_back(
        {rows.access.token(i), static_cast<std::uint64_t>(rows.access.key(i)) << 32 | rows.access.source(i)});
    ++added;
  }
  begins_.back() += added;
}

void IssuedTokens::begin_window(std::int64_t window, SparseTable& table) {
  if (first_window_ == kNoWindow) first_window_ = window;
  std::size_t judged = 0;
  std::size_t spans = 0;
  for (; spans < begins_.size() && begins_[spans] + plan_.lag_windows < window; spans += 2) {
    const bool warm = begins_[spans] - first_window_ >= plan_.lifetime_windows;
    const std::size_t end = judged + static_cast<std::size_t>(begins_[spans + 1]);
    if (warm) {
      for (std::size_t i = judged; i < end; ++i) {
        table.add(waiting_[i].key_source, issued(waiting_[i].token) ? 1 : (1LL << 32) + 1);
      }
    }
    judged = end;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(judged));
  begins_.erase(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(spans));
  begins_.push_back(window);
  begins_.push_back(0);

  const std::int64_t generation = window / plan_.generation_windows;
  const std::int64_t oldest = std::max(generation - plan_.generations + 1, generation_ + 1);
  if (window_ != kNoWindow) {
    for (std::int64_t g = oldest; g <= generation; ++g)
      filters_[static_cast<std::size_t>(g % plan_.generations)].clear();
  }
  generation_ = generation;
  window_ = window;
}

bool IssuedTokens::issued(std::uint64_t token) {
  // Exactly this token was found before, and the filter that holds it has not been cleared since.
  const Bloom::Walk walk(token);
  Found& found = found_[walk.at >> (64 - kFoundBits)];
  if (found.token == token && found.generation > generation_ - plan_.generations) return true;
  // The newest first: most tokens are young.
  auto slot = static_cast<std::size_t>(generation_ % plan_.generations);
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
  writer.put_vector(waiting_);
  writer.put_vector(begins_);
  writer.put(window_);
  writer.put(first_window_);
  writer.put(generation_);
}

Status IssuedTokens::restore(ByteReader& reader) {
  for (Bloom& filter : filters_) filter.restore(reader);
  found_.fill({});  // only spares work
  waiting_ = reader.get_vector<Waiting>();
  begins_ = reader.get_vector<std::int64_t>();
  window_ = reader.get<std::int64_t>();
  first_window_ = reader.get<std::int64_t>();
  generation_ = reader.get<std::int64_t>();
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
