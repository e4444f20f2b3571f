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

Incident::Incident(Duration window, const PageFields& legible) : window_(window), legible_(legible) {
  DWELL_DEMAND(window.us > 0, "a window must have a length");
  latest_first_.fill(kNever);
}

void Incident::observe(const Touch& touch) {
  DWELL_DEMAND(touch.time.us >= 0, "an incident cannot touch anything before the run");
  ++requests_;
  first_ = std::min(first_, touch.time);
  last_ = std::max(last_, touch.time);
  if (Exposure& newly = newly_in(touch.time); newly.touched == 0) {
    newly.touched = 1;
    ++windows_;
  }
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

Incident::Exposure& Incident::newly_in(Time time) {
  cumulative_.clear();
  const auto window = static_cast<std::size_t>(time.us / window_.us);
  if (window >= newly_.size()) newly_.resize(window + 1);
  return newly_[window];
}

/// Fields of an account that answers so far have returned.
FieldSet Incident::known_of(std::uint32_t member) const {
  FieldSet known;
  for (std::size_t page = 0; page < kDataPages; ++page) {
    if (exposed_on_[page].contains(member)) known.add(legible_[page + kPages - kDataPages]);
  }
  return known;
}

void Incident::expose(const Touch& touch) {
  const std::size_t place = place_of(touch.page);
  const std::uint32_t member = touch.member.value;
  if (exposed_on_[place].contains(member)) return;
  const FieldSet before = known_of(member);
  exposed_on_[place].insert(member);
  Exposure& newly = newly_in(touch.time);
  ++newly.by_page[place];
  ++exposed_by_page_[static_cast<std::size_t>(touch.page)];
  FieldSet fresh = legible_[static_cast<std::size_t>(touch.page)];
  fresh.remove(before);
  for (std::size_t f = 0; f < kDataFields; ++f) {
    if (!fresh.has(static_cast<DataField>(f))) continue;
    ++newly.by_field[f];
    ++exposed_by_field_[f];
  }
  if (before.empty() && !fresh.empty()) {
    ++newly.all;
    ++exposed_total_;
  }
}

const Incident::Exposure* Incident::until(Time time) const {
  if (newly_.empty() || time.us < 0) return nullptr;
  if (cumulative_.empty()) {
    cumulative_ = newly_;
    for (std::size_t w = 1; w < cumulative_.size(); ++w) {
      Exposure& sum = cumulative_[w];
      const Exposure& before = cumulative_[w - 1];
      sum.touched += before.touched;
      sum.all += before.all;
      for (std::size_t p = 0; p < kDataPages; ++p) sum.by_page[p] += before.by_page[p];
      for (std::size_t f = 0; f < kDataFields; ++f) sum.by_field[f] += before.by_field[f];
    }
  }
  const auto window = static_cast<std::size_t>(time.us / window_.us);
  return &cumulative_[std::min(window, cumulative_.size() - 1)];
}

std::uint64_t Incident::exposed_until(Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr ? 0 : exposure->all;
}

std::uint64_t Incident::windows_until(Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr ? 0 : exposure->touched;
}

std::uint64_t Incident::exposed_until(Page page, Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr || !is_member_data(page) ? 0 : exposure->by_page[place_of(page)];
}

std::uint64_t Incident::exposed_until(DataField field, Time time) const {
  const Exposure* const exposure = until(time);
  return exposure == nullptr ? 0 : exposure->by_field[static_cast<std::size_t>(field)];
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
  std::size_t total = newly_.capacity() * sizeof(Exposure) + cumulative_.capacity() * sizeof(Exposure) +
                      account_seconds_.capacity() * sizeof(std::uint32_t);
  for (const MemberSet& set : exposed_on_) total += set.bytes();
  for (const auto& known : touched_) total += known.size() * 32 + known.bucket_count() * sizeof(void*);
  return total;
}

// Of the last touch nothing is saved: without it the next one is looked up.
void Incident::save(ByteWriter& writer) const {
  writer.put(window_.us);
  writer.put(legible_);
  writer.put(requests_);
  writer.put(windows_);
  writer.put(first_.us);
  writer.put(last_.us);
  writer.put(exposed_total_);
  writer.put(exposed_by_page_);
  writer.put(exposed_by_field_);
  for (const MemberSet& set : exposed_on_) set.save(writer);
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
  const auto window_us = std::max(std::int64_t{1}, reader.get<std::int64_t>());
  *this = Incident(Duration{window_us}, reader.get<PageFields>());
  requests_ = reader.get<std::uint64_t>();
  windows_ = reader.get<std::uint64_t>();
  first_ = Time{reader.get<std::int64_t>()};
  last_ = Time{reader.get<std::int64_t>()};
  exposed_total_ = reader.get<std::uint64_t>();
  exposed_by_page_ = reader.get<decltype(exposed_by_page_)>();
  exposed_by_field_ = reader.get<decltype(exposed_by_field_)>();
  for (MemberSet& set : exposed_on_) set.restore(reader);
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
