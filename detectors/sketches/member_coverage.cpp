#include "detectors/sketches/member_coverage.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/common/kolmogorov.hpp"
#include "detectors/common/spread_sort.hpp"
#include "detectors/sketches/followed.hpp"
#include "detectors/sketches/hour_readers.hpp"
#include "detectors/sketches/id_distribution.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::uint32_t kMostSources = 1 << 16;
constexpr std::uint32_t kMostKeys = 1 << 10;
constexpr std::size_t kMostRows = 1 << 20;
constexpr std::size_t kAhead = 64;  // rows whose sources are on their way into the cache
constexpr std::size_t kMostHabits = 1 << 17;
constexpr double kLeastHabit = 1;  // nats; less is no habit
constexpr double kHoursPerDay = 24;

class MemberCoverage final : public Described<MemberCoverage, ShardedDetector> {
 public:
  MemberCoverage(const Descriptor& descriptor, const Setting& setting, std::size_t most_rows)
      : Described(descriptor),
        most_rows_(most_rows),
        salt_(setting.seed.value),
        least_members_(static_cast<std::size_t>(whole("least_members"))),
        learn_(parameter("learn_days") * kHoursPerDay),
        habit_(parameter("habit_days") * kHoursPerDay),
        usual_(setting.members_expected) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    MemberRead* const out = table.list.extend(size);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      out[listed] = member_read(access.source(i), access.key(i), access.page(i), access.member(i));
      listed += access.status(i) == telemetry::kStatusOk ? 1 : 0;
    }
    table.list.drop_last(size - listed);
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const auto entries = table.list.entries();
    if (sources_.empty() && rows_.size() + entries.size() <= most_rows_) {
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
    // Rows of a window are saved in order, so that equal states save equal bytes.
    std::vector<MemberRead> rows = rows_;
    std::size_t begin = 0;
    for (const std::uint64_t end : ends_) {
      std::sort(
          rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end),
          [](const MemberRead& a, const MemberRead& b) { return std::tie(a.key, a.value) < std::tie(b.key, b.value); });
      begin = end;
    }
    writer.put_vector(rows);
    writer.put_vector(ends_);
    usual_.save(writer);
    for (const Followed* followed : {&sources_, &keys_, &pages_}) followed->save(writer);
    habits_.save(writer);
  }
  Status restore(ByteReader& reader) override {
    rows_ = reader.get_vector<MemberRead>();
    ends_ = reader.get_vector<std::uint64_t>();
    std::uint64_t rows = 0;
    for (const std::uint64_t end : ends_) {
      if (end < rows) reader.fail();
      rows = end;
    }
    if (rows != rows_.size()) reader.fail();
    const auto no_page = [](const MemberRead& row) { return page_of(row) >= kPages; };
    if (std::any_of(rows_.begin(), rows_.end(), no_page)) reader.fail();
    usual_.restore(reader);
    for (Followed* followed : {&sources_, &keys_, &pages_}) followed->restore(reader);
    habits_.restore(reader);
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + sources_.bytes() + keys_.bytes() + pages_.bytes() + habits_.bytes() +
           rows_.capacity() * sizeof(MemberRead) + ends_.capacity() * sizeof(std::uint64_t) + readers_.bytes() +
           members_.capacity() * sizeof(std::uint32_t);
  }

 private:
  struct Habit {
    double nats = 0;  // the greatest, forgotten
    std::int64_t hour = 0;
  };

  /// Those of the hour that were kept as they came, window by window: where entities leave, their order matters.
  void follow_rows() {
    std::size_t begin = 0;
    for (const std::uint64_t end : ends_) {
      follow(std::span<const MemberRead>(rows_).subspan(begin, end - begin));
      begin = end;
    }
    forget_rows();
  }
  void forget_rows() {
    rows_.clear();
    ends_.clear();
  }
  void follow(std::span<const MemberRead> rows) {
    std::vector<MemberRead> ordered;
    if (rows.size() > sources_.room() || rows.size() > keys_.room()) {
      ordered.assign(rows.begin(), rows.end());
      std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
      rows = ordered;
    }
    for (; !rows.empty(); rows = rows.subspan(std::min(kAhead, rows.size())))
      count(rows.first(std::min(kAhead, rows.size())));
  }
  void count(std::span<const MemberRead> rows) {
    if (sources_.far()) {
      for (const MemberRead& row : rows) sources_.prefetch_slot(source_of(row));
      for (const MemberRead& row : rows) sources_.prefetch_sample(source_of(row));
    }
    for (const MemberRead& row : rows) {
      const std::uint64_t value = DistinctSample::pack(member_hash(member_of(row), salt_), member_of(row));
      usual_.count(member_of(row));
      sources_.add(source_of(row), value);
      keys_.add(key_of(row), value);
      pages_.add(page_of(row), value);
    }
  }

  void end_hour(std::int64_t hour, Scores& scores) {
    const bool follows = !sources_.empty();
    if (usual_.weight() >= static_cast<double>(least_members_)) {
      const auto judge_members = [&](EntityKind kind, std::uint64_t id, std::span<const std::uint32_t> members) {
        judge(kind, id, members, hour, scores);
      };
      if (follows || !readers_.judge(rows_, least_members_, kMostKeys, judge_members)) {
        follow_rows();
        judge(sources_, EntityKind::source, hour, scores);
        judge(keys_, EntityKind::key, hour, scores);
        judge(pages_, EntityKind::page, hour, scores);
      }
      habits_.prune(kMostHabits, [](const Habit& habit) { return habit.nats; });
    }
    for (const MemberRead& row : rows_) usual_.count(member_of(row));
    usual_.learn(learn_.keep(1));
    forget_rows();
    if (sources_.empty()) return;
    for (Followed* followed : {&sources_, &keys_, &pages_}) followed->clear();
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

  std::size_t most_rows_;  // of an hour, kept as they come
  std::uint64_t salt_;
  std::size_t least_members_;
  Forgetting learn_;
  Forgetting habit_;
  IdDistribution usual_;
  Followed sources_{kMostSources, kSampledOfSource};
  Followed keys_{kMostKeys, kSampledOfOther};
  Followed pages_{kPages, kSampledOfOther};
  FlatMap<Habit> habits_;            // by kind and id
  std::vector<MemberRead> rows_;     // of the hour, while there are not too many: nobody is followed then
  std::vector<std::uint64_t> ends_;  // in rows_, of windows that have any
  HourReaders readers_{salt_};       // scratch, as is the rest
  std::vector<std::uint32_t> members_;
  SpreadSort<std::uint32_t> sort_ids_;
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
  d.memory_bound_bytes = 400ULL << 20;
  d.time_bound_ns = 1000;
  d.names_sources = true;
  d.paper = "Kolmogorov 1933; Metwally et al. 2005";
  d.check = "on uniform ids the statistic has Kolmogorov's distribution";
  return d;
}

std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting) {
  return make_member_coverage(descriptor, setting, kMostRows);
}

std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting,
                                               std::size_t most_rows) {
  return std::make_unique<MemberCoverage>(descriptor, setting, most_rows);
}

}  // namespace dwell::detect
