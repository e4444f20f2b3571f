#include "detectors/sketches/hour_readers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dwell::detect {
namespace {

constexpr std::size_t kMostRecent = 1 << 13;  // visits that a row may repeat
constexpr std::size_t kBlock = 1 << 12;       // rows or visits, for which room is made at once
constexpr std::size_t kLeastRows = 1 << 12;   // that tell which pages have many
constexpr std::size_t kKeysExpected = 64;
constexpr double kSpare = 1.25;  // more members than a sample holds are looked at, so that hardly ever any are missing

/// Below it lie the hashes of somewhat more members than a sample holds, of so many rows, of which a member has some.
std::uint64_t limit_of(std::uint64_t rows, double rows_of_member) {
  const double share =
      kSpare * rows_of_member * kSampledOfOther / static_cast<double>(std::max<std::uint64_t>(1, rows));
  return static_cast<std::uint64_t>(std::min(1.0, share) * static_cast<double>(1ULL << 32));
}

/// Lists the values in [from, to], and says how many are below; the number of those listed.
std::size_t list_between(const std::uint64_t* values, std::size_t size, std::uint64_t from, std::uint64_t to,
                         std::uint64_t* listed, std::size_t& below) {
  std::size_t count = 0;
  below = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t value = values[i];
    listed[count] = value;
    below += value < from ? 1 : 0;
    count += (value >= from) & (value <= to) ? 1 : 0;
  }
  return count;
}

}  // namespace

bool HourReaders::judge(std::span<const MemberRead> rows, std::size_t least, std::size_t most_keys,
                        const Judge& judge) {
  limit_pages(rows);
  do {
    find_visits(rows);
    index_visits(least);
    if (keys_.size() > most_keys) return false;
    pick(least);
  } while (!judge_sampled(judge));
  judge_sources(judge);
  return true;
}

/// By the numbers that some of the rows tell of.
void HourReaders::limit_pages(std::span<const MemberRead> rows) {
  limits_.assign(kPageIds, 0);
  const std::size_t step = 1 + rows.size() / kLeastRows;
  for (std::size_t i = 0; i < rows.size(); i += step) limits_[page_of(rows[i])] += step;
  for (std::size_t page = 0; page < kPageIds; ++page)
    limits_[page] = limits_[page] == 0 ? kAll : limit_of(limits_[page], rows_of_member_[page]);
}

void HourReaders::find_visits(std::span<const MemberRead> rows) {
  // A value with the hash of another member is no row's.
  const std::size_t places = std::bit_ceil(std::min(kMostRecent, rows.size() + 1));
  Visit* const recent = recent_.room(places);
  std::fill_n(recent, places, Visit{0, DistinctSample::pack(~member_hash(0, salt_), 0)});
  const std::uint64_t salt = salt_;  // as no store can change it
  const std::uint64_t* const limits = limits_.data();
  Visit* const visits = visits_.room(rows.size() + 1);
  std::size_t picked = 0;
  std::size_t size = 0;
  for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
    GroupedIds::Item* const items = of_others_.room(picked, kBlock);
    for (const MemberRead& row : rows.subspan(begin, std::min(kBlock, rows.size() - begin))) {
      const std::uint32_t member = member_of(row);
      const std::uint32_t page = page_of(row);
      const std::uint32_t hash = member_hash(member, salt);
      items[picked] = {page, member};
      picked += hash < limits[page] ? 1 : 0;
      const Visit visit = {row.key, DistinctSample::pack(hash, member)};
      Visit& last = recent[hash & (places - 1)];
      const bool repeats = (last.reader == visit.reader) & (last.value == visit.value);
      last = visit;
      visits[size] = visit;
      size += repeats ? 0 : 1;
    }
  }
  visits_size_ = size;
  of_others_size_ = picked;
}

void HourReaders::index_visits(std::size_t least) {
  const std::span<Visit> visits(visits_.data(), visits_size_);
  keys_.clear(kKeysExpected);
  for (Visit& visit : visits)
    visit.reader = (visit.reader >> 32 << 32) | keys_(static_cast<std::uint32_t>(visit.reader));
  if (limits_.size() == kPageIds) {
    visits_of_key_.assign(keys_.size(), 0);
    const std::size_t step = 1 + visits.size() / kLeastRows;
    for (std::size_t i = 0; i < visits.size(); i += step)
      visits_of_key_[static_cast<std::uint32_t>(visits[i].reader)] += static_cast<std::uint32_t>(step);
    for (const std::uint32_t of_key : visits_of_key_)
      limits_.push_back(of_key == 0 ? kAll : limit_of(of_key, visits_of_member_));
  }
  const std::size_t room = std::bit_ceil(visits_size_ + 2);
  cell_shift_ = 64U - static_cast<unsigned>(std::countr_zero(room));
  std::uint8_t* const cells = cells_.room(room);
  std::fill_n(cells, room, std::uint8_t{0});
  const auto enough = static_cast<std::uint8_t>(std::min(least, kMostInCell));
  for (std::size_t i = 0, shift = cell_shift_; i < visits.size(); ++i) {
    std::uint8_t& count = cells[place_hash(visits[i].reader >> 32) >> shift];
    count = static_cast<std::uint8_t>(count + (count < enough ? 1 : 0));
  }
}

