#include "sim/truth/incident.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/check.hpp"

namespace dwell::truth {

bool MemberSet::insert(std::uint32_t id) {
  const std::size_t word = id / 64;
  if (word >= words_.size()) words_.resize(std::max<std::size_t>(word + 1, words_.size() + words_.size() / 4));
  const std::uint64_t bit = std::uint64_t{1} << (id % 64);
  const bool fresh = (words_[word] & bit) == 0;
  words_[word] |= bit;
  return fresh;
}

bool MemberSet::contains(std::uint32_t id) const {
  const std::size_t word = id / 64;
  return word < words_.size() && (words_[word] >> (id % 64) & 1) != 0;
}

Incident::Incident(Duration window) : window_(window) {
  DWELL_DEMAND(window.us > 0, "a window must have a length");
  latest_first_.fill(kNever);
}

void Incident::observe(const Touch& touch) {
  DWELL_DEMAND(touch.time.us >= 0, "an incident cannot touch anything before the run");
  ++requests_;
  first_ = std::min(first_, touch.time);
  last_ = std::max(last_, touch.time);
  touch_entity(Kind::key, touch.key.value, touch.time);
  touch_entity(Kind::source, touch.source.value, touch.time);
  touch_entity(Kind::network, touch.network.value, touch.time);
  touch_entity(Kind::country, touch.country.value, touch.time);
  touch_entity(Kind::page, static_cast<std::uint32_t>(touch.page), touch.time);
  touch_account(touch.member.value, touch.time);
  if (touch.records != 0 && is_member_data(touch.page)) expose(touch);
}

void Incident::touch_entity(Kind kind, std::uint32_t id, Time time) {
  const auto k = static_cast<std::size_t>(kind);
  if (latest_first_[k] <= time && latest_id_[k] == id) return;
  const auto [found, fresh] = touched_[k].try_emplace(id, time);
  if (!fresh) found->second = std::min(found->second, time);
  latest_id_[k] = id;
  latest_first_[k] = found->second;
}

void Incident::touch_account(std::uint32_t id, Time time) {
  if (id >= account_seconds_.size()) {
    account_seconds_.resize(
        std::max<std::size_t>(std::size_t{id} + 1, account_seconds_.size() + account_seconds_.size() / 4), kUntouched);
  }
  const std::int64_t seconds = time.us / Duration::seconds(1).us;
  DWELL_DEMAND(seconds < kUntouched, "a run longer than 136 years");
  std::uint32_t& earliest = account_seconds_[id];
  if (earliest == kUntouched) ++accounts_;
  earliest = std::min(earliest, static_cast<std::uint32_t>(seconds));
}

void Incident::expose(const Touch& touch) {
  const std::size_t field = field_of(touch.page);
  const bool fresh_field = exposed_field_[field].insert(touch.member.value);
  const bool fresh = exposed_.insert(touch.member.value);
  if (!fresh_field) return;
  const auto window = static_cast<std::size_t>(touch.time.us / window_.us);
  if (window >= newly_.size()) newly_.resize(window + 1);
  ++newly_[window].by_field[field];
  ++exposed_by_page_[static_cast<std::size_t>(touch.page)];
  if (fresh) {
    ++newly_[window].all;
    ++exposed_total_;
  }
  cumulative_.clear();
}

const Incident::Exposure* Incident::until(Time time) const {
  if (newly_.empty() || time.us < 0) return nullptr;
  if (cumulative_.empty()) {
    cumulative_ = newly_;
    for (std::size_t w = 1; w < cumulative_.size(); ++w) {
      cumulative_[w].all += cumulative_[w - 1].all;
      for (std::size_t f = 0; f < kFields; ++f) cumulative_[w].by_field[f] += cumulative_[w - 1].by_field[f];
    }
  }
  const auto window = static_cast<std::size_t>(time.us / window_.us);
  return &cumulative_[std::min(window, cumulative_.size() - 1)];
}

std::uint64_t Incident::exposed_until(Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr ? 0 : exposure->all;
}

std::uint64_t Incident::exposed_until(Page page, Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr || !is_member_data(page) ? 0 : exposure->by_field[field_of(page)];
}

Time Incident::first_touch(Kind kind, std::uint64_t id) const {
  if (kind == Kind::account) {
    if (id >= account_seconds_.size() || account_seconds_[id] == kUntouched) return kNever;
    return Time{} + Duration::seconds(account_seconds_[id]);
  }
  if (id > UINT32_MAX) return kNever;
  const auto& known = touched_[static_cast<std::size_t>(kind)];
  const auto found = known.find(static_cast<std::uint32_t>(id));
  return found == known.end() ? kNever : found->second;
}

bool Incident::belongs(Kind kind, std::uint64_t id, Time up_to) const {
  const Time touched = first_touch(kind, id);
  return touched != kNever && touched <= up_to;
}

std::uint64_t Incident::entities(Kind kind) const {
  return kind == Kind::account ? accounts_ : touched_[static_cast<std::size_t>(kind)].size();
}

std::size_t Incident::bytes() const {
  std::size_t total = exposed_.bytes() + newly_.capacity() * sizeof(Exposure) +
                      cumulative_.capacity() * sizeof(Exposure) + account_seconds_.capacity() * sizeof(std::uint32_t);
  for (const MemberSet& set : exposed_field_) total += set.bytes();
  for (const auto& known : touched_) total += known.size() * 32 + known.bucket_count() * sizeof(void*);
  return total;
}

// Of the last touch nothing is saved: without it the next one is looked up.
void Incident::save(ByteWriter& writer) const {
  writer.put(window_.us);
  writer.put(requests_);
  writer.put(first_.us);
  writer.put(last_.us);
  writer.put(exposed_total_);
  writer.put(exposed_by_page_);
  exposed_.save(writer);
  for (const MemberSet& set : exposed_field_) set.save(writer);
  writer.put_vector(newly_);
  for (const auto& known : touched_) {
    std::vector<std::pair<std::uint32_t, Time>> sorted(known.begin(), known.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::uint32_t> ids;
    std::vector<std::int64_t> times_us;
    for (const auto& [id, time] : sorted) {
      ids.push_back(id);
      times_us.push_back(time.us);
    }
    writer.put_vector(ids);
    writer.put_vector(times_us);
  }
  writer.put_vector(account_seconds_);
  writer.put(accounts_);
}

void Incident::restore(ByteReader& reader) {
  *this = Incident(Duration{std::max(std::int64_t{1}, reader.get<std::int64_t>())});
  requests_ = reader.get<std::uint64_t>();
  first_ = Time{reader.get<std::int64_t>()};
  last_ = Time{reader.get<std::int64_t>()};
  exposed_total_ = reader.get<std::uint64_t>();
  exposed_by_page_ = reader.get<decltype(exposed_by_page_)>();
  exposed_.restore(reader);
  for (MemberSet& set : exposed_field_) set.restore(reader);
  newly_ = reader.get_vector<Exposure>();
  for (auto& known : touched_) {
    const auto ids = reader.get_vector<std::uint32_t>();
    const auto times_us = reader.get_vector<std::int64_t>();
    for (std::size_t i = 0; i < std::min(ids.size(), times_us.size()); ++i) known.emplace(ids[i], Time{times_us[i]});
  }
  account_seconds_ = reader.get_vector<std::uint32_t>();
  accounts_ = reader.get<std::uint64_t>();
}

}  // namespace dwell::truth
