#include "detectors/sketches/member_coverage.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/common/kolmogorov.hpp"
#include "detectors/common/space_saving.hpp"
#include "detectors/common/spread_sort.hpp"
#include "detectors/sketches/distinct_sample.hpp"
#include "detectors/sketches/grouped_ids.hpp"
#include "detectors/sketches/id_distribution.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::uint32_t kMostSources = 1 << 16;
constexpr std::uint32_t kMostKeys = 1 << 10;
constexpr std::size_t kOfSource = 64;  // sampled members
constexpr std::size_t kOfOther = 1024;
constexpr std::size_t kFewRows = 1 << 13;  // of an hour, kept as they come
constexpr std::size_t kAhead = 64;         // rows whose sources are on their way into the cache
constexpr std::size_t kMostHabits = 1 << 17;
constexpr double kLeastHabit = 1;  // nats; less is no habit
constexpr double kHoursPerDay = 24;

/// The heaviest entities of one kind, with a sample of the distinct members of each.
class Followed {
 public:
  Followed(std::uint32_t entities, std::size_t members) : heavy_(entities), members_(members) {}

  void add(std::uint64_t entity, std::uint64_t member) {
    const SpaceSaving::Place place = heavy_.add(entity);
    if (place.taken) {
      if (place.at >= samples_.size()) samples_.emplace_back();
      samples_[place.at].clear();
    }
    samples_[place.at].add(member, members_, sort_);
  }
  /// In two stages, for a batch of entities each: what `add` will read comes into the cache.
  void prefetch_slot(std::uint64_t entity) const { heavy_.prefetch_slot(entity); }
  void prefetch_sample(std::uint64_t entity) const {
    const std::uint32_t at = heavy_.prefetch_counter(entity);
    if (at < samples_.size()) __builtin_prefetch(&samples_[at], 1);
  }
  /// New entities that fit without one leaving: as long as they do, order does not matter.
  [[nodiscard]] std::size_t room() const { return heavy_.room(); }
  [[nodiscard]] bool empty() const { return heavy_.counters().empty(); }
  /// Whether what `add` reads may lie outside a processor's nearer caches.
  [[nodiscard]] bool far() const { return heavy_.counters().size() > kNear; }
  /// Calls `done(entity)` for those that may have `least` members, and perhaps some with fewer, with ids in `members`,
  /// in any order and perhaps repeated.
  template <class Done>
  void for_each(std::size_t least, std::vector<std::uint32_t>& members, Done done) {
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) {
      if (samples_[at].held() < least) continue;
      samples_[at].ids(members_, sort_, members);
      done(heavy_.counters()[at].key);
    }
  }
  /// Memory of samples is kept for the next hour.
  void clear() {
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) samples_[at].clear();
    heavy_.clear();
  }

  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t bytes = heavy_.bytes() + samples_.capacity() * sizeof(DistinctSample);
    for (const DistinctSample& sample : samples_) bytes += sample.bytes();
    return bytes;
  }
  void save(ByteWriter& writer) const {
    heavy_.save(writer);
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) samples_[at].save(writer);
  }
  void restore(ByteReader& reader) {
    heavy_.restore(reader);
    samples_.assign(heavy_.counters().size(), {});
    for (DistinctSample& sample : samples_) sample.restore(reader);
  }

 private:
  static constexpr std::size_t kNear = 1 << 12;  // entities
  SpaceSaving heavy_;
  std::size_t members_;
  std::vector<DistinctSample> samples_;  // by place
  SpreadSort<std::uint64_t> sort_;       // scratch
};

