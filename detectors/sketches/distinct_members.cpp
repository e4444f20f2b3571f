#include "detectors/sketches/distinct_members.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>
#include <utility>

#include "detectors/common/spread_sort.hpp"
#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kSources = 0, kNetworks = 1, kKeys = 2;
constexpr std::uint32_t kWordBits = 64;
constexpr std::uint32_t kBitsPerVisit = 4;

using Visit = SparseTable::Entry;
std::uint32_t high_half(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
std::uint32_t low_half(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint64_t halves(std::uint32_t high, std::uint32_t low) { return static_cast<std::uint64_t>(high) << 32 | low; }
std::uint32_t network_of(const Visit& visit) { return high_half(static_cast<std::uint64_t>(visit.value)); }
std::uint32_t member_of(const Visit& visit) { return low_half(static_cast<std::uint64_t>(visit.value)); }

/// Uniform over 64 bits. The low ones are a place in a bitmap, the high ones choose members when not all are heeded.
std::uint64_t hash_of(const Visit& visit) { return mix64(member_of(visit), 0x5bd1e995); }
bool heeded(const Visit& visit, std::uint32_t level) { return level == 0 || hash_of(visit) >> (64 - level) == 0; }

/// A network and a key as one id, in which small ones of the two do not fall together when the halves are folded.
constexpr int kTurn = 16;
std::uint64_t pair_id(std::uint32_t network, std::uint32_t key) { return halves(std::rotl(network, kTurn), key); }
std::uint32_t network_of_pair(std::uint64_t pair) { return std::rotr(high_half(pair), kTurn); }

/// Set bits, without the instruction for them, which not every processor has (Knuth, The Art of Computer Programming,
/// volume 4A, section 7.1.3).
std::uint32_t ones(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<std::uint32_t>(word * 0x0101010101010101 >> 56);
}

std::uint32_t rounded(double members) { return static_cast<std::uint32_t>(members + .5); }

}  // namespace

DistinctMembers::DistinctMembers(const Limits& limits) : limits_(limits) {
  DWELL_DEMAND(limits.most_visits <= kMostVisits, "bits of sketches are numbered by 32 bits");
}

void DistinctMembers::add(std::span<const SparseTable::Entry> visits) {
  if (level_ == 0) {
    visits_.insert(visits_.end(), visits.begin(), visits.end());
  } else {
    std::copy_if(visits.begin(), visits.end(), std::back_inserter(visits_),
                 [this](const Visit& visit) { return heeded(visit, level_); });
  }
  if (visits_.size() > limits_.most_visits) make_room();
}

void DistinctMembers::make_room() {
  const auto spread = [this](const Visit& visit) { return high_half(hash_of(visit) << level_); };
  const auto before = [spread](const Visit& a, const Visit& b) {
    return std::tuple(spread(a), member_of(a), a.value, a.key) < std::tuple(spread(b), member_of(b), b.value, b.key);
  };
  SpreadSort<Visit>()(visits_, spread, before);
  std::size_t kept = 0;
  std::uint32_t of_member = 0;
  for (std::size_t i = 0; i < visits_.size(); ++i) {
    const Visit visit = visits_[i];
    if (kept > 0 && member_of(visit) == member_of(visits_[kept - 1])) {
      if (visit.key == visits_[kept - 1].key && visit.value == visits_[kept - 1].value) continue;
      if (++of_member > kMostOfMember) continue;
    } else {
      of_member = 1;
    }
    visits_[kept++] = visit;
  }
  visits_.resize(kept);
  // Half of the room at least, so that it is not made again at once.
  while (visits_.size() > limits_.most_visits / 2 && level_ < kMostLevel) {
    ++level_;
    std::erase_if(visits_, [this](const Visit& visit) { return !heeded(visit, level_); });
  }
}

void DistinctMembers::end_span() {
  number_sources();
  const std::vector<PairNumbers> numbers = number_pairs();
  for (Kind& kind : kinds_) lay_out(kind);
  std::vector<PairSketches> sketches;
  sketches.reserve(numbers.size());
  for (const PairNumbers& pair : numbers)
    sketches.push_back({sketch_of(kinds_[kNetworks], pair.network), sketch_of(kinds_[kKeys], pair.key)});
  mark_visits(sketches);
  for (Kind& kind : kinds_) count_members(kind);
  // What is empty costs copies nothing.
  visits_.clear();
  words_.clear();
  large_.clear();
  registers_.clear();
  counted_level_ = std::exchange(level_, 0);
}

std::uint32_t DistinctMembers::Kind::add(std::uint32_t id, std::uint32_t visits) {
  const std::uint32_t number = index(id);
  if (number == counts.size()) counts.push_back(0);
  counts[number] += visits;
  return number;
}

void DistinctMembers::number_sources() {
  Visit* const visits = visits_.data();
  Kind& sources = kinds_[kSources];
  sources.index.clear(std::max(sources.index.size(), visits_.size() / 4));  // as many as last time, or a guess
  sources.index.number_all(
      visits_.size(), [visits](std::size_t i) { return high_half(visits[i].key); },
      [visits](std::size_t i, std::uint32_t number) { visits[i].key = halves(number, low_half(visits[i].key)); });
  sources.counts.assign(sources.index.size(), 0);
  std::uint32_t* const counts = sources.counts.data();
  for (const Visit& visit : visits_) ++counts[high_half(visit.key)];
}

std::vector<DistinctMembers::PairNumbers> DistinctMembers::number_pairs() {
  std::vector<std::uint32_t> visits_of;
  visits_of.reserve(pairs_.size());
  pairs_.clear(pairs_.size());
  for (Visit& visit : visits_) {
    const std::uint32_t pair = pairs_(pair_id(network_of(visit), low_half(visit.key)));
    if (pair == visits_of.size()) visits_of.push_back(0);
    ++visits_of[pair];
    visit.key = halves(high_half(visit.key), pair);
  }
  for (const std::size_t kind : {kNetworks, kKeys}) {
    kinds_[kind].index.clear(kinds_[kind].index.size());
    kinds_[kind].counts.clear();
  }
  std::vector<PairNumbers> numbers;
  numbers.reserve(visits_of.size());
  for (std::size_t pair = 0; pair < visits_of.size(); ++pair) {
    const std::uint64_t id = pairs_.ids()[pair];
    numbers.push_back({kinds_[kNetworks].add(network_of_pair(id), visits_of[pair]),
                       kinds_[kKeys].add(low_half(id), visits_of[pair])});
  }
  return numbers;
}

void DistinctMembers::lay_out(Kind& kind) {
  kind.first_word = static_cast<std::uint32_t>(words_.size());
  std::size_t words = words_.size() + kind.counts.size();
  for (std::uint32_t& count : kind.counts) {
    const std::uint32_t visits = count;
    if (visits * kBitsPerVisit <= kWordBits) continue;
    count = kLarge | static_cast<std::uint32_t>(large_.size());
    if (visits > limits_.registers_from) {
      large_.push_back({static_cast<std::uint32_t>(registers_.size()), kRegisters});
      registers_.emplace_back(kPrecision);
      continue;
    }
    const std::uint32_t bits = std::bit_ceil(visits * kBitsPerVisit);
    large_.push_back({static_cast<std::uint32_t>(words * kWordBits), bits - 1});
    words += bits / kWordBits;
  }
  words_.resize(words, 0);
}

DistinctMembers::Sketch DistinctMembers::sketch_of(const Kind& kind, std::uint32_t number) const {
  const std::uint32_t count = kind.counts[number];
  if ((count & kLarge) != 0) return large_[count & ~kLarge];
  return {(kind.first_word + number) * kWordBits, kWordBits - 1};
}

void DistinctMembers::mark_visits(std::span<const PairSketches> pairs) {
  std::uint64_t* const words = words_.data();
  HyperLogLog* const registers = registers_.data();
  const auto mark = [words, registers](const Sketch& sketch, std::uint64_t hash) {
    if (sketch.mask == kRegisters) {
      registers[sketch.first].add(mix64(hash));  // its high bits are none where few members are heeded
      return;
    }
    const std::uint32_t bit = sketch.first + (low_half(hash) & sketch.mask);
    words[bit / kWordBits] |= std::uint64_t{1} << bit % kWordBits;
  };
  const std::uint32_t* const counts = kinds_[kSources].counts.data();
  for (const Visit& visit : visits_) {
    const std::uint64_t hash = hash_of(visit);
    // Nearly all sources have few visits: what sketch_of would say is then known without it.
    const std::uint32_t source = high_half(visit.key), count = counts[source];
    if ((count & kLarge) != 0) [[unlikely]] {
      mark(large_[count & ~kLarge], hash);
    } else {
      words[source] |= std::uint64_t{1} << hash % kWordBits;
    }
    const PairSketches& pair = pairs[low_half(visit.key)];
    mark(pair.network, hash);
    mark(pair.key, hash);
  }
}

std::uint32_t DistinctMembers::members_of(const Sketch& sketch) const {
  if (sketch.mask == kRegisters) return rounded(registers_[sketch.first].estimate());
  const std::uint64_t* const words = &words_[sketch.first / kWordBits];
  const std::uint32_t bits = sketch.mask + 1;
  std::uint64_t set = 0;
  for (std::uint32_t i = 0; i < bits / kWordBits; ++i) set += ones(words[i]);
  return rounded(linear_count(set, bits));
}

void DistinctMembers::count_members(Kind& kind) const {
  static const std::array<std::uint32_t, kWordBits> of_word = [] {
    std::array<std::uint32_t, kWordBits> counts;
    for (std::uint32_t set = 0; set < kWordBits; ++set) counts[set] = rounded(linear_count(set, kWordBits));
    return counts;
  }();
  const std::uint64_t* word = words_.data() + kind.first_word;
  for (std::uint32_t& count : kind.counts) {
    // A word has at most kWordBits / kBitsPerVisit bits set; where no two fell together, they are as many as visits.
    count = (count & kLarge) != 0 ? members_of(large_[count & ~kLarge]) : std::min(count, of_word[ones(*word)]);
    ++word;
  }
}

std::uint64_t DistinctMembers::bytes() const {
  std::uint64_t bytes = visits_.capacity() * sizeof(Visit) + pairs_.bytes() +
                        words_.capacity() * sizeof(std::uint64_t) + large_.capacity() * sizeof(Sketch) +
                        registers_.capacity() * sizeof(HyperLogLog);
  for (const HyperLogLog& each : registers_) bytes += each.bytes();
  for (const Kind& kind : kinds_) bytes += kind.index.bytes() + kind.counts.capacity() * sizeof(std::uint32_t);
  return bytes;
}

void DistinctMembers::save(ByteWriter& writer) const {
  std::vector<Visit> visits = visits_;
  std::sort(visits.begin(), visits.end(),
            [](const Visit& a, const Visit& b) { return std::tie(a.value, a.key) < std::tie(b.value, b.key); });
  writer.put(level_);
  writer.put_vector(visits);
}

void DistinctMembers::restore(ByteReader& reader) {
  level_ = reader.get<std::uint32_t>();
  visits_ = reader.get_vector<Visit>();
  const auto is_heeded = [this](const Visit& visit) { return heeded(visit, level_); };
  if (level_ > kMostLevel || visits_.size() > limits_.most_visits ||
      !std::all_of(visits_.begin(), visits_.end(), is_heeded))
    reader.fail();
}

}  // namespace dwell::detect
