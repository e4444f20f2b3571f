#include "detectors/rules/dormant_access.hpp"

#include <algorithm>
#include <array>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/few_keys.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/rules/last_seen.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostPasts = 1 << 17;
constexpr std::size_t kAtATime = 64;  // rows looked at before what is listed of them is written
constexpr double kMostShape = 50;
constexpr double kHoursPerDay = 24;

std::uint64_t tagged(EntityKind kind, std::uint64_t id) { return static_cast<std::uint64_t>(kind) << 32 | id; }
Entity untagged(std::uint64_t key) { return {static_cast<EntityKind>(key >> 32), key & 0xffffffffU}; }

class DormantAccess final : public Described<DormantAccess, ShardedDetector> {
 public:
  DormantAccess(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        shards_(setting.shards),
        window_us_(Duration::days(1).us / setting.windows_per_day),
        epoch_us_(static_cast<std::int64_t>(parameter("dormant_days") * static_cast<double>(Duration::days(1).us) /
                                            (LastSeen::kEpochs - 1))),
        level_(parameter("level_days") * kHoursPerDay),
        learn_(parameter("learn_days") * kHoursPerDay) {}

  [[nodiscard]] std::unique_ptr<ShardState> make_shard_state(ShardId) const override {
    return std::make_unique<LastSeen>(shards_);
  }

  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    LastSeen& seen = static_cast<LastSeen&>(*state);
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    if (size == 0) return;
    if (seen.ended(access.ingest_us(0))) begin_epoch(seen, access.ingest_us(0));
    std::array<std::uint32_t, kAtATime> listed;  // rows among those at a time, above whether they are dormant
    for (std::size_t begin = 0; begin < size; begin += kAtATime) {
      const std::size_t end = std::min(size, begin + kAtATime);
      std::size_t count = 0;
      for (std::size_t i = begin; i < end; ++i) {
        if (access.status(i) != telemetry::kStatusOk) continue;
        const bool dormant = seen.see(access.member(i));
        // Whether a row is listed is anybody's guess: each is noted, and the next one over it unless it stays.
        listed[count] = static_cast<std::uint32_t>(i - begin) << 1 | (dormant ? 1U : 0U);
        const bool read = access.records(i) != 0;
        const bool data = is_member_data(static_cast<Page>(access.page(i)));
        count += static_cast<unsigned>(data) & static_cast<unsigned>(read);
      }
      SparseTable::Entry* out = table.list.extend(count);
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t i = begin + (listed[k] >> 1);
        *out++ = {static_cast<std::uint64_t>(access.key(i)) << 32 | access.source(i),
                  static_cast<std::int64_t>(access.page(i)) << 1 | (listed[k] & 1)};
      }
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    // The dormant ones first: whether a source is followed must not depend on the order of rows.
    const auto entries = table.list.entries();
    for (const SparseTable::Entry& entry : entries) {
      if ((entry.value & 1) == 0) continue;
      ++hour_.at(tagged(EntityKind::source, entry.key & 0xffffffffU)).dormant;
      ++dormant_;
    }
    // Few keys and pages have all rows: they are counted apart, with both counts in one number, until the hour ends.
    const auto count_key = [&](const SparseTable::Entry& key) { count(hour_, EntityKind::key, key.key, key.value); };
    for (const SparseTable::Entry& entry : entries) {
      const std::int64_t counts = (entry.value & 1) << 32 | 1;
      pages_[static_cast<std::size_t>(entry.value >> 1) % kPageSlots] += counts;
      keys_.add(entry.key >> 32, counts, count_key);
      if (Hour* const source = hour_.find(tagged(EntityKind::source, entry.key & 0xffffffffU)); source != nullptr)
        ++source->accesses;
    }
    accesses_ += static_cast<std::int64_t>(entries.size());
    // What is dropped must not depend on which of the keys and pages are counted apart.
    if (hour_.size() + keys_.kPlaces + kPages > kMostPasts) {
      add_few(hour_);
      clear_few();
      hour_.prune(kMostPasts, [](const Hour& hour) { return hour.dormant; });
    }
    const std::int64_t hour = window.begin_us / Duration::hours(1).us;
    if (window.end_us / Duration::hours(1).us != hour) end_hour(hour, scores);
  }

  void save(ByteWriter& writer) const override {
    FlatMap<Hour> hour = hour_;
    add_few(hour);
    hour.save(writer);
    pasts_.save(writer);
    writer.put(dormant_);
    writer.put(accesses_);
    writer.put(level_dormant_);
    writer.put(level_accesses_);
  }
  Status restore(ByteReader& reader) override {
    hour_.restore(reader);
    clear_few();
    pasts_.restore(reader);
    dormant_ = reader.get<std::int64_t>();
    accesses_ = reader.get<std::int64_t>();
    level_dormant_ = reader.get<double>();
    level_accesses_ = reader.get<double>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + hour_.bytes() + pasts_.bytes(); }

