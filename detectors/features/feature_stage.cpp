#include "detectors/features/feature_stage.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "detectors/common/excess.hpp"
#include "detectors/features/count_entropy.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kFirstDataPage = static_cast<std::size_t>(Page::mypage);
constexpr double kShareDays = 28;
constexpr double kUsualShare = .01;
constexpr double kMinorShare = .001;
constexpr std::int64_t kHourUs = Duration::hours(1).us;

/// Places in what a block adds up. The pages come first.
enum Sum : std::size_t { status_first = kPages, lines = kPages + 4, records, nobody, answered, age_first };
constexpr std::size_t kStatuses = 4;
constexpr std::size_t kAges = 4;
static_assert(age_first + kAges == 23);

/// Marks the entries of a window's list that are sums, whose place is the rest of the key. Several may be of one place:
/// in a list they cost less than in a table of sums by key.
constexpr std::uint64_t kSumMark = std::uint64_t{1} << 63;

std::size_t status_class(std::uint16_t status) {
  if (status == telemetry::kStatusRefused) return 1;
  if (status == telemetry::kStatusForbidden) return 2;
  return 3;
}

/// What a member-data request leaves behind.
struct Visit {
  std::uint32_t network, country, key;  // cells
  SparseHash member, source;

  [[nodiscard]] SparseTable::Entry pack() const {
    return {std::uint64_t{network} | std::uint64_t{country} << 16 | std::uint64_t{key} << 32,
            static_cast<std::int64_t>(std::uint64_t{member.index << 6 | member.rank} << 32 |
                                      std::uint64_t{source.index << 6 | source.rank})};
  }
  static Visit of(const SparseTable::Entry& entry) {
    const auto hash = [](std::uint64_t word) {
      const auto low = static_cast<std::uint32_t>(word);
      return SparseHash{low >> 6, low & 63};
    };
    const auto value = static_cast<std::uint64_t>(entry.value);
    return {static_cast<std::uint32_t>(entry.key & 0xffff), static_cast<std::uint32_t>(entry.key >> 16 & 0xffff),
            static_cast<std::uint32_t>(entry.key >> 32), hash(value >> 32), hash(value)};
  }
};

double log_count(double n) { return det_log(n + .5); }
double log_odds(double n, double of) { return det_log((n + .5) / (of - n + .5)); }

double blocks_per_day(std::int64_t block_us) {
  return static_cast<double>(Duration::days(1).us) / static_cast<double>(block_us);
}

}  // namespace

Descriptor describe_feature_stage() {
  Descriptor d;
  d.name = "features";
  d.summary = "the feature vectors that learners share";
  d.pages = kAllPages;
  d.parameters = {
      {"block_minutes", 60, 10, 60, "minutes a vector stands for; they should divide an hour", Numbers::whole}};
  d.memory_bound_bytes = 256 << 10;
  d.time_bound_ns = 20;
  d.paper = "Lakhina et al. 2005 for its entropies";
  return d;
}

FeatureStage::FeatureStage(const Descriptor& descriptor)
    : Described(descriptor),
      block_us_(static_cast<std::int64_t>(parameter("block_minutes")) * Duration::minutes(1).us),
      keep_share_(Forgetting(kShareDays * blocks_per_day(block_us_)).keep(1)),
      sources_(kSourceCells),
      members_seen_(kPrecision),
      sources_seen_(kPrecision),
      sources_abroad_(kPrecision),
      home_(countries_.main()),
      season_(blocks_per_day(block_us_)) {
  visits_.reserve(kMostVisits);
}

