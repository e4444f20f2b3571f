#include "detectors/rules/orphaned_key.hpp"

#include <algorithm>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/few_keys.hpp"
#include "detectors/common/flat_map.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

using telemetry::KeyEvent;
using telemetry::KeyUse;
using telemetry::StaffEvent;

constexpr std::size_t kMostKeys = 1 << 16;
constexpr std::size_t kMostStaff = 1 << 18;
constexpr std::size_t kFewRows = 24;
constexpr double kShareShape = 10'000;
constexpr double kBulkShape = 4;
constexpr double kFewestPeers = 0.1;  // of signing requests under other keys, for a share to mean anything

class OrphanedKey final : public Described<OrphanedKey, ShardedDetector> {
 public:
  OrphanedKey(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        windows_per_day_(static_cast<double>(setting.windows_per_day)),
        grace_us_(static_cast<std::int64_t>(parameter("grace_days") * 86'400e6)),
        idle_(parameter("idle_per_day") / windows_per_day_),
        settle_windows_(static_cast<std::int64_t>(parameter("settle_days") * windows_per_day_)),
        kept_(parameter("kept_at_rotation")),
        recent_(parameter("recent_hours") / 24 * windows_per_day_),
        learn_(parameter("learn_days") * windows_per_day_) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    if (size <= kFewRows) {
      // To find out which keys they have in common costs more than it saves.
      for (std::size_t i = 0; i < size; ++i) {
        if (access.status(i) == telemetry::kStatusOk) table.sums.add(access.key(i), 1);
      }
      return;
    }
    FewKeys keys;
    const auto add = [&](const SparseTable::Entry& key) { table.sums.add(key.key, key.value); };
    for (std::size_t i = 0; i < size; ++i) {
      if (access.status(i) == telemetry::kStatusOk) keys.add(access.key(i), 1, add);
    }
    keys.finish(add);
  }

  void close(const WindowInfo& window, const WindowRows& platform, const WindowTable& table, Scores& scores) override {
    read_workforce(platform.workforce);
    read_inventory(window, platform.keys);
    double signing = 0;
    used_.clear();
    for (const SparseTable::Entry& entry : table.sums.entries()) {
      used_.push_back(keys_.find(entry.key));
      if (is_signing(used_.back())) signing += static_cast<double>(entry.value);
    }
    recent_windows_ = recent_windows_ * recent_.keep(1) + 1;
    recent_signing_ = recent_signing_ * recent_.keep(1) + signing;
    learnt_windows_ *= learn_.keep(1);
    learnt_signing_ *= learn_.keep(1);
    auto used = used_.begin();
    for (const SparseTable::Entry& entry : table.sums.entries()) {
      const Key* const key = *used++;
      if (entry.key != 0) judge(window, entry, key, scores);
    }
    learnt_windows_ += 1;
    learnt_signing_ += signing;
    uses_.prune(kMostKeys, [](const Use& use) { return use.learnt; });
  }

  void save(ByteWriter& writer) const override {
    keys_.save(writer);
    uses_.save(writer);
    left_us_.save(writer);
    for (const double value : {recent_windows_, recent_signing_, learnt_windows_, learnt_signing_}) writer.put(value);
    writer.put(unsettled_until_);
  }
  Status restore(ByteReader& reader) override {
    keys_.restore(reader);
    uses_.restore(reader);
    left_us_.restore(reader);
    for (double* value : {&recent_windows_, &recent_signing_, &learnt_windows_, &learnt_signing_})
      *value = reader.get<double>();
    unsettled_until_ = reader.get<std::int64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + keys_.bytes() + uses_.bytes() + left_us_.bytes() + used_.capacity() * sizeof(const Key*);
  }

 private:
  struct Key {
    std::uint32_t owner = 0;
    std::uint32_t use = 0;  // KeyUse
  };
  struct Use {
    double recent = 0;
    double learnt = 0;        // for the rate a window
    double learnt_share = 0;  // for the share of signing requests; cut when shares move
    std::int64_t window = 0;
  };

  void read_workforce(const telemetry::WorkforceRows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto kind = static_cast<StaffEvent>(rows.kind(i));
      if (kind == StaffEvent::joined) {
        if (std::int64_t* left = left_us_.find(rows.staff(i)); left != nullptr) *left = INT64_MAX;
      } else if (kind != StaffEvent::moved) {
        if (left_us_.size() >= kMostStaff) continue;
        const bool known = left_us_.find(rows.staff(i)) != nullptr;
        std::int64_t& left = left_us_.at(rows.staff(i));
        left = known ? std::min(left, rows.time_us(i)) : rows.time_us(i);
      }
    }
  }
  void read_inventory(const WindowInfo& window, const telemetry::KeysRows& rows) {
    bool rotated = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (keys_.size() >= kMostKeys && keys_.find(rows.key(i)) == nullptr) continue;
      Key& key = keys_.at(rows.key(i));
      key.owner = rows.owner(i);
      key.use = rows.use(i);
      const auto kind = static_cast<KeyEvent>(rows.kind(i));
      const bool changes_shares = kind == KeyEvent::created || kind == KeyEvent::rotated || kind == KeyEvent::revoked;
      const bool in_the_run = rows.time_us(i) >= window.begin_us - day_us();
      if (changes_shares && in_the_run && static_cast<KeyUse>(key.use) == KeyUse::token_signing) rotated = true;
    }
    if (rotated && learnt_windows_ > 0) forget_shares(window);
  }
  void forget_shares(const WindowInfo& window) {
    unsettled_until_ = window.index + settle_windows_;
    learnt_signing_ *= kept_;
    for (auto& entry : uses_.entries()) entry.value.learnt_share *= kept_;
  }
  static std::int64_t day_us() { return Duration::days(1).us; }
  // Of keys that the inventory does not name, nullptr.
  static bool is_signing(const Key* key) {
    return key != nullptr && static_cast<KeyUse>(key->use) == KeyUse::token_signing;
  }
  [[nodiscard]] bool is_orphaned(const Key* key, const WindowInfo& window) const {
    if (key == nullptr || key->owner == 0) return false;
    const std::int64_t* left = left_us_.find(key->owner);
    return left != nullptr && *left < window.end_us - grace_us_;
  }