class MemberCoverage final : public Described<MemberCoverage, ShardedDetector> {
 public:
  MemberCoverage(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        salt_(setting.seed.value),
        least_members_(static_cast<std::size_t>(whole("least_members"))),
        learn_(parameter("learn_days") * kHoursPerDay),
        habit_(parameter("habit_days") * kHoursPerDay),
        usual_(setting.members_expected) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      out[listed] = {static_cast<std::uint64_t>(access.source(i)) << 32 | access.key(i),
                     static_cast<std::int64_t>(access.page(i)) << 32 | access.member(i)};
      listed += access.status(i) == telemetry::kStatusOk ? 1 : 0;
    }
    table.list.drop_last(size - listed);
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const auto entries = table.list.entries();
    if (sources_.empty() && rows_.size() + entries.size() <= kFewRows) {
      rows_.insert(rows_.end(), entries.begin(), entries.end());
      if (!entries.empty()) ends_.push_back(rows_.size());
    } else {
      follow_rows();
      follow(entries);
    }
    const std::int64_t hour = window.begin_us / Duration::hours(1).us;
    if (window.end_us / Duration::hours(1).us != hour) end_hour(hour, scores);
  }

  void save(ByteWriter& writer) const override {
    if (!rows_.empty()) {  // whether an hour's rows are followed yet does not show
      MemberCoverage followed(*this);
      followed.follow_rows();
      return followed.save(writer);
    }
    usual_.save(writer);
    for (const Followed* followed : {&sources_, &keys_, &pages_}) followed->save(writer);
    habits_.save(writer);
  }
  Status restore(ByteReader& reader) override {
    forget_rows();
    usual_.restore(reader);
    for (Followed* followed : {&sources_, &keys_, &pages_}) followed->restore(reader);
    habits_.restore(reader);
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + sources_.bytes() + keys_.bytes() + pages_.bytes() + habits_.bytes() +
           rows_.capacity() * sizeof(SparseTable::Entry) + ends_.capacity() * sizeof(std::size_t) + grouped_.bytes() +
           members_.capacity() * sizeof(std::uint32_t);
  }

 private:
  struct Habit {
    double nats = 0;  // the greatest, forgotten
    std::int64_t hour = 0;
  };

  static std::uint32_t member(const SparseTable::Entry& row) { return static_cast<std::uint32_t>(row.value); }
  static std::uint64_t source(const SparseTable::Entry& row) { return row.key >> 32; }
  static std::uint64_t key(const SparseTable::Entry& row) { return row.key & 0xffffffffU; }
  static std::uint64_t page(const SparseTable::Entry& row) { return static_cast<std::uint64_t>(row.value) >> 32; }
  [[nodiscard]] std::uint64_t hashed(std::uint32_t member) const {
    return DistinctSample::pack(static_cast<std::uint32_t>(mix64(member, salt_)), member);
  }

  /// Those of the hour that were kept as they came, window by window: where entities leave, their order matters.
  void follow_rows() {
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      follow(std::span<const SparseTable::Entry>(rows_).subspan(begin, end - begin));
      begin = end;
    }
    forget_rows();
  }
  void forget_rows() {
    rows_.clear();
    ends_.clear();
  }
  void follow(std::span<const SparseTable::Entry> rows) {
    std::vector<SparseTable::Entry> ordered;
    if (rows.size() > sources_.room() || rows.size() > keys_.room()) {
      ordered.assign(rows.begin(), rows.end());
      std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
      rows = ordered;
    }
    for (; !rows.empty(); rows = rows.subspan(std::min(kAhead, rows.size())))
      count(rows.first(std::min(kAhead, rows.size())));
  }
  void count(std::span<const SparseTable::Entry> rows) {
    if (sources_.far()) {
      for (const SparseTable::Entry& row : rows) sources_.prefetch_slot(source(row));
      for (const SparseTable::Entry& row : rows) sources_.prefetch_sample(source(row));
    }
    for (const SparseTable::Entry& row : rows) {
      const std::uint64_t value = hashed(member(row));
      usual_.count(member(row));
      sources_.add(source(row), value);
      keys_.add(key(row), value);
      pages_.add(page(row), value);
    }
  }

  void end_hour(std::int64_t hour, Scores& scores) {
    // Few rows are put in order once, for all entities; more than there is room to follow go the long way.
    const bool few = sources_.empty() && order_rows();
    if (!few) follow_rows();
    if (usual_.weight() >= static_cast<double>(least_members_)) {
      if (few) {
        judge_rows<source>(EntityKind::source, kOfSource, visits_, hour, scores);
        judge_rows<key>(EntityKind::key, kOfOther, visits_, hour, scores);
        judge_rows<page>(EntityKind::page, kOfOther, rows_, hour, scores);
      } else {
        judge(sources_, EntityKind::source, hour, scores);
        judge(keys_, EntityKind::key, hour, scores);
        judge(pages_, EntityKind::page, hour, scores);
      }
      habits_.prune(kMostHabits, [](const Habit& habit) { return habit.nats; });
    }
    for (const SparseTable::Entry& row : rows_) usual_.count(member(row));
    usual_.learn(learn_.keep(1));
    forget_rows();
    if (few) return;
    for (Followed* followed : {&sources_, &keys_, &pages_}) followed->clear();
  }
  /// Puts the hour's rows in order of member; false when there may be too many keys to follow.
  bool order_rows() {
    if (rows_.size() > kMostKeys) {
      grouped_.group<key, member>(std::span<const SparseTable::Entry>(rows_));
      if (grouped_.entities() > kMostKeys) return false;
    }
    sort_rows_(
        rows_, [&](const SparseTable::Entry& row) { return usual_.spread(member(row)); },
        [](const SparseTable::Entry& a, const SparseTable::Entry& b) { return member(a) < member(b); });
    // A member's pages in a row, from one source and under one key, are one visit to them.
    visits_.resize(rows_.size());
    std::size_t visits = 0;
    for (const SparseTable::Entry& row : rows_) {
      const SparseTable::Entry& last = visits_[visits - (visits != 0 ? 1 : 0)];
      const bool repeats = (visits != 0) & (last.key == row.key) & (member(last) == member(row));
      visits -= repeats ? 1 : 0;
      visits_[visits++] = row;
    }
    visits_.resize(visits);
    return true;
  }
  /// Judges the entities of one kind by rows in order of member; by a sample where they have more members than `most`.
  template <auto Entity>
  void judge_rows(EntityKind kind, std::size_t most, std::span<const SparseTable::Entry> rows, std::int64_t hour,
                  Scores& scores) {
    grouped_.group<Entity, member>(rows);
    grouped_.for_each([&](std::uint64_t id, std::span<const std::uint32_t> members) {
      if (members.size() > most) members = sample(members, most);
      judge(kind, id, members, hour, scores);
    });
  }
  /// Those that DistinctSample would hold.
  std::span<const std::uint32_t> sample(std::span<const std::uint32_t> members, std::size_t most) {
    hashes_.clear();
    for (const std::uint32_t id : members) hashes_.push_back(hashed(id));
    std::nth_element(hashes_.begin(), hashes_.begin() + static_cast<std::ptrdiff_t>(most - 1), hashes_.end());
    const std::uint64_t last = hashes_[most - 1];
    members_.clear();
    std::copy_if(members.begin(), members.end(), std::back_inserter(members_),
                 [&](std::uint32_t id) { return hashed(id) <= last; });
    return members_;
  }
  void judge(Followed& followed, EntityKind kind, std::int64_t hour, Scores& scores) {
    followed.for_each(least_members_, members_, [&](std::uint64_t id) {
      sort_ids_(
          members_, [&](std::uint32_t member) { return usual_.spread(member); }, std::less<std::uint32_t>());
      members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
      judge(kind, id, members_, hour, scores);
    });
  }
  void judge(EntityKind kind, std::uint64_t id, std::span<const std::uint32_t> members, std::int64_t hour,
             Scores& scores) {
    if (members.size() < least_members_) return;
    const auto n = static_cast<double>(members.size());
    const double of_two = n * usual_.weight() / (n + usual_.weight());
    const double nats = kolmogorov_nats(of_two, usual_.distance(members));
    const std::uint64_t tag = static_cast<std::uint64_t>(kind) << 32 | id;
    Habit* habit = habits_.find(tag);
    const double expected = habit == nullptr ? 0 : habit->nats * habit_.keep(hour - habit->hour);
    scores.emit({kind, id}, nats - expected);
    if (nats < std::max(kLeastHabit, expected)) return;
    if (habit == nullptr) habit = &habits_.at(tag);
    *habit = {nats, hour};
  }

  std::uint64_t salt_;
  std::size_t least_members_;
  Forgetting learn_;
  Forgetting habit_;
  IdDistribution usual_;
  Followed sources_{kMostSources, kOfSource};
  Followed keys_{kMostKeys, kOfOther};
  Followed pages_{kPages, kOfOther};
  FlatMap<Habit> habits_;                   // by kind and id
  std::vector<SparseTable::Entry> rows_;    // of the hour, while they are few: nobody is followed then
  std::vector<std::size_t> ends_;           // in rows_, of windows that have any
  std::vector<SparseTable::Entry> visits_;  // scratch, as is the rest
  GroupedIds grouped_;
  std::vector<std::uint32_t> members_;
  std::vector<std::uint64_t> hashes_;
  SpreadSort<std::uint32_t> sort_ids_;
  SpreadSort<SparseTable::Entry> sort_rows_;
};

}  // namespace

Descriptor describe_member_coverage() {
  Descriptor d;
  d.name = "member-coverage";
  d.summary = "sources, keys and pages whose member ids are a sweep and not a sample of the members";
  d.parameters = {
      {"least_members", 8, 4, 1e6, "distinct members in an hour below which nobody is judged", Numbers::whole},
      {"learn_days", 14, 1, 365, "time constant of the distribution of ids"},
      {"habit_days", 90, 1, 3650, "time constant of an entity's own greatest evidence"},
  };
  d.memory_bound_bytes = 160ULL << 20;
  d.time_bound_ns = 1000;
  d.names_sources = true;
  d.paper = "Kolmogorov 1933; Metwally et al. 2005";
  d.check = "on uniform ids the statistic has Kolmogorov's distribution";
  return d;
}

std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<MemberCoverage>(descriptor, setting);
}

}  // namespace dwell::detect