void HourReaders::pick(std::size_t least) {
  const auto visits = std::span<const Visit>(visits_.data(), visits_size_);
  const auto enough = static_cast<std::uint8_t>(std::min(least, kMostInCell));
  const std::uint8_t* const cells = cells_.data();
  const unsigned shift = cell_shift_;
  const std::uint64_t* const limits = limits_.data() + kPageIds;
  std::size_t sources = 0;
  std::size_t others = of_others_size_;
  for (std::size_t begin = 0; begin < visits.size(); begin += kBlock) {
    GroupedIds::Item* const of_sources = of_sources_.room(sources, kBlock);
    GroupedIds::Item* const of_others = of_others_.room(others, kBlock);
    for (const Visit& visit : visits.subspan(begin, std::min(kBlock, visits.size() - begin))) {
      const auto source = static_cast<std::uint32_t>(visit.reader >> 32);
      const auto key = static_cast<std::uint32_t>(visit.reader);
      const std::uint32_t member = DistinctSample::id(visit.value);
      of_sources[sources] = {source, member};
      sources += cells[place_hash(source) >> shift] >= enough ? 1 : 0;
      of_others[others] = {static_cast<std::uint32_t>(kPageIds) + key, member};
      others += visit.value >> 32 < limits[key] ? 1 : 0;
    }
  }
  of_sources_size_ = sources;
  of_others_size_ = others;
}

/// False where members are missing: then limits are higher, and those that were judged have none.
bool HourReaders::judge_sampled(const Judge& judge) {
  bool all = true;
  of_others_.order(of_others_size_, limits_.size());
  of_others_.for_each(limits_.size(), [&](std::uint32_t who, std::span<std::uint32_t> members, std::size_t items) {
    std::uint64_t& limit = limits_[who];
    const bool page = who < kPageIds;
    if (limit != 0 && limit < kAll) {
      double& repeats = page ? rows_of_member_[who] : visits_of_member_;
      if (items != 0) repeats = static_cast<double>(items) / static_cast<double>(members.size());
      if (members.size() < kSampledOfOther) {
        limit = std::min(kAll, limit * 4);
        all = false;
        return;
      }
    }
    limit = 0;
    if (members.empty()) return;
    judge(page ? EntityKind::page : EntityKind::key, page ? who : keys_.ids()[who - kPageIds],
          sample(members, kSampledOfOther));
  });
  return all;
}

void HourReaders::judge_sources(const Judge& judge) {
  sources_.clear(of_sources_size_ / 16);
  GroupedIds::Item* const items = of_sources_.items();
  for (std::size_t i = 0; i < of_sources_size_; ++i) items[i].who = sources_(items[i].who);
  of_sources_.order(of_sources_size_, sources_.size());
  of_sources_.for_each(sources_.size(), [&](std::uint32_t who, std::span<std::uint32_t> members, std::size_t) {
    judge(EntityKind::source, sources_.ids()[who], sample(members, kSampledOfSource));
  });
}

/// Those that DistinctSample would hold, in the place of all.
std::span<const std::uint32_t> HourReaders::sample(std::span<std::uint32_t> members, std::size_t most) {
  const std::size_t size = members.size();
  if (size <= most) return members;
  std::uint64_t* const values = values_.room(size);
  std::uint64_t greatest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = DistinctSample::pack(member_hash(members[i], salt_), members[i]);
    greatest = std::max(greatest, values[i]);
  }
  // Hashes lie evenly: the last of the sample is looked for among those near where it must be.
  std::uint64_t* const near = near_.room(size);
  const double part = static_cast<double>(most) / static_cast<double>(size);
  const double slack = 4 * std::sqrt(part * (1 - part) / static_cast<double>(size)) + 2 / static_cast<double>(size);
  const auto at = [&](double share) { return static_cast<std::uint64_t>(static_cast<double>(greatest) * share); };
  std::uint64_t from = at(std::max(0.0, part - slack));
  std::uint64_t to = at(std::min(1.0, part + slack));
  std::size_t below = 0;
  std::size_t count = list_between(values, size, from, to, near, below);
  if (below >= most || below + count < most) count = list_between(values, size, 0, UINT64_MAX, near, below);
  std::nth_element(near, near + (most - below - 1), near + count);
  const std::uint64_t last = near[most - below - 1];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size; ++i) {
    members[kept] = members[i];
    kept += values[i] <= last ? 1 : 0;
  }
  return members.first(kept);
}

std::uint64_t HourReaders::bytes() const {
  return recent_.bytes() + visits_.bytes() + keys_.bytes() + sources_.bytes() + cells_.bytes() + of_sources_.bytes() +
         of_others_.bytes() + values_.bytes() + near_.bytes() + limits_.capacity() * sizeof(std::uint64_t) +
         visits_of_key_.capacity() * sizeof(std::uint32_t);
}

}  // namespace dwell::detect