  void judge(const WindowInfo& window, const SparseTable::Entry& entry, const Key* key, Scores& scores) {
    const auto x = static_cast<double>(entry.value);
    Use& use = uses_.at(entry.key);
    const std::int64_t elapsed = window.index - use.window;
    use.recent = use.recent * recent_.keep(elapsed) + x;
    const double kept = learn_.keep(elapsed);
    use.learnt *= kept;
    use.learnt_share *= kept;
    use.window = window.index;
    if (is_orphaned(key, window)) {
      const double score = excess(use, x, is_signing(key), window.index);
      if (score > 0) scores.emit({EntityKind::key, entry.key}, score);
    }
    use.learnt += x;
    use.learnt_share += x;
  }
  /// Rate of use per unit of exposure before the recent time: what was learnt less what is recent, as long as more than
  /// the recent time was learnt. Otherwise all that was learnt.
  struct Past {
    double uses;
    double exposure;
  };
  static Past before_recent(Past learnt, Past recent) {
    if (learnt.exposure < 2 * recent.exposure) return {learnt.uses, std::max(learnt.exposure, 1.0)};
    return {std::max(0.0, learnt.uses - recent.uses), learnt.exposure - recent.exposure};
  }
  [[nodiscard]] double excess(const Use& use, double x, bool signing, std::int64_t window) const {
    const double idle = idle_ * recent_windows_;
    const bool by_share = signing && use.recent < (1 - kFewestPeers) * recent_signing_ && learnt_signing_ > 0;
    if (by_share && use.learnt_share > 0) {
      if (window < unsettled_until_) return 0;
      const Past past = before_recent({use.learnt_share, learnt_signing_}, {use.recent - x, recent_signing_});
      const double mu = std::max(idle, past.uses / past.exposure * recent_signing_);
      return excess_nats(use.recent, mu, std::clamp(past.uses, 1.0, kShareShape));
    }
    const Past past = before_recent({use.learnt, learnt_windows_}, {use.recent - x, recent_windows_});
    const double mu = std::max(idle, past.uses / past.exposure * recent_windows_);
    return excess_nats(use.recent, mu, std::clamp(past.uses, 1.0, kBulkShape));
  }

  double windows_per_day_;
  std::int64_t grace_us_;
  double idle_;  // requests a window
  std::int64_t settle_windows_;
  double kept_;
  Forgetting recent_;
  Forgetting learn_;
  FlatMap<Key> keys_;
  FlatMap<Use> uses_;
  FlatMap<std::int64_t> left_us_;  // by staff; INT64_MAX for somebody who came back
  double recent_windows_ = 0;
  double recent_signing_ = 0;
  double learnt_windows_ = 0;
  double learnt_signing_ = 0;
  std::int64_t unsettled_until_ = 0;
  std::vector<const Key*> used_;  // of a window's entries; scratch
};

}  // namespace

Descriptor describe_orphaned_key() {
  Descriptor d;
  d.name = "orphaned-key";
  d.summary = "keys used after their owner left, beyond their learnt legitimate rate";
  d.tier = Tier::t2;
  d.topics =
      topic_bit(telemetry::Topic::access) | topic_bit(telemetry::Topic::keys) | topic_bit(telemetry::Topic::workforce);
  d.parameters = {
      {"grace_days", 0, 0, 365, "days after the departure in which use is not judged"},
      {"recent_hours", 12, .1, 720, "time constant of the use judged"},
      {"learn_days", 28, 1, 365, "time constant of the use learnt"},
      {"idle_per_day", 1e-8, 1e-12, 1, "requests a day presumed of a key nobody uses"},
      {"settle_days", 2, 0, 60, "days after a signing key changes in which shares are not judged"},
      {"kept_at_rotation", .005, 0, 1, "weight kept of what was learnt of shares when a signing key changes"},
  };
  d.memory_bound_bytes = 48 << 20;
  d.time_bound_ns = 150;
  d.paper = "NIST SP 800-57 part 1 (2020), key inventory and compromise";
  d.check = "17.7 nats or more at the first use of a key with no legitimate use";
  return d;
}

std::unique_ptr<Detector> make_orphaned_key(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<OrphanedKey>(descriptor, setting);
}

}  // namespace dwell::detect
