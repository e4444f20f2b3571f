#include "detectors/rules/first_seen.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/rules/seen_pairs.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostToday = 1 << 17;
constexpr std::size_t kMostEntities = 1 << 15;
constexpr std::int64_t kNoDay = INT64_MIN;
constexpr double kShape = 2;

/// An attribute of an entity: attribute (0 network, 1 country), kind of entity (0 key, 1 page), id, value.
struct Pair {
  static constexpr std::uint64_t pack(std::uint64_t attribute, std::uint64_t kind, std::uint32_t id,
                                      std::uint16_t value) {
    return (attribute << 1 | kind) << 48 | static_cast<std::uint64_t>(id) << 16 | value;
  }
  /// What is judged: the pair without its value.
  static constexpr std::uint64_t subject(std::uint64_t pair) { return pair >> 16; }
  static constexpr Entity entity(std::uint64_t subject) {
    return {(subject >> 32 & 1) == 0 ? EntityKind::key : EntityKind::page, subject & 0xffffffffU};
  }
};

class FirstSeen final : public Described<FirstSeen, ShardedDetector> {
 public:
  explicit FirstSeen(const Descriptor& descriptor)
      : Described(descriptor),
        least_expected_(parameter("least_expected")),
        warm_up_days_(parameter("warm_up_days")),
        pairs_(static_cast<std::uint64_t>(whole("pairs")), parameter("bits_per_pair"),
               static_cast<unsigned>(whole("hashes"))) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t where = static_cast<std::uint64_t>(access.network(i)) << 16 | access.country(i);
      out[listed] = {static_cast<std::uint64_t>(access.key(i)) << 32 | where, access.page(i)};
      listed += access.status(i) == telemetry::kStatusOk ? 1 : 0;
    }
    table.list.drop_last(size - listed);
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const std::int64_t day = window.begin_us / Duration::days(1).us;
    if (day != day_) {
      day_ = day;
      today_.clear();
      recent_.fill({});
    }
    fresh_.clear();
    for (const SparseTable::Entry& entry : table.list.entries()) {
      Recent& recent = recent_[place_hash(entry.key) >> (64 - kRecentBits)];
      const std::uint64_t page = 1ULL << entry.value;
      if (recent.key != entry.key) recent = {entry.key, 0};
      if ((recent.pages & page) != 0) continue;
      recent.pages |= page;
      gather(entry);
    }
    if (!fresh_.empty()) judge(scores);
  }

  void save(ByteWriter& writer) const override {
    pairs_.save(writer);
    today_.save(writer);
    subjects_.save(writer);
    writer.put(day_);
  }
  Status restore(ByteReader& reader) override {
    pairs_.restore(reader);
    today_.restore(reader);
    subjects_.restore(reader);
    day_ = reader.get<std::int64_t>();
    recent_.fill({});  // only spares work
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + pairs_.bytes() + today_.bytes() + subjects_.bytes() +
           fresh_.capacity() * sizeof(std::uint64_t);
  }

 private:
  static constexpr unsigned kRecentBits = 10;
  /// A key with a network and a country, and the pages for which its pairs are counted today.
  struct Recent {
    std::uint64_t key = 0;
    std::uint64_t pages = 0;
  };
  struct Subject {
    std::int64_t first_day = 0;
    std::int64_t day = kNoDay;   // of the last three counts
    std::uint64_t pairs = 0;     // N, of the days before
    std::uint64_t once = 0;      // N₁
    std::uint64_t today = 0;     // n
    std::uint64_t unseen = 0;    // x
    std::uint64_t repeated = 0;  // of today's, pairs seen on one day before
  };

  /// Adds the pairs of a row that today has not had.
  void gather(const SparseTable::Entry& entry) {
    const auto key = static_cast<std::uint32_t>(entry.key >> 32);
    const auto network = static_cast<std::uint16_t>(entry.key >> 16);
    const auto country = static_cast<std::uint16_t>(entry.key);
    const auto page = static_cast<std::uint32_t>(entry.value);
    for (const std::uint64_t pair : {Pair::pack(0, 0, key, network), Pair::pack(1, 0, key, country),
                                     Pair::pack(0, 1, page, network), Pair::pack(1, 1, page, country)}) {
      if (today_.find(pair) == nullptr) fresh_.push_back(pair);
    }
  }
  /// In order of pairs: what the filters answer wrongly must not depend on the order of rows.
  void judge(Scores& scores) {
    std::sort(fresh_.begin(), fresh_.end());
    fresh_.erase(std::unique(fresh_.begin(), fresh_.end()), fresh_.end());
    for (auto pair = fresh_.begin(); pair != fresh_.end();) {
      const std::uint64_t id = Pair::subject(*pair);
      Subject& subject = brought_to_today(id);
      for (; pair != fresh_.end() && Pair::subject(*pair) == id; ++pair) {
        if (today_.size() >= kMostToday) continue;
        today_.at(*pair) = 1;
        const SeenPairs::Day day = pairs_.day_of(*pair);
        pairs_.note(*pair, day);
        ++subject.today;
        subject.unseen += day == SeenPairs::Day::first ? 1 : 0;
        subject.repeated += day == SeenPairs::Day::second ? 1 : 0;
      }
      if (subject.unseen > 0) scores.emit(Pair::entity(id), score(subject));
    }
    subjects_.prune(kMostEntities, [](const Subject& subject) { return subject.pairs + subject.today; });
  }
  Subject& brought_to_today(std::uint64_t id) {
    Subject& subject = subjects_.at(id);
    if (subject.day == day_) return subject;
    if (subject.day == kNoDay) subject.first_day = day_;
    subject.pairs += subject.today;
    // A filter's false answer can find more pairs repeated than there were.
    subject.once = subject.once + subject.unseen - std::min(subject.once + subject.unseen, subject.repeated);
    subject.today = subject.unseen = subject.repeated = 0;
    subject.day = day_;
    return subject;
  }
  [[nodiscard]] double score(const Subject& subject) const {
    const double chance = (static_cast<double>(subject.once) + .5) / (static_cast<double>(subject.pairs) + 1);
    const double expected = std::max(least_expected_, static_cast<double>(subject.today) * chance);
    const double known = std::min(1.0, static_cast<double>(day_ - subject.first_day) / warm_up_days_);
    return known * excess_nats(static_cast<double>(subject.unseen), expected, kShape);
  }

  double least_expected_;
  double warm_up_days_;
  SeenPairs pairs_;
  FlatMap<std::uint64_t> today_;  // pairs counted today; the value says nothing
  FlatMap<Subject> subjects_;
  std::int64_t day_ = kNoDay;
  std::array<Recent, 1U << kRecentBits> recent_{};
  std::vector<std::uint64_t> fresh_;  // scratch
};

}  // namespace

Descriptor describe_first_seen() {
  Descriptor d;
  d.name = "first-seen";
  d.summary = "keys and pages asked from networks and countries that never asked before";
  d.parameters = {
      {"warm_up_days", 30, 1, 365, "days after which an entity's new networks count in full"},
      {"least_expected", .01, 1e-6, 10, "new pairs of an entity a day that are always expected"},
      {"pairs", 1 << 20, 1024, 1 << 28, "pairs the filters are made for", Numbers::whole},
      {"bits_per_pair", 10, 4, 32, "bits a pair in the filters"},
      {"hashes", 7, 1, 16, "hashes a pair", Numbers::whole},
  };
  d.memory_bound_bytes = 48 << 20;
  d.time_bound_ns = 300;
  d.paper = "Good 1953; Bloom 1970";
  d.check = "a new pair is missed with probability .82 % or less";
  return d;
}

std::unique_ptr<Detector> make_first_seen(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<FirstSeen>(descriptor);
}

}  // namespace dwell::detect
