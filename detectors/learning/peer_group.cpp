#include "detectors/learning/peer_group.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/learning/peer_profiles.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostKeys = 1 << 14;
constexpr std::size_t kMostAgents = 1 << 15;
constexpr std::size_t kMostCounts = 1 << 16;
constexpr std::size_t kFirstDataPage = static_cast<std::size_t>(Page::mypage);
constexpr std::size_t kDataPages = kPages - kFirstDataPage;
constexpr std::size_t kNobody = kDataPages;  // special kind: answered requests that found nobody
constexpr std::size_t kKeyKinds = kDataPages + 1;
constexpr std::size_t kAgentKinds = 2;  // reads without a ticket, reads of a ticket after its first

/// What a count is of: group of keys, key, page, whether somebody was found.
struct KeyCount {
  static std::uint64_t pack(bool service, std::uint32_t key, std::size_t page, bool nobody) {
    return static_cast<std::uint64_t>(service) << 48 | static_cast<std::uint64_t>(key) << 16 | page << 1 |
           (nobody ? 1U : 0U);
  }
  static std::size_t group(std::uint64_t count) { return count >> 48; }
  static std::uint64_t entity(std::uint64_t count) { return count >> 16; }
  static std::uint64_t key(std::uint64_t entity) { return entity & 0xffffffffU; }
  static std::size_t page(std::uint64_t count) { return (count & 0xffffU) >> 1; }
  static bool nobody(std::uint64_t count) { return (count & 1U) != 0; }
};

class PeerGroup final : public Described<PeerGroup, ShardedDetector> {
 public:
  explicit PeerGroup(const Descriptor& descriptor)
      : Described(descriptor),
        least_events_(parameter("least_events")),
        least_hours_(parameter("least_hours")),
        keys_{PeerProfiles(kKeyKinds, parameter("profile_days"), kMostKeys),
              PeerProfiles(kKeyKinds, parameter("profile_days"), kMostKeys)},
        agents_(kAgentKinds, parameter("profile_days"), kMostAgents) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const auto client = static_cast<Client>(access.client(i));
      const bool service = client == Client::service || client == Client::script;
      const std::size_t page = access.page(i);
      out[listed] = {KeyCount::pack(service, access.key(i), page - kFirstDataPage, access.records(i) == 0), 1};
      listed += access.status(i) == telemetry::kStatusOk && page >= kFirstDataPage ? 1 : 0;
    }
    table.list.drop_last(size - listed);
  }

  void close(const WindowInfo& window, const WindowRows& platform, const WindowTable& table, Scores& scores) override {
    for (const SparseTable::Entry& entry : table.list.entries()) counts_.at(entry.key) += entry.value;
    for (std::size_t i = 0; i < platform.audit.size(); ++i) {
      const std::uint32_t agent = platform.audit.agent(i);
      if (agent != 0) ++reads_.at(static_cast<std::uint64_t>(agent) << 32 | platform.audit.ticket(i));
    }
    counts_.prune(kMostCounts, [](std::int64_t count) { return count; });
    reads_.prune(kMostCounts, [](std::int64_t count) { return count; });
    const std::int64_t hour = window.begin_us / Duration::hours(1).us;
    if (window.end_us / Duration::hours(1).us == hour) return;
    judge_keys(hour, scores);
    judge_agents(hour, scores);
    counts_.clear();
    reads_.clear();
  }

  void save(ByteWriter& writer) const override {
    for (const PeerProfiles& group : keys_) group.save(writer);
    agents_.save(writer);
    counts_.save(writer);
    reads_.save(writer);
  }
  Status restore(ByteReader& reader) override {
    for (PeerProfiles& group : keys_) group.restore(reader);
    agents_.restore(reader);
    counts_.restore(reader);
    reads_.restore(reader);
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + keys_[0].bytes() + keys_[1].bytes() + agents_.bytes() + counts_.bytes() + reads_.bytes();
  }

 private:
  using Count = FlatMap<std::int64_t>::Entry;
  /// Counts in order of what they are of, so that those of one entity lie together.
  static std::vector<Count> ordered(const FlatMap<std::int64_t>& counts) {
    std::vector<Count> sorted(counts.entries().begin(), counts.entries().end());
    std::sort(sorted.begin(), sorted.end(), [](const Count& a, const Count& b) { return a.key < b.key; });
    return sorted;
  }

  void judge_keys(std::int64_t hour, Scores& scores) {
    std::array<std::vector<PeerHour>, 2> entities;
    for (const Count& count : ordered(counts_)) {
      std::vector<PeerHour>& group = entities[KeyCount::group(count.key)];
      const std::uint64_t entity = KeyCount::entity(count.key);
      if (group.empty() || group.back().id != entity) group.push_back({entity, 0, {}});
      const auto events = static_cast<double>(count.value);
      group.back().events += events;
      group.back().special[KeyCount::page(count.key)] += events;
      if (KeyCount::nobody(count.key)) group.back().special[kNobody] += events;
    }
    for (std::size_t group = 0; group < entities.size(); ++group) {
      for (const PeerFinding& finding : end_hour(keys_[group], hour, entities[group]))
        scores.emit({EntityKind::key, KeyCount::key(finding.id)}, finding.nats);
    }
  }
  void judge_agents(std::int64_t hour, Scores& scores) {
    std::vector<PeerHour> entities;
    for (const Count& count : ordered(reads_)) {
      const std::uint64_t agent = count.key >> 32;
      const bool none = (count.key & 0xffffffffU) == 0;
      if (entities.empty() || entities.back().id != agent) entities.push_back({agent, 0, {}});
      const auto reads = static_cast<double>(count.value);
      entities.back().events += reads;
      entities.back().special[none ? 0 : 1] += none ? reads : reads - 1;
    }
    for (const PeerFinding& finding : end_hour(agents_, hour, entities))
      scores.emit({EntityKind::agent, finding.id}, finding.nats);
  }
  [[nodiscard]] std::vector<PeerFinding> end_hour(PeerProfiles& group, std::int64_t hour,
                                                  std::vector<PeerHour>& entities) const {
    std::erase_if(entities, [&](const PeerHour& entity) { return entity.events < least_events_; });
    return group.end_hour(hour, entities, least_hours_);
  }

  double least_events_;
  double least_hours_;
  std::array<PeerProfiles, 2> keys_;  // used by people, by services
  PeerProfiles agents_;
  FlatMap<std::int64_t> counts_;  // this hour's, by KeyCount
  FlatMap<std::int64_t> reads_;   // this hour's, by agent and ticket
};

}  // namespace

Descriptor describe_peer_group() {
  Descriptor d;
  d.name = "peer-group";
  d.summary = "keys and support agents that stray from their own past while their peers do not";
  d.tier = Tier::t1;
  d.topics = topic_bit(telemetry::Topic::access) | topic_bit(telemetry::Topic::audit);
  d.parameters = {
      {"profile_days", 30, 1, 365, "days of the past that profiles and spreads are made of"},
      {"least_events", 8, 1, 1e6, "requests or reads in an hour below which nobody is judged"},
      {"least_hours", 24, 1, 1e4, "hours an entity must have behind"},
  };
  d.memory_bound_bytes = 32 << 20;
  d.time_bound_ns = 300;
  d.paper = "Bolton and Hand 2001; Masson et al. 2019";
  d.check = "a planted outlier among its peers";
  return d;
}

std::unique_ptr<Detector> make_peer_group(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<PeerGroup>(descriptor);
}

}  // namespace dwell::detect