 private:
  struct Hour {
    std::int64_t dormant = 0;
    std::int64_t accesses = 0;
  };
  struct Past {
    double dormant = 0;
    double expected = 0;
    std::int64_t hour = 0;
  };

  /// All rows of a window lie in the epoch in which it begins.
  void begin_epoch(LastSeen& seen, std::int64_t ingest_us) const {
    const std::int64_t epoch = ingest_us / window_us_ * window_us_ / epoch_us_;
    seen.begin(epoch, ((epoch + 1) * epoch_us_ + window_us_ - 1) / window_us_ * window_us_);
  }
  /// Dormant accesses in the high half of `counts`, all in the low one.
  static void count(FlatMap<Hour>& to, EntityKind kind, std::uint64_t id, std::int64_t counts) {
    Hour& hour = to.at(tagged(kind, id));
    hour.dormant += counts >> 32;
    hour.accesses += counts & 0xffffffffLL;
  }
  /// What was counted apart of keys and pages.
  void add_few(FlatMap<Hour>& to) const {
    keys_.finish([&](const SparseTable::Entry& key) { count(to, EntityKind::key, key.key, key.value); });
    for (std::size_t page = 0; page < kPages; ++page) {
      if (pages_[page] != 0) count(to, EntityKind::page, page, pages_[page]);
    }
  }
  void clear_few() {
    keys_.clear();
    pages_.fill(0);
  }
  void end_hour(std::int64_t hour, Scores& scores) {
    add_few(hour_);
    clear_few();
    if (level_accesses_ > 0) {
      const double share = level_dormant_ / level_accesses_;
      for (const auto& entry : hour_.entries()) judge(entry.key, entry.value, hour, share, scores);
      pasts_.prune(kMostPasts, [](const Past& past) { return past.dormant; });
    }
    const double keep = level_.keep(1);
    // Half an access in a hundred, for a platform on which nothing is ever dormant.
    level_dormant_ = level_dormant_ * keep + static_cast<double>(dormant_) + .005;
    level_accesses_ = level_accesses_ * keep + static_cast<double>(accesses_) + 1;
    hour_.clear();
    dormant_ = accesses_ = 0;
  }
  void judge(std::uint64_t id, const Hour& counted, std::int64_t hour, double share, Scores& scores) {
    // Who never woke anybody has no past to keep.
    Past* past = pasts_.find(id);
    if (past == nullptr && counted.dormant == 0) return;
    if (past == nullptr) past = &pasts_.insert(id, {0, 0, hour});
    const double keep = learn_.keep(hour - past->hour);
    past->dormant *= keep;
    past->expected *= keep;
    past->hour = hour;
    const auto dormant = static_cast<double>(counted.dormant);
    const double usual = static_cast<double>(counted.accesses) * share;
    if (counted.dormant > 0) {
      const double habit = (1 + past->dormant) / (1 + past->expected);
      scores.emit(untagged(id), excess_nats(dormant, usual * habit, std::min(kMostShape, 1 + past->dormant)));
    }
    past->dormant += dormant;
    past->expected += usual;
  }

  std::uint32_t shards_;
  std::int64_t window_us_;
  std::int64_t epoch_us_;
  Forgetting level_;
  Forgetting learn_;
  static constexpr std::size_t kPageSlots = 16;
  static_assert(kPages <= kPageSlots);
  FlatMap<Hour> hour_;                            // by tagged entity, without what is in the next two
  KeySums<6> keys_;                               // of this hour: dormant accesses in the high half, all in the low one
  std::array<std::int64_t, kPageSlots> pages_{};  // of this hour, likewise
  FlatMap<Past> pasts_;                           // by tagged entity
  std::int64_t dormant_ = 0;
  std::int64_t accesses_ = 0;
  double level_dormant_ = 0;
  double level_accesses_ = 0;
};

}  // namespace

Descriptor describe_dormant_access() {
  Descriptor d;
  d.name = "dormant-access";
  d.summary = "member data of accounts unused for weeks, beyond what a source, key or page wakes usually";
  d.pages = kAllPages;
  d.parameters = {
      {"dormant_days", 28, 1, 365, "days without a request after which an account is dormant"},
      {"level_days", 3, .1, 365, "time constant of the platform's share of dormant accesses"},
      {"learn_days", 28, 1, 365, "time constant of an entity's habit"},
  };
  d.memory_bound_bytes = 128ULL << 20;
  d.time_bound_ns = 200;
  d.names_sources = true;
  d.paper = "NIST SP 800-53, AC-2(3)";
  d.check = "epochs from four bits a member equal those of a table of times";
  return d;
}

std::unique_ptr<Detector> make_dormant_access(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<DormantAccess>(descriptor, setting);
}

}  // namespace dwell::detect
