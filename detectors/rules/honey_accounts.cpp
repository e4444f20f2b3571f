#include "detectors/rules/honey_accounts.hpp"

#include <algorithm>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostPlanted = 1 << 20;
constexpr std::size_t kMostEntities = 1 << 16;
constexpr double kMostShape = 50;

std::uint64_t tagged(EntityKind kind, std::uint32_t id) { return static_cast<std::uint64_t>(kind) << 32 | id; }
Entity untagged(std::uint64_t key) { return {static_cast<EntityKind>(key >> 32), key & 0xffffffffU}; }

/// The planted members of one shard's view; every shard holds all of them, as ids may be asked for anywhere.
class Planted final : public ShardState {
 public:
  [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<Planted>(*this); }
  void save(ByteWriter& writer) const override { members_.save(writer); }
  Status restore(ByteReader& reader) override {
    members_.restore(reader);
    if (!reader.failed()) return success();
    return Error{"honey-accounts", "saved shard state", "it ends early", "the bytes that save wrote"};
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + members_.bytes(); }

  void plant(std::uint32_t member) {
    if (members_.size() < kMostPlanted) members_.at(member) = 1;
  }
  [[nodiscard]] bool holds(std::uint32_t member) const { return members_.find(member) != nullptr; }

 private:
  FlatMap<std::uint64_t> members_;
};

class HoneyAccounts final : public Described<HoneyAccounts, ShardedDetector> {
 public:
  HoneyAccounts(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        per_window_(1.0 / static_cast<double>(setting.windows_per_day)),
        recent_(parameter("recent_days") / per_window_),
        learn_(parameter("learn_days") / per_window_),
        prior_(parameter("hits_per_day") * per_window_) {}

  [[nodiscard]] std::unique_ptr<ShardState> make_shard_state(ShardId) const override {
    return std::make_unique<Planted>();
  }

  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    Planted& planted = static_cast<Planted&>(*state);
    for (std::size_t i = 0; i < rows.deception.size(); ++i) planted.plant(rows.deception.member(i));
    for (std::size_t i = 0; i < rows.access.size(); ++i) {
      if (!planted.holds(rows.access.member(i)) || rows.access.status(i) != telemetry::kStatusOk) continue;
      table.sums.add(tagged(EntityKind::source, rows.access.source(i)), 1);
      table.sums.add(tagged(EntityKind::key, rows.access.key(i)), 1);
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    recent_windows_ = recent_windows_ * recent_.keep(1) + 1;
    for (const SparseTable::Entry& hit : table.sums.entries()) {
      Hits& hits = entities_.at(hit.key);
      const std::int64_t elapsed = window.index - hits.window;
      hits.recent = hits.recent * recent_.keep(elapsed) + static_cast<double>(hit.value);
      hits.learnt *= learn_.keep(elapsed);
      hits.window = window.index;
      // The rate before the recent time; an entity without a past has been seen doing nothing for as long as the
      // detector has run.
      const double past = std::max(0.0, hits.learnt - (hits.recent - static_cast<double>(hit.value)));
      const double windows = std::max(learnt_windows_ - recent_windows_, recent_windows_);
      const double rate = prior_ + past / windows;
      const double shape = std::clamp(past, 1.0, kMostShape);
      scores.emit(untagged(hit.key), excess_nats(hits.recent, rate * recent_windows_, shape));
      hits.learnt += static_cast<double>(hit.value);
    }
    learnt_windows_ = learnt_windows_ * learn_.keep(1) + 1;
    entities_.prune(kMostEntities, [](const Hits& hits) { return hits.recent + hits.learnt; });
  }

  void save(ByteWriter& writer) const override {
    entities_.save(writer);
    writer.put(recent_windows_);
    writer.put(learnt_windows_);
  }
  Status restore(ByteReader& reader) override {
    entities_.restore(reader);
    recent_windows_ = reader.get<double>();
    learnt_windows_ = reader.get<double>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + entities_.bytes(); }

 private:
  struct Hits {
    double recent = 0;
    double learnt = 0;
    std::int64_t window = 0;
  };
  double per_window_;  // of a day
  Forgetting recent_;
  Forgetting learn_;
  double prior_;  // hits a window
  FlatMap<Hits> entities_;
  double recent_windows_ = 0;
  double learnt_windows_ = 0;
};

}  // namespace

double hit_probability(std::uint64_t members, std::uint64_t planted, std::uint64_t read) {
  DWELL_DEMAND(planted <= members && read <= members, "more members planted or read than there are");
  if (planted + read > members) return 1;
  const auto log_factorial = [](std::uint64_t n) { return det_log_gamma(static_cast<double>(n) + 1); };
  const double log_miss = log_factorial(members - planted) - log_factorial(members - planted - read) -
                          log_factorial(members) + log_factorial(members - read);
  return -det_expm1(std::min(log_miss, 0.0));
}

Descriptor describe_honey_accounts() {
  Descriptor d;
  d.name = "honey-accounts";
  d.summary = "reads of planted accounts that nobody owns, beyond what support and batch jobs touch";
  d.tier = Tier::t3;
  d.topics = topic_bit(telemetry::Topic::access) | topic_bit(telemetry::Topic::deception);
  d.parameters = {
      {"recent_days", 1, .01, 30, "time constant of the hits judged"},
      {"learn_days", 28, 1, 365, "time constant of the rate learnt"},
      {"hits_per_day", .01, 1e-9, 1e3, "prior rate of an entity that never hit"},
  };
  d.memory_bound_bytes = 8 << 20;
  d.time_bound_ns = 150;
  d.names_sources = true;
  d.paper = "Juels and Rivest 2013";
  d.check = "1 − C(N−m, n) / C(N, n)";
  return d;
}

std::unique_ptr<Detector> make_honey_accounts(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<HoneyAccounts>(descriptor, setting);
}

}  // namespace dwell::detect