void FeatureStage::observe(const WindowRows& rows, ShardState*, WindowTable& table) const {
  const telemetry::AccessRows access = rows.access;  // by value: no store can change it
  const std::size_t size = access.size();
  constexpr std::size_t kAtATime = 512;
  std::array<std::uint32_t, 16> pages{};  // a slot for every page and a power of two of them: no branch on a row
  static_assert(kPages <= 16);
  std::array<std::int64_t, kSums> sums{};
  std::array<std::uint32_t, kAtATime + 1> chosen;
  for (std::size_t begin = 0; begin < size; begin += kAtATime) {
    const std::size_t end = std::min(size, begin + kAtATime);
    std::size_t found = 0;
    std::uint32_t log_lines = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint8_t page = access.page(i);
      ++pages[page % 16];
      log_lines += access.log_lines(i);
      chosen[found] = static_cast<std::uint32_t>(i);
      found += page >= kFirstDataPage ? 1 : 0;
      if (const std::uint16_t status = access.status(i); status != telemetry::kStatusOk) [[unlikely]]
        ++sums[status_first + status_class(status)];
    }
    sums[lines] += log_lines;
    SparseTable::Entry* const out = table.list.extend(found);
    for (std::size_t n = 0; n < found; ++n) {
      const std::size_t i = chosen[n];
      const std::int64_t age_us = access.time_us(i) - access.token_issued_us(i);
      const std::size_t older = (age_us > kHourUs / 6) + (age_us > kHourUs) + (age_us > 24 * kHourUs);
      ++sums[age_first + older];
      const bool ok = access.status(i) == telemetry::kStatusOk;
      const std::uint16_t returned = access.records(i);
      sums[answered] += ok;
      sums[nobody] += ok && returned == 0;
      sums[records] += returned;
      out[n] = Visit{Networks::cell(access.network(i)), Countries::cell(access.country(i)), Keys::cell(access.key(i)),
                     SparseHash::of(mix64(access.member(i), 0x6d656d62)),
                     SparseHash::of(mix64(access.source(i), 0x736f7572))}
                   .pack();
    }
  }
  for (std::size_t page = 0; page < kPages; ++page) sums[page] = pages[page];
  SparseTable::Entry* const out = table.list.extend(kSums);
  for (std::size_t sum = 0; sum < kSums; ++sum) out[sum] = {kSumMark | sum, sums[sum]};
}

void FeatureStage::close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores&) {
  fresh_ = false;
  const std::span<const SparseTable::Entry> entries = table.list.entries();
  if (visits_.size() + entries.size() > kMostVisits) count_visits();
  if (visits_.size() + entries.size() <= kMostVisits) {
    for (const SparseTable::Entry& entry : entries)
      take(entry, [this](const auto& visit) { visits_.push_back(visit); });
  } else {
    for (const SparseTable::Entry& entry : entries) take(entry, [this](const auto& visit) { count(visit); });
  }
  const auto block_of = [&](std::int64_t time_us) { return time_us / block_us_; };
  if (block_of(window.end_us) == block_of(window.begin_us)) return;
  count_visits();
  // Without a past nothing is usual, so the first block says nothing of how blocks are.
  if (networks_.has_past()) {
    measure();
    constexpr std::int64_t week_hours = 168;
    const std::int64_t hour = window.begin_us / kHourUs % week_hours;
    const auto hour_of_week = static_cast<std::uint32_t>((hour + week_hours) % week_hours);
    fresh_ = season_.ready();
    if (fresh_) season_.compare(hour_of_week, vector_);
    season_.learn(hour_of_week, vector_);
  }
  networks_.learn(keep_share_);
  countries_.learn(keep_share_);
  keys_.learn(keep_share_);
  home_ = countries_.main();
  sums_.fill(0);
  std::fill(sources_.begin(), sources_.end(), 0U);
  for (HyperLogLog* sketch : {&members_seen_, &sources_seen_, &sources_abroad_}) sketch->clear();
}

template <class Visited>
void FeatureStage::take(const SparseTable::Entry& entry, Visited visited) {
  if ((entry.key & kSumMark) != 0) {
    sums_[entry.key & ~kSumMark] += entry.value;
  } else {
    visited(entry);
  }
}

void FeatureStage::count(const SparseTable::Entry& entry) {
  const Visit visit = Visit::of(entry);
  networks_.add(visit.network);
  countries_.add(visit.country);
  keys_.add(visit.key);
  ++sources_[visit.source.index & (kSourceCells - 1)];
  members_seen_.add(visit.member);
  sources_seen_.add(visit.source);
  if (visit.country != home_) sources_abroad_.add(visit.source);
}

void FeatureStage::count_visits() {
  for (const SparseTable::Entry& visit : visits_) count(visit);
  visits_.clear();
}

void FeatureStage::measure() {
  measure_sums();
  measure_member_data();
}

void FeatureStage::measure_sums() {
  std::array<double, kFeatures>& y = vector_.value;
  std::int64_t requests = 0;
  for (std::size_t page = 0; page < kPages; ++page) requests += sums_[page];
  std::int64_t failed = 0;
  for (std::size_t s = 1; s < kStatuses; ++s) failed += sums_[status_first + s];
  const auto all = static_cast<double>(requests);
  const auto data = static_cast<double>(std::accumulate(&sums_[kFirstDataPage], &sums_[kPages], std::int64_t{0}));
  const auto sum = [&](std::size_t at) { return static_cast<double>(sums_[at]); };
  const auto set = [&](FeatureId id, double value) { y[place(id)] = value; };
  for (std::size_t page = 0; page < kPages; ++page) y[page] = log_count(sum(page));
  set(FeatureId::requests, log_count(all));
  set(FeatureId::status_ok, log_count(all - static_cast<double>(failed)));
  for (std::size_t s = 1; s < kStatuses; ++s) y[place(FeatureId::status_ok) + s] = log_count(sum(status_first + s));
  for (std::size_t a = 0; a < kAges; ++a) y[place(FeatureId::age_minutes) + a] = log_count(sum(age_first + a));
  std::array<std::uint32_t, kPages> pages{};
  for (std::size_t page = 0; page < kPages; ++page) pages[page] = static_cast<std::uint32_t>(sums_[page]);
  set(FeatureId::entropy_page, count_entropy(pages));
  set(FeatureId::share_nobody, log_odds(sum(nobody), sum(answered)));
  set(FeatureId::share_member_data, log_odds(data, all));
  set(FeatureId::share_not_answered, log_odds(static_cast<double>(failed), all));
  set(FeatureId::records_per_request, sum(records) / std::max(1.0, data));
  set(FeatureId::lines_per_request, sum(lines) / std::max(1.0, all));
}

void FeatureStage::measure_member_data() {
  std::array<double, kFeatures>& y = vector_.value;
  const auto set = [&](FeatureId id, double value) { y[place(id)] = value; };
  const auto set_count = [&](FeatureId id, std::int64_t n) { set(id, log_count(static_cast<double>(n))); };
  std::int64_t data = 0;
  std::int64_t top = 0;
  const std::int64_t at_home = home_ < countries_.now().size() ? countries_.now()[home_] : 0;
  for (std::size_t c = 0; c < countries_.now().size(); ++c) {
    const std::int64_t n = countries_.now()[c];
    data += n;
    top = std::max(top, c == home_ ? 0 : n);
  }
  set_count(FeatureId::country_home, at_home);
  set_count(FeatureId::country_top_abroad, top);
  set_count(FeatureId::country_abroad, data - at_home);
  set(FeatureId::share_abroad, log_odds(static_cast<double>(data - at_home), static_cast<double>(data)));

  const std::array<std::int64_t, 2> networks = networks_.from({kUsualShare, kMinorShare});
  set_count(FeatureId::network_usual, networks[0]);
  set_count(FeatureId::network_minor, networks[1] - networks[0]);
  set_count(FeatureId::network_rare, data - networks[1]);

  const std::int64_t usual_keys = keys_.from({kUsualShare, kUsualShare})[0];
  const std::size_t main = keys_.main();
  const std::int64_t under_main = main < keys_.now().size() ? keys_.now()[main] : 0;
  set_count(FeatureId::key_main, under_main);
  set_count(FeatureId::key_usual, usual_keys - under_main);
  set_count(FeatureId::key_rare, data - usual_keys);

  const double sources = sources_seen_.estimate();
  set(FeatureId::members_distinct, log_count(members_seen_.estimate()));
  set(FeatureId::sources_distinct, log_count(sources));
  set(FeatureId::sources_abroad, log_count(sources_abroad_.estimate()));
  set(FeatureId::requests_per_source, det_log((static_cast<double>(data) + .5) / (sources + .5)));
  set(FeatureId::entropy_source, count_entropy(sources_));
  set(FeatureId::entropy_network, count_entropy(networks_.now()));
}

void FeatureStage::save(ByteWriter& writer) const {
  if (!visits_.empty()) {
    FeatureStage counted(*this);
    counted.count_visits();
    return counted.save(writer);
  }
  writer.put(sums_);
  networks_.save(writer);
  countries_.save(writer);
  keys_.save(writer);
  writer.put_vector(sources_);
  members_seen_.save(writer);
  sources_seen_.save(writer);
  sources_abroad_.save(writer);
  writer.put(static_cast<std::uint64_t>(home_));
  season_.save(writer);
}

Status FeatureStage::restore(ByteReader& reader) {
  sums_ = reader.get<std::array<std::int64_t, kSums>>();
  networks_.restore(reader);
  countries_.restore(reader);
  keys_.restore(reader);
  sources_ = reader.get_vector<std::uint32_t>();
  if (sources_.size() != kSourceCells) reader.fail();
  members_seen_.restore(reader);
  sources_seen_.restore(reader);
  sources_abroad_.restore(reader);
  home_ = static_cast<std::size_t>(reader.get<std::uint64_t>());
  season_.restore(reader);
  visits_.clear();
  fresh_ = false;
  return restored(reader);
}

std::uint64_t FeatureStage::state_bytes() const {
  return sizeof *this + sources_.capacity() * sizeof(std::uint32_t) + visits_.capacity() * sizeof(SparseTable::Entry) +
         members_seen_.bytes() + sources_seen_.bytes() + sources_abroad_.bytes() + season_.bytes();
}

}  // namespace dwell::detect
